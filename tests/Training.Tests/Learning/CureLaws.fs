/// The trainer gives cures for collapse what they need, and they train.
module Levee.Tests.CureLaws

open System.Collections.Generic
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private clip = Clip.symmetric 0.2

let private clipped = Surrogate.clipped clip

let private withObjective objective = Recipe.create Advantage.grpo objective

let private withEstimator estimator = Recipe.create estimator clipped

/// Cures with the settings of their papers, or near to them where a small world needs others; and a metric that each has.
let private cures =
    dict [
        "geometricMask", (withObjective(Masks.geometric 0.99 1.01 clipped), "rollout_corr/rollout_rs_masked_fraction")
        "offPolicyMask", (withObjective(Masks.offPolicy 0.5 clipped), "mask/off_policy")
        "withoutVoidTurns", (withObjective(Masks.withoutVoidTurns clipped), "mask/void_turns")
        "highEntropy", (withObjective(Masks.highEntropy 0.2 clipped), "mask/low_entropy")
        "clipCov", (withObjective(Covariance.clip { Share = 0.02; Least = 0.5; Largest = 5.0 } clipped), "mask/covariance")
        "klCov", (withObjective(Surrogate.cispo 1e9 + 1.0 * Covariance.kl Abs 0.02), "kl_cov/loss")
        "dppo", (withObjective(Surrogate.dppo { Low = 0.2; High = 0.2; Cap = 20.0 }), "actor/pg_clipfrac")
        "luspo", (withObjective(Surrogate.luspo(Clip.asymmetric 3e-4 4e-4)), "actor/pg_clipfrac")
        "vespo", (withObjective Surrogate.vespo, "actor/pg_loss")
        "entropyTarget",
        (Recipes.grpo + Coefficient.entropyTarget { Target = 0.2; Delta = 0.005; Start = 0.0; Most = 1.0 } * Entropy.bonus,
         "coefficient/entropy_target")
        "observationLoss", (Recipes.grpo + 0.1 * Observations.crossEntropy, "observation/nll")
        "gigpo", (withEstimator(Advantage.gigpo { Gamma = 0.95; Weight = 1.0; Deviation = Some Deviation.sample }), "actor/pg_loss")
        "optimalTokenBaseline", (withEstimator Advantage.optimalTokenBaseline, "actor/pg_loss")
        "nthr", (withEstimator(Nthr.weigh Nthr.defaults Advantage.grpo), "actor/pg_loss")
        "varianceTopP", ({ Recipes.grpo with Groups = GroupChoice.varianceTopP 0.9 }, "actor/pg_loss")
    ]

let names = TheoryData<string>(cures.Keys)

let private train recipe options =
    use policy = warmPolicy()
    let steps = List<StepReport>()
    Reinforce.run (plan recipe options 1) steps.Add CancellationToken.None policy
    List.ofSeq steps

[<Theory>]
[<MemberData(nameof names)>]
let ``every cure trains, and leaves no tensor behind`` (name: string) =
    let recipe, metric = cures[name]
    train Recipes.grpo { small with Steps = 1 } |> ignore
    let before = torch.Tensor.TotalCount
    let steps = train recipe small
    Assert.Equal(before, torch.Tensor.TotalCount)
    Assert.All(steps, fun step -> Assert.Equal(0.0, step.Metrics[MetricName.updatesSkipped]))
    Assert.Contains(steps, fun step -> step.Metrics.ContainsKey metric)
    Assert.Contains(steps, fun step -> step.Metrics[MetricName.gradientNorm] > 0.0)

[<Fact>]
let ``a step trains on the groups that are chosen among its own`` () =
    let recipe = { Recipes.grpo with Groups = GroupChoice.varianceTopP 0.5 }
    let steps = train recipe { small with Steps = 3 } |> List.map(_.Trajectories >> Array.chunkBySize small.Rollout.GroupSize)
    for groups in steps do
        Assert.InRange(groups.Length, 0, small.Rollout.BatchSize)
        Assert.All(groups, fun group -> Assert.True(Judgement.hasSignal group))
    Assert.Contains(steps, fun groups -> groups.Length < small.Rollout.BatchSize)

/// Two groups of the warm policy's, and a learner.
let private world recipe =
    let policy = warmPolicy()
    policy, rollouts policy 2 4 |> Array.chunkBySize 4, Learner.start small (Recipe.needs recipe) policy

