module Levee.Tests.ReinforceLaws

open System
open System.Collections.Generic
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private llds = Recipes.grpo + 3.0 * Llds.penalty Llds.overAllTokens

let private isTiming (name: string) =
    name.StartsWith("timing_s/", StringComparison.Ordinal) || name.StartsWith("perf/", StringComparison.Ordinal)

/// Metrics of every step without the timings, and the weights at the end.
let private train options recipe seed =
    use policy = warmPolicy()
    let steps = List<Map<string, float>>()
    let report (step: StepReport) = steps.Add(step.Metrics |> Map.filter(fun name _ -> not(isTiming name)))
    Reinforce.run (plan recipe options seed) report CancellationToken.None policy
    List.ofSeq steps, weights policy

[<Fact>]
let ``the same seed gives the same metrics and weights, bit for bit`` () =
    let first = train small llds 1
    let second = train small llds 1
    Assert.Equal<Map<string, float> list>(fst first, fst second)
    Assert.Equal<float32[]>(snd first, snd second)
    Assert.NotEqual<float32[]>(snd first, snd(train small llds 2))

[<Fact>]
let ``two runs side by side do not disturb one another`` () =
    let alone = train small llds 1
    let together = Array.Parallel.map (fun seed -> train small llds seed) [| 1; 2 |]
    Assert.Equal<float32[]>(snd alone, snd together[0])

[<Fact>]
let ``an arm with weight zero is the arm without`` () =
    let plain = train small Recipes.grpo 1
    let zero = train small (Recipes.grpo + 0.0 * Llds.penalty Llds.overAllTokens) 1
    Assert.Equal<float32[]>(snd plain, snd zero)

[<Fact>]
let ``every step reports what the reports read`` () =
    let steps, _ = train small (llds + 0.1 * Kl.toReference K3) 1
    for name in
        [
            MetricName.reward
            MetricName.entropy
            MetricName.gradientNorm
            MetricName.gradientNormMax
            MetricName.clipFraction
            MetricName.ppoKl
            MetricName.klLoss
            MetricName.ratioMax
            MetricName.updatesSkipped
            MetricName.lldsLoss
            MetricName.lldsGateShare
            MetricName.responseLength
            MetricName.validSearches
            MetricName.invalidActions
            MetricName.probe
            MetricName.probeOwn
            MetricName.correctLength
            MetricName.incorrectLength
            MetricName.advantage
            MetricName.negativeMass
            MetricName.heldOutSampled
            MetricName.heldOutGreedy
        ] do
        Assert.True(steps |> List.last |> Map.containsKey name, $"{name} is missing")

[<Fact>]
let ``a KL holds the policy near where it started`` () =
    let options = {
        small with
            Optimiser.Schedule = { small.Optimiser.Schedule with Peak = 2e-3; WarmUp = 0.0 }
            Steps = 4
    }
    let distance recipe =
        use start = warmPolicy()
        let moved = train options recipe 1 |> snd
        let policy = warmPolicy()
        use _ = torch.NewDisposeScope()
        policy.Parameters.Values.copy_(torch.tensor(moved)) |> ignore
        let episodes = rollouts start 6 2
        let before, mask = Scoring.logProbs (Scoring.at 1.0) start episodes
        let after, _ = Scoring.logProbs (Scoring.at 1.0) policy episodes
        let result = (KlEstimator.estimate K3 before after).sum().ToDouble() / mask.sum().ToDouble()
        Policy.dispose policy
        result
    let free, held = distance Recipes.grpo, distance(Recipes.grpo + 10.0 * Kl.toReference K3)
    Assert.True(held < free, $"with KL {held}, without {free}")

[<Fact>]
let ``training leaves no tensor behind`` () =
    train small llds 1 |> ignore
    let before = torch.Tensor.TotalCount
    train { small with Steps = 4 } (llds + 0.1 * Kl.toReference K3) 1 |> ignore
    Assert.Equal(before, torch.Tensor.TotalCount)

[<Fact>]
let ``a cancelled run ends soon, with the steps it has done`` () =
    use policy = warmPolicy()
    use source = new CancellationTokenSource()
    let mutable steps = 0
    let report (_: StepReport) =
        steps <- steps + 1
        if steps = 2 then
            source.Cancel()
    Assert.Throws<OperationCanceledException>(fun () -> Reinforce.run (plan llds { small with Steps = 100 } 1) report source.Token policy)
    |> ignore
    Assert.Equal(2, steps)

[<Fact>]
let ``a warm start teaches`` () =
    use policy = freshPolicy 1
    let losses = List<float>()
    let teaching = { Tasks.teaching with Steps = 60; Demonstrations = 8 }
    WarmStart.run teaching atlas.Value (Seed.ofInt 1) (fun _ loss -> losses.Add loss) CancellationToken.None policy
    let mean (values: float seq) = Seq.average values
    Assert.True(mean(Seq.skip 50 losses) < 0.6 * mean(Seq.truncate 5 losses), "the loss did not fall")

[<Fact>]
let ``the policy that the repository keeps can search`` () =
    use policy = warmPolicy()
    let score =
        Evaluation.rollouts atlas.Value (SamplingOptions.at 0.0) (Seed.ofInt 1) CancellationToken.None policy atlas.Value.HeldOut[..59]
        |> Evaluation.meanReward
    Assert.InRange(score, 0.4, 1.0)
