module Levee.Tests.PerSampleLaws

open System.Collections.Generic
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private rates = { PolicyRate = 1e-3; CriticRate = 1e-3 }
let private clock = Clock.single

/// A trial of an update by a recipe.
let private trial recipe = {
    Options = small
    Recipe = recipe
    Rates = rates
    Clock = clock
    Probe = PerSampleOptions.defaults
}

/// The change that one update on a mini-batch makes.
let private update (recipe: Recipe) learner batch =
    let plan = { Options = small; Objective = recipe.Objective; Rates = rates; OnPolicy = true }
    Update.run plan CancellationToken.None learner batch

/// A group of the warm policy with correct and incorrect trajectories.
let private mixed policy = rollouts policy 12 6 |> Array.chunkBySize 6 |> Array.find Judgement.hasSignal

let private everything (learner: Learner) =
    Snapshot.tensors learner |> List.map(fun (name, tensor) -> name, tensor.data<float32>().ToArray())

[<Fact>]
let ``a probe leaves weights, moments, critic and references as they were, bit for bit`` () =
    for recipe in [ Recipes.llds; Recipes.ppo; Recipes.grpo + 1.0 * Kl.toward (Reference.UpdatesAgo 1) K3 ] do
        use policy = warmPolicy()
        let group = mixed policy
        let mutable learner = Learner.start small (Recipe.needs recipe) policy
        use _ = torch.NewDisposeScope()
        // Moments that are not zero.
        let batch = StepBatch.create small recipe clock learner [| group |] |> StepBatch.refresh small recipe learner
        let next, _ = update recipe learner batch
        learner <- next
        let before = everything learner
        for fresh in [ true; false ] do
            let trial = { trial recipe with Probe = { PerSampleOptions.defaults with FreshOptimiser = fresh } }
            let bar = PerSample.ofGroup trial CancellationToken.None learner group
            Assert.True(bar.Value.Change <> 0.0)
            Assert.Equal<(string * float32[]) list>(before, everything learner)
        Learner.dispose learner

[<Fact>]
let ``the bar is what one real update does`` () =
    use policy = warmPolicy()
    let group = mixed policy
    let correct = group |> Array.filter Trajectory.isCorrect
    let total () =
        Tensors.released(fun () -> (Scoring.logProbs (Scoring.at 1.0) policy correct |> fst).sum().ToDouble() / float correct.Length)
    let learner = Learner.start small Set.empty policy
    let bar = (PerSample.ofGroup (trial Recipes.grpo) CancellationToken.None learner group).Value
    Assert.Equal((correct.Length, group.Length - correct.Length), (bar.Correct, bar.Incorrect))
    let before = total()
    use _ = torch.NewDisposeScope()
    let batch = StepBatch.create small Recipes.grpo clock learner [| group |]
    let moved, _ = update Recipes.grpo learner batch
    Assert.Equal(total() - before, bar.Change, 1e-3)
    Learner.dispose moved

[<Fact>]
let ``raising what is correct alone raises it`` () =
    use policy = warmPolicy()
    let group = mixed policy
    let onlyCorrect = {
        Recipes.grpo with
            Estimator = Advantage.ofRewards "correct alone" (Array.map(fun r -> if r > 0.0 then 1.0 else 0.0))
    }
    let learner = Learner.start small Set.empty policy
    let bar =
        PerSample.ofGroup { trial onlyCorrect with Rates = { rates with PolicyRate = 1e-4 } } CancellationToken.None learner group
    Assert.True(bar.Value.Change > 0.0)
    Learner.dispose learner

[<Fact>]
let ``groups that are all of one kind have no bar`` () =
    use policy = warmPolicy()
    let group = mixed policy
    let learner = Learner.start small Set.empty policy
    for alike in [ Array.filter Trajectory.isCorrect group; Array.filter (Trajectory.isCorrect >> not) group ] do
        Assert.True((PerSample.ofGroup (trial Recipes.grpo) CancellationToken.None learner alike).IsNone)
    Learner.dispose learner

[<Fact>]
let ``an update that is not finite gives no number, and changes nothing`` () =
    use policy = warmPolicy()
    let before = weights policy
    let learner = Learner.start small Set.empty policy
    let poisoned = { Recipes.grpo with Objective = nan * Recipes.grpo.Objective }
    let bar = PerSample.ofGroup (trial poisoned) CancellationToken.None learner (mixed policy)
    Assert.True(System.Double.IsNaN bar.Value.Change)
    Assert.Equal<float32[]>(before, weights policy)
    Learner.dispose learner

let private train options =
    use policy = warmPolicy()
    let steps = List<StepReport>()
    Reinforce.run (plan Recipes.grpo options 1) steps.Add CancellationToken.None policy
    List.ofSeq steps, weights policy

[<Fact>]
let ``a run with probes trains as the run without`` () =
    let probe = { PerSampleOptions.defaults with Every = 2; Questions = 6; GroupSize = 4 }
    let steps, probed = train { small with Steps = 3; Measuring.PerSample = Some probe }
    let _, plain = train { small with Steps = 3 }
    Assert.Equal<float32[]>(plain, probed)
    Assert.All(steps, fun step -> Assert.NotEmpty step.PerSample)
    for step in steps do
        let changes = step.PerSample |> Array.map _.Change
        Assert.Equal(Array.average changes, step.Metrics[MetricName.perSampleChange], 9)
        let displaced = changes |> Array.averageBy(fun change -> if change < 0.0 then 1.0 else 0.0)
        Assert.Equal(displaced, step.Metrics[MetricName.perSampleDisplaced], 9)

[<Fact>]
let ``cancelling a probe brings the weights back too`` () =
    use policy = warmPolicy()
    let group = mixed policy
    let before = weights policy
    let learner = Learner.start small Set.empty policy
    Assert.Throws<System.OperationCanceledException>(fun () ->
        PerSample.ofGroup (trial Recipes.grpo) (CancellationToken true) learner group |> ignore)
    |> ignore
    Assert.Equal<float32[]>(before, weights policy)
    Learner.dispose learner
