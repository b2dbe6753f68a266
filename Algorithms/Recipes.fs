namespace Levee.Algorithms

open Levee.Algorithms.Estimators
open Levee.Algorithms.Objectives

/// Named ways to train, as their papers have them.
[<RequireQualifiedAccess>]
module Recipes =
    let private clip = Clip.symmetric 0.2

    /// GRPO with feedback mask: standardised in the group, clip 0.2, token mean, no KL (arXiv 2402.03300; arXiv 2512.04220, Eq. 1).
    let grpo = Recipe.create Advantage.grpo (Surrogate.clipped clip)

    /// GRPO as Search-R1 trains: with 0.001 x k3 to the reference policy (arXiv 2503.09516).
    let searchR1 = grpo + 0.001 * Kl.toReference K3

    /// Dr.GRPO: no division by the standard deviation, sums over a constant length, the largest number of action tokens (arXiv 2503.20783).
    let drGrpo length = Recipe.create Advantage.drGrpo (Surrogate.clippedOver (SequenceSumOver length) clip)

    /// DAPO: clip-higher, token mean, dynamic sampling in at most 10 rounds, overlong filtering (arXiv 2503.14476). Its soft overlong punishment depends on
    /// lengths: put `TokenRewards.overlong` in front of the estimator.
    let dapo = {
        Recipe.create Advantage.grpo (Objective.withoutTruncated(Surrogate.clipped(Clip.asymmetric 0.2 0.28))) with
            Groups = GroupChoice.dynamicSampling 10
    }

    /// GSPO: ratios of whole sequences with their far smaller clip (arXiv 2507.18071, section 5.1).
    let gspo = Recipe.create Advantage.grpo (Surrogate.gspo(Clip.asymmetric 3e-4 4e-4))

    /// CISPO: capped constant ratios (arXiv 2506.13585).
    let cispo = Recipe.create Advantage.grpo (Surrogate.cispo 1.28)

    /// RLOO: leave-one-out baseline, plain policy gradient of whole responses (arXiv 2402.14740). One update a rollout: more are off-policy.
    let rloo = Recipe.create Advantage.rloo (Surrogate.reinforceOver SequenceMeanTokenSum)

    /// REINFORCE++: returns with a KL of 0.001 inside the reward, whitened over the step's tokens, clipped (arXiv 2501.03262).
    let reinforcePlusPlus =
        Recipe.create (Advantage.reinforcePlusPlus 1.0 |> TokenRewards.kl K1 Reference.Initial 0.001) (Surrogate.clipped clip)

    /// PPO as Search-R1 has it: a critic, GAE with gamma and lambda 1, whitened, a KL of 0.001 inside the reward, value loss with clipping (arXiv 1707.06347,
    /// arXiv 2503.09516).
    let ppo =
        let estimator =
            Advantage.gae { Gamma = 1.0; Lambda = 1.0 }
            |> Advantage.whiten Over.Tokens Deviation.whitening
            |> TokenRewards.kl K1 Reference.Initial 0.001
        Recipe.create estimator (Surrogate.clipped clip + ValueLoss.clipped 0.5)

    /// Search-R1's GRPO + 0.2 x LLDS (arXiv 2512.04220, Eq. 4 and 6).
    let llds = searchR1 + 0.2 * Llds.penalty Llds.paper

    /// LLDS as the authors' released code has it: divided by all action tokens, gated by runs of preserved tokens.
    let lldsReleased = searchR1 + 0.2 * Llds.penalty Llds.released

    /// Search-R1's GRPO + 0.2 x LLDS-MA, for models that fall back to a single search (Eq. 5).
    let lldsMa = searchR1 + 0.2 * Llds.penalty Llds.multiAction

    /// GSPO + 0.2 x LLDS, a row of the paper's table.
    let gspoLlds = gspo + 0.2 * Llds.penalty Llds.paper
