namespace Levee.Algorithms.Estimators

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas

/// The length from which on a response counts as too long, and the penalty for it.
type Overlong = {
    /// Action tokens beyond which the whole penalty is due; at least 1.
    Limit: int
    /// Tokens before the limit over which the penalty grows from 0 to 1; 1 to `Limit`.
    Buffer: int
    /// The whole penalty in units of reward; at least 0.
    Penalty: float
}

/// Rewards besides the outcome, token by token, put in front of an estimator.
[<RequireQualifiedAccess>]
module TokenRewards =
    let private add term needs (reward: Rollouts -> float[][]) (estimator: Estimator) : Estimator = {
        estimator with
            Term = Term.Call("shaped", [ Term.argument estimator.Term; Term.argument term ])
            Needs = estimator.Needs + needs
            Estimate =
                fun rollouts ->
                    let shaping = (rollouts.Shaping, reward rollouts) ||> Array.map2(Array.map2 (+))
                    estimator.Estimate { rollouts with Shaping = shaping }
    }

    /// Takes `beta` times the estimated KL to a reference policy, token by token, out of the reward (Ouyang et al. 2022, arXiv 2203.02155, Eq. 2; PPO in
    /// Search-R1). The current policy is the one that sampled. Raises `ArgumentException` when beta is negative.
    let kl estimator reference beta =
        if not(beta >= 0.0) then
            Setting.refuse $"A KL coefficient of {beta} is out of range: give 0 or more."
        let penalty (rollouts: Rollouts) =
            let sampled = Array.concat rollouts.Groups |> Array.map Trajectory.logProbs
            match Map.tryFind reference rollouts.LogProbReference with
            | Some known -> (sampled, known) ||> Array.map2(Array.map2(fun p q -> -beta * KlEstimator.estimateOf estimator (float p - q)))
            | None -> invalidOp $"A KL in the reward needs log-probabilities under the policy {reference}, which these rollouts lack."
        let arguments = [ Term.ofCase estimator; Term.ofCase reference; Term.Number beta ]
        add (Term.Call("kl", List.map Term.argument arguments)) (Set.singleton(ReferencePolicy reference)) penalty

    /// Takes a penalty for length out of the reward: 0 up to `Limit - Buffer` action tokens, growing to `Penalty` at `Limit`, on the last token
    /// (soft overlong punishment: DAPO, arXiv 2503.14476, Eq. 13). It depends on the length alone: what a response was cut off by is for
    /// `Objective.withoutTruncated`. Raises `ArgumentException` on an option out of range.
    let overlong options =
        if options.Limit < 1 || options.Buffer < 1 || options.Buffer > options.Limit || not(options.Penalty >= 0.0) then
            Setting.refuse
                $"An overlong penalty of {options.Penalty} over the last {options.Buffer} of {options.Limit} tokens is out of range: give a limit of 1 or more, a buffer from 1 to the limit, a penalty of 0 or more."
        let share length = float(length - options.Limit + options.Buffer) / float options.Buffer |> max 0.0 |> min 1.0
        let penalty (rollouts: Rollouts) =
            rollouts.Shaping
            |> Array.map(fun row ->
                row
                |> Array.mapi(fun i _ ->
                    if i = row.Length - 1 then
                        -options.Penalty * share row.Length
                    else
                        0.0))
        let arguments = [
            Term.number "limit" (float options.Limit)
            Term.number "buffer" (float options.Buffer)
            Term.number "penalty" options.Penalty
        ]
        add (Term.Call("overlong", arguments)) Set.empty penalty
