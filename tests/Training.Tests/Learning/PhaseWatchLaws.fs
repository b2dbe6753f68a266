module Levee.Tests.PhaseWatchLaws

open System
open System.Collections.Generic
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private watch actions = { PhaseWatch.defaults with Options = nervous; Actions = actions; KeepEvery = 1 }

let private train recipe options =
    use policy = warmPolicy()
    let steps = List<StepReport>()
    let weightsAfter = List<float32[]>()
    let report step =
        steps.Add step
        weightsAfter.Add(weights policy)
    Reinforce.run (plan recipe options 1) report CancellationToken.None policy
    List.ofSeq steps, List.ofSeq weightsAfter

let private options steps actions = { small with Steps = steps; Guarding.Watch = watch actions }

let private eventsOf steps = steps |> List.collect(fun (step: StepReport) -> step.Events)

[<Fact>]
let ``every step says its phase`` () =
    let steps, _ = train Recipes.grpo { small with Steps = 2 }
    Assert.All(steps, fun step -> Assert.Equal(0.0, step.Metrics[MetricName.phase]))

[<Fact>]
let ``a phase that is entered answers for the milder ones too, once`` () =
    let watch =
        watch [
            Phase.Stagnation, PhaseAction.Warn
            Phase.Decay, PhaseAction.SavePolicy
            Phase.Collapse, PhaseAction.Stop
        ]
    Assert.Equal<PhaseAction list>([ PhaseAction.Warn; PhaseAction.SavePolicy ], PhaseWatch.due watch Phase.Healthy Phase.Acceleration)
    Assert.Equal<PhaseAction list>([ PhaseAction.Stop ], PhaseWatch.due watch Phase.Acceleration Phase.Collapse)
    Assert.Empty(PhaseWatch.due watch Phase.Collapse Phase.Healthy)
    Assert.Empty(PhaseWatch.due watch Phase.Decay Phase.Decay)
    Assert.Equal<PhaseAction list>([ PhaseAction.Warn ], PhaseWatch.due PhaseWatch.defaults Phase.Healthy Phase.Collapse)

[<Fact>]
let ``a phase can end the run`` () =
    let steps, _ = train Recipes.grpo (options 40 [ Phase.Decay, PhaseAction.Stop ])
    Assert.InRange(steps.Length, 2, 39)
    let event = List.exactlyOne(eventsOf steps)
    Assert.Equal(steps.Length, event.Step)
    Assert.True(event.Phase >= Phase.Decay && event.Since <= event.Step)
    Assert.True((List.last steps).Metrics[MetricName.phase] >= 2.0)

[<Fact>]
let ``a phase raises the coefficients that follow it, from the next step on`` () =
    let steps, _ = train raised (options 12 [ Phase.Decay, PhaseAction.Warn ])
    let entered = eventsOf steps |> List.map _.Step
    Assert.NotEmpty entered
    for step in steps do
        let before = entered |> List.filter(fun at -> at < step.Step) |> List.length
        Assert.Equal(3.0 ** float before, step.Metrics[MetricName.coefficient "raised_decay_3"], 9)

[<Fact>]
let ``a dual variable moves by what the step before measured, as its equation says`` () =
    let dual = { Name = "entropy"; Metric = MetricName.entropy; Limit = 0.3; Rate = 0.7; Start = 0.05 }
    let steps, _ = train (Recipes.grpo + Coefficient.dualAscent dual * (-1.0 * Entropy.bonus)) { small with Steps = 6 }
    let expected =
        (dual.Start, steps)
        ||> List.scan(fun value step -> max 0.0 (value + dual.Rate * (step.Metrics[dual.Metric] - dual.Limit)))
        |> List.truncate steps.Length
    Assert.Equal<float list>(expected, steps |> List.map _.Metrics[MetricName.coefficient "entropy"])
    Assert.Equal(steps.Length, expected |> List.distinct |> List.length)

[<Fact>]
let ``rolling back brings the weights of the last good step back, bit for bit`` () =
    let steps, after = train Recipes.grpo (options 12 [ Phase.Decay, PhaseAction.RollBack ])
    let events = eventsOf steps
    Assert.NotEmpty events
    for event in events do
        let good = int(event.Message.Split(' ') |> Array.last)
        let isGood step =
            steps[step - 1].Metrics[MetricName.phase] = 0.0 || events |> List.exists(fun earlier -> earlier.Step = step)
        Assert.True(good < event.Step && isGood good, event.Message)
        Assert.Equal<float32[]>(after[good - 1], after[event.Step - 1])

[<Fact>]
let ``actions leave no tensor behind`` () =
    train Recipes.grpo { small with Steps = 1 } |> ignore
    let before = torch.Tensor.TotalCount
    train Recipes.grpo (options 8 [ Phase.Decay, PhaseAction.RollBack; Phase.Decay, PhaseAction.SavePolicy ]) |> ignore
    Assert.Equal(before, torch.Tensor.TotalCount)

[<Fact>]
let ``settings that cannot work are refused with a remedy`` () =
    let refused watch (word: string) =
        let error = Assert.Throws<ArgumentException>(fun () -> PhaseWatch.validate watch)
        Assert.Contains(word, error.Message)
    refused { PhaseWatch.defaults with KeepEvery = 0 } "give 1 or more"
    refused { PhaseWatch.defaults with Options = { Phases.defaults with Window = 0 } } "give 1 or more"
