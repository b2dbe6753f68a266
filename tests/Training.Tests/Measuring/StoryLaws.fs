/// The measurements that tell the story of a run, against the same numbers taken by hand.
module Levee.Tests.StoryLaws

open System.Collections.Generic
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private trained =
    lazy
        (let policy = warmPolicy()
         let steps = List<StepReport>()
         Reinforce.run (plan Recipes.grpo { small with Measuring.ProbeEvery = 1 } 1) steps.Add CancellationToken.None policy
         policy, List.ofSeq steps)

let private metric name (step: StepReport) = step.Metrics[name]

let private correct (step: StepReport) = step.Trajectories |> Array.filter Trajectory.isCorrect

[<Fact>]
let ``the own probe is the first step's correct responses, scored by the policy as it is`` () =
    let policy, steps = trained.Value
    let own = Array.truncate 48 (correct steps.Head)
    Assert.NotEmpty own
    use _ = torch.NewDisposeScope()
    let logProb, mask = Scoring.logProbs (Scoring.at 1.0) policy own
    let expected = logProb.sum().ToDouble() / mask.sum().ToDouble()
    Assert.Equal(expected, metric MetricName.probeOwn (List.last steps), 1e-5)
    Assert.NotEqual(metric MetricName.probeOwn steps.Head, metric MetricName.probeOwn (List.last steps))

[<Fact>]
let ``lengths are told apart by correctness`` () =
    let _, steps = trained.Value
    for step in steps do
        let length (some: Trajectory[]) = some |> Array.averageBy(Trajectory.actionTokens >> float)
        Assert.Equal(length(correct step), metric MetricName.correctLength step, 1e-9)
        let wrong = step.Trajectories |> Array.filter(Trajectory.isCorrect >> not)
        Assert.Equal(length wrong, metric MetricName.incorrectLength step, 1e-9)

[<Fact>]
let ``advantages are told by their mean a token and by the share that is negative`` () =
    let _, steps = trained.Value
    for step in steps do
        let groups = step.Trajectories |> Array.chunkBySize small.Rollout.GroupSize
        let advantages = (Advantage.grpo.Estimate(Rollouts.ofGroups groups)).Advantages |> Array.concat
        Assert.Equal(Array.average advantages, metric MetricName.advantage step, 1e-5)
        let negative = advantages |> Array.sumBy(fun a -> max 0.0 -a)
        Assert.Equal(negative / Array.sumBy abs advantages, metric MetricName.negativeMass step, 1e-5)

[<Fact>]
let ``ratio tails are shares of tokens that at least halved or doubled`` () =
    let policy, steps = trained.Value
    let last = List.last steps
    use _ = torch.NewDisposeScope()
    let logProb, _ = Scoring.logProbs (Scoring.at 1.0) policy last.Trajectories
    let after = Padding.unpad last.Trajectories logProb |> Array.concat
    let before = last.Trajectories |> Array.collect(Trajectory.logProbs >> Array.map float)
    let share isBeyond = Array.map2 (-) after before |> Array.averageBy(fun change -> if isBeyond change then 1.0 else 0.0)
    Assert.Equal(share(fun change -> change > log 2.0), metric "lld/likelihood_ratio/above_2" last, 1e-3)
    Assert.Equal(share(fun change -> change < -log 2.0), metric "lld/likelihood_ratio/below_half" last, 1e-3)