let private numbers (tensor: torch.Tensor) = tensor.``to``(torch.float64).reshape(-1L).data<float>().ToArray()

let private near (expected: torch.Tensor) actual =
    Array.iter2 (fun e (a: float) -> Assert.Equal(e, a, 1e-4)) (numbers expected) (numbers actual)

[<Fact>]
let ``right before an update the batch has the scores of the policy as it is then, where they are needed`` () =
    use _ = torch.NewDisposeScope()
    let recipe = withObjective(Masks.highEntropy 0.2 clipped)
    let policy, groups, learner = world recipe
    let batch = StepBatch.create small recipe Clock.single learner groups
    Assert.True batch.LogProbCurrent.IsNone
    let check (learner: Learner) =
        let fresh = StepBatch.refresh small recipe learner batch
        let scored = Scoring.forward (Scoring.at 1.0) learner.Policy batch.Trajectories
        near scored.LogProb fresh.LogProbCurrent.Value
        near scored.Entropy fresh.EntropyCurrent.Value
        fresh
    let first = check learner
    near first.LogProbOld first.LogProbCurrent.Value
    let plan = {
        Options = small
        Objective = recipe.Objective
        Rates = { PolicyRate = 1e-2; CriticRate = 0.0 }
        OnPolicy = true
    }
    let learner, _ = Update.run plan CancellationToken.None learner first
    let second = check learner
    Assert.True((second.LogProbCurrent.Value - first.LogProbCurrent.Value).abs().max().ToDouble() > 1e-2)
    Assert.True((StepBatch.refresh small Recipes.grpo learner batch).LogProbCurrent.IsNone)
    Learner.dispose learner
    Policy.dispose policy

[<Fact>]
let ``an estimator is given squared probabilities and alignments, token by token, where it needs them`` () =
    use _ = torch.NewDisposeScope()
    let asked = List<Rollouts>()
    let spy needs : Estimator = {
        Advantage.grpo with
            Needs = Set.ofList needs
            Estimate =
                fun rollouts ->
                    asked.Add rollouts
                    Advantage.grpo.Estimate rollouts
    }
    let policy, groups, learner = world Recipes.grpo
    for needs in [ [ SquaredProbabilities; HiddenAlignment ]; [] ] do
        StepBatch.create small (withEstimator(spy needs)) Clock.single learner groups |> ignore
    let all = asked[0]
    let squares = Scoring.squares (Scoring.at 1.0) policy (Array.concat groups) |> Padding.unpad(Array.concat groups)
    Assert.Equal<int[]>(all.Shaping |> Array.map Array.length, all.SquaredProbabilities.Value |> Array.map Array.length)
    (squares, all.SquaredProbabilities.Value) ||> Array.iter2(Array.iter2(fun e (a: float) -> Assert.Equal(e, a, 1e-5)))
    Assert.All(Array.concat squares, fun square -> Assert.InRange(square, 0.0, 1.0 + 1e-6))
    Assert.Equal<float[][]>(
        groups |> Array.collect(Influence.onCorrect (TrainingOptions.scoring small) small.Memory.MicroBatchSize policy),
        all.Alignment.Value
    )
    Assert.True(asked[1].SquaredProbabilities.IsNone && asked[1].Alignment.IsNone)
    Learner.dispose learner
    Policy.dispose policy

[<Fact>]
let ``learning from observations makes them more likely`` () =
    use _ = torch.NewDisposeScope()
    let recipe = withObjective Observations.crossEntropy
    let policy, groups, learner = world recipe
    let batch = StepBatch.create small recipe Clock.single learner groups
    let seen () =
        let logProb, mask = batch.Trajectories |> Array.map Trajectory.observed |> Scoring.logProbs (Scoring.at 1.0) policy
        logProb.sum().ToDouble() / mask.sum().ToDouble()
    let before = seen()
    Assert.True(before < -0.01)
    let plan = {
        Options = small
        Objective = recipe.Objective
        Rates = { PolicyRate = 1e-3; CriticRate = 0.0 }
        OnPolicy = false
    }
    let learner, report = Update.run plan CancellationToken.None learner batch
    Assert.Equal(-before, report.Metrics |> List.find(fst >> (=) "observation/nll") |> snd, 1e-4)
    Assert.True(seen() > before)
    Learner.dispose learner
    Policy.dispose policy
