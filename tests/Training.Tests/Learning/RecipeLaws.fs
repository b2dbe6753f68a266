/// The trainer does what recipes ask of it: references that move, a critic, dynamic sampling, log-probabilities of its own.
module Levee.Tests.RecipeLaws

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private train recipe options =
    use policy = warmPolicy()
    let steps = List<StepReport>()
    Reinforce.run (plan recipe options 1) steps.Add CancellationToken.None policy
    List.ofSeq steps, weights policy

let private metric name (step: StepReport) = step.Metrics[name]

let recipes =
    TheoryData<string>(
        [
            "grpo"
            "searchR1"
            "drGrpo"
            "dapo"
            "gspo"
            "cispo"
            "rloo"
            "reinforcePlusPlus"
            "ppo"
            "llds"
            "lldsReleased"
            "lldsMa"
            "gspoLlds"
        ]
    )

let private named name =
    match name with
    | "grpo" -> Recipes.grpo
    | "searchR1" -> Recipes.searchR1
    | "drGrpo" -> Recipes.drGrpo 120.0
    | "dapo" -> Recipes.dapo
    | "gspo" -> Recipes.gspo
    | "cispo" -> Recipes.cispo
    | "rloo" -> Recipes.rloo
    | "reinforcePlusPlus" -> Recipes.reinforcePlusPlus
    | "ppo" -> Recipes.ppo
    | "llds" -> Recipes.llds
    | "lldsReleased" -> Recipes.lldsReleased
    | "lldsMa" -> Recipes.lldsMa
    | other ->
        if other = "gspoLlds" then
            Recipes.gspoLlds
        else
            failwith $"no recipe {other}"

[<Theory>]
[<MemberData(nameof recipes)>]
let ``every recipe trains, and leaves no tensor behind`` (name: string) =
    let start =
        use policy = warmPolicy()
        weights policy
    train Recipes.grpo { small with Steps = 1 } |> ignore
    let before = torch.Tensor.TotalCount
    let steps, after = train (named name) small
    Assert.Equal(before, torch.Tensor.TotalCount)
    Assert.NotEqual<float32[]>(start, after)
    Assert.All(steps, fun step -> Assert.Equal(0.0, metric MetricName.updatesSkipped step))

/// A learner with references, moved by some updates; the policy's weights before each and after the last.
let private moved references updates =
    let policy = warmPolicy()
    let trajectories = rollouts policy 2 4
    let needs = references |> List.map ReferencePolicy |> Set.ofList
    let mutable learner = Learner.start small needs policy
    let history = List<float32[]>()
    for _ in 1..updates do
        history.Add(weights policy)
        use _ = torch.NewDisposeScope()
        let batch = Batch.create torch.float32 torch.CPU trajectories (Array.replicate trajectories.Length 1.0)
        let plan = {
            Options = small
            Objective = Surrogate.reinforce
            Rates = { PolicyRate = 1e-3; CriticRate = 1e-3 }
            OnPolicy = false
        }
        let next, _ = Update.run plan CancellationToken.None learner batch
        learner <- next
    history.Add(weights policy)
    learner, List.ofSeq history

let private finish (learner: Learner) =
    Learner.dispose learner
    Policy.dispose learner.Policy

[<Fact>]
let ``a policy some updates old has the weights of then, and the first ones before`` () =
    for updates in 0..5 do
        let references = [ Reference.UpdatesAgo 1; Reference.UpdatesAgo 3; Reference.Initial ]
        let learner, history = moved references updates
        let ago count = history[max 0 (updates - count)]
        let held reference = weights learner.References.Policies[reference]
        Assert.Equal<float32[]>(ago 1, held(Reference.UpdatesAgo 1))
        Assert.Equal<float32[]>(ago 3, held(Reference.UpdatesAgo 3))
        Assert.Equal<float32[]>(history[0], held Reference.Initial)
        finish learner

[<Fact>]
let ``a moving average keeps its share of itself at each update`` () =
    let decay = 0.75
    let learner, history = moved [ Reference.MovingAverage decay ] 3
    let blend (average: float[]) (now: float32[]) = Array.map2 (fun a w -> decay * a + (1.0 - decay) * float w) average now
    let expected = List.tail history |> List.fold blend (Array.map float history[0])
    let held = weights learner.References.Policies[Reference.MovingAverage decay]
    Array.iter2 (fun a (b: float32) -> Assert.Equal(a, float b, 1e-6)) expected held
    finish learner

[<Fact>]
let ``LLDS against an older policy acts from the first update of a later step on`` () =
    let options = {
        small with
            Update.MiniBatchSize = small.Rollout.BatchSize
            Update.Epochs = 1
            Steps = 3
            Optimiser.Schedule = { small.Optimiser.Schedule with Peak = 3e-3; WarmUp = 0.0 }
    }
    let inert reference =
        train (Recipes.grpo + 1.0 * Llds.penalty { Llds.overAllTokens with Reference = reference }) options
        |> fst
        |> List.map(metric MetricName.lldsInert)
    // With one update a rollout the policy is still the sampling policy at its update, so that a penalty against that one finds nothing.
    Assert.All(inert Reference.Sampling, fun share -> Assert.Equal(1.0, share, 1e-6))
    let older = inert(Reference.UpdatesAgo 1)
    Assert.True(older[1] < 0.5 && older[2] < 0.5, $"inert shares {older}")

[<Fact>]
let ``a critic learns what rewards to expect`` () =
    use policy = warmPolicy()
    let trajectories = rollouts policy 4 4
    let groups = Array.chunkBySize 4 trajectories
    let mutable learner = Learner.start small (Recipe.needs Recipes.ppo) policy
    let losses = List<float>()
    let clock = Clock.single
    for _ in 1..30 do
        use _ = torch.NewDisposeScope()
        let batch = StepBatch.create small Recipes.ppo clock learner groups
        let plan = {
            Options = small
            Objective = Recipes.ppo.Objective
            Rates = { PolicyRate = 0.0; CriticRate = 3e-3 }
            OnPolicy = true
        }
        let next, report = Update.run plan CancellationToken.None learner batch
        learner <- next
        losses.Add(report.Metrics |> List.find(fst >> (=) "critic/vf_loss") |> snd)
    Learner.dispose learner
    Assert.True(losses[29] < 0.5 * losses[0], $"from {losses[0]} to {losses[29]}")

[<Fact>]
let ``a critic says nothing at first, and micro-batches do not change what it learns`` () =
    use policy = warmPolicy()
    let trajectories = rollouts policy 3 4
    let gradient size =
        use _ = torch.NewDisposeScope()
        let options = { small with Memory.MicroBatchSize = size }
        let learner = Learner.start options (Recipe.needs Recipes.ppo) policy
        let critic = learner.Critic.Value.Critic
        Assert.Equal(0.0, (Critic.values (Scoring.at 1.0) critic trajectories).abs().max().ToDouble())
        let clock = Clock.single
        let batch = StepBatch.create options Recipes.ppo clock learner (Array.chunkBySize 4 trajectories)
        let plan = {
            Options = options
            Objective = Recipes.ppo.Objective
            Rates = { PolicyRate = 0.0; CriticRate = 0.0 }
            OnPolicy = true
        }
        let _, report = Update.run plan CancellationToken.None learner batch
        Learner.dispose learner
        report.CriticGradientNorm.Value
    let whole = gradient 100
    Assert.True(whole > 0.0)
    for size in [ 1; 5 ] do
        Assert.Equal(whole, gradient size, 1e-4 * whole)

[<Fact>]
let ``dynamic sampling trains on groups with signal, and asks again for what is missing`` () =
    let recipe = { Recipes.grpo with Groups = GroupChoice.dynamicSampling 6 }
    let steps, _ = train recipe { small with Steps = 4 }
    for step in steps do
        Assert.Equal(small.Rollout.BatchSize * small.Rollout.GroupSize, step.Trajectories.Length)
        let rounds = metric "train/num_gen_batches" step
        Assert.InRange(rounds, 1.0, 6.0)
        let withSignal = step.Trajectories |> Array.chunkBySize small.Rollout.GroupSize |> Array.filter Judgement.hasSignal
        // Fewer only where all rounds were used up.
        Assert.True(withSignal.Length = small.Rollout.BatchSize || rounds = 6.0)
    Assert.Contains(steps, fun step -> metric "train/num_gen_batches" step > 1.0)

[<Fact>]
let ``a choice of one's own is asked of every group once, and what it keeps comes first`` () =
    let asked = List<Group>()
    let worst (group: Group) =
        asked.Add group
        group |> Array.averageBy _.Reward < 0.3
    let recipe = { Recipes.grpo with Groups = GroupChoice.ofGroups "worst" 3 worst }
    let steps, _ = train recipe { small with Steps = 2 }
    Assert.Equal(steps |> List.sumBy(fun step -> int(metric "train/num_gen_batches" step) * small.Rollout.BatchSize), asked.Count)
    for step in steps do
        let flags =
            step.Trajectories
            |> Array.chunkBySize small.Rollout.GroupSize
            |> Array.map(fun g -> g |> Array.averageBy _.Reward < 0.3)
        Assert.Equal(small.Rollout.BatchSize, flags.Length)
        Assert.Equal<bool[]>(Array.sortDescending flags, flags)
        Assert.True(Array.forall id flags || metric "train/num_gen_batches" step = 3.0)

[<Fact>]
let ``one round of dynamic sampling is no dynamic sampling`` () =
    let _, plain = train Recipes.grpo small
    let _, once = train { Recipes.grpo with Groups = GroupChoice.dynamicSampling 1 } small
    // Groups without signal stand behind the others, so mini-batches differ; of equal groups nothing does.
    let whole (options: TrainingOptions) = { options with Update.MiniBatchSize = 1; Rollout.BatchSize = 1 }
    Assert.Equal(plain.Length, once.Length)
    let _, plain = train Recipes.grpo (whole small)
    let _, once = train { Recipes.grpo with Groups = GroupChoice.dynamicSampling 1 } (whole small)
    Assert.Equal<float32[]>(plain, once)

[<Fact>]
let ``the mismatch of sampler and trainer is measured at every step, and is rounding here`` () =
    let steps, _ = train Recipes.grpo small
    for step in steps do
        Assert.InRange(metric "training/rollout_probs_diff_max" step, 0.0, 1e-4)
        Assert.InRange(abs(metric "rollout_corr/kl" step), 0.0, 1e-5)

[<Fact>]
let ``correcting a mismatch that is rounding changes next to nothing`` () =
    let corrected = {
        Recipes.grpo with
            Objective = Importance.correct (Truncated 2.0) (Surrogate.clipped(Clip.symmetric 0.2))
    }
    let steps, _ = train corrected small
    for step in steps do
        Assert.Equal(1.0, metric "rollout_corr/rollout_is_mean" step, 1e-4)

[<Fact>]
let ``what updates did to the step's own responses is measured every so many steps`` () =
    let steps, _ = train Recipes.grpo { small with Steps = 4; Measuring.DisplacementEvery = 2 }
    let measured = steps |> List.map(fun step -> step.Metrics.ContainsKey "lld/likelihood_ratio/p50")
    Assert.Equal<bool list>([ true; true; false; true ], measured)
    for step in steps do
        Assert.Contains("lld/log_likelihood/incorrect/action_1", step.Metrics.Keys)
        Assert.Contains("lld/log_likelihood/incorrect/search", step.Metrics.Keys)

[<Fact>]
let ``at a learning rate of next to nothing nothing is displaced`` () =
    let options = { small with Optimiser.Schedule = { small.Optimiser.Schedule with Peak = 1e-12; WarmUp = 0.0 } }
    let steps, _ = train Recipes.grpo options
    for step in steps do
        Assert.Equal(1.0, metric "lld/likelihood_ratio/p99" step, 1e-4)

/// Copies the policy that runs start from, and edits its tokenizer.
let private copied (target: string) (edit: string -> string) =
    Directory.CreateDirectory target |> ignore
    for file in Directory.GetFiles(Path.Combine(data, "warm-start")) do
        File.Copy(file, Path.Combine(target, nonNull(Path.GetFileName file)))
    let tokenizer = Path.Combine(target, "tokenizer.json")
    let text = File.ReadAllText tokenizer
    File.WriteAllText(tokenizer, edit text)

[<Fact>]
let ``a teacher that is the policy as it began is the initial reference, bit for bit`` () =
    use folder = new TemporaryFolder()
    let teacher = Path.Combine(folder.Path, "teacher")
    copied teacher id
    let toward reference = Recipes.grpo + 0.5 * Kl.toward reference K3
    let options = { small with Optimiser.Schedule = { small.Optimiser.Schedule with Peak = 3e-3; WarmUp = 0.0 } }
    let untaught, _ = train Recipes.grpo options
    let steps, expected = train (toward Reference.Initial) options
    let before = torch.Tensor.TotalCount
    let steps', found = train (toward(Reference.Folder teacher)) options
    Assert.Equal(before, torch.Tensor.TotalCount)
    Assert.Equal<float32[]>(expected, found)
    Assert.Equal<float list>(steps |> List.map(metric "actor/kl_loss"), steps' |> List.map(metric "actor/kl_loss"))
    Assert.NotEqual<float32[]>(snd(train Recipes.grpo options), found)
    Assert.Equal(untaught.Length, steps'.Length)

[<Fact>]
let ``a teacher of other sizes never moves, and is not written into snapshots`` () =
    use folder = new TemporaryFolder()
    let own = warmPolicy()
    let architecture = { own.Parameters.Architecture with Layers = 1; Width = 32; Heads = 2; KeyValueHeads = 1 }
    let expected =
        use teacher = Policy.create architecture own.Files.Tokenizer own.Files.TokenizerConfig (Seed.ofInt 3)
        Policy.save folder.Path teacher
        weights teacher
    let reference = Reference.Folder folder.Path
    let learner, history = moved [ reference; Reference.Initial ] 3
    Assert.NotEqual<float32[]>(history[0], List.last history)
    Assert.Equal<float32[]>(expected, weights learner.References.Policies[reference])
    Assert.Equal(1, Snapshot.tensors learner |> List.filter(fun (name, _) -> name.StartsWith "reference.") |> List.length)
    let snapshot = Snapshot.take learner
    let back = Snapshot.restore snapshot learner
    Assert.Equal<float32[]>(expected, weights back.References.Policies[reference])
    Snapshot.dispose snapshot
    finish back
    let part =
        (MemoryPlan.predict {
            Architecture = own.Parameters.Architecture
            Options = small
            Needs = Set.singleton(ReferencePolicy reference)
            Lengths = { Prompt = 20; Whole = 60; Written = 40 }
            OnGpu = false
        })
            .Parts
        |> List.find(fun part -> part.Name = $"reference: {folder.Path}")
    let rotation = 2 * architecture.ContextLimit * architecture.HeadWidth
    Assert.Equal(4L * int64(expected.Length + rotation), part.Bytes)
    Policy.dispose own

[<Fact>]
let ``a teacher that is missing or writes other tokens is refused by its folder`` () =
    use folder = new TemporaryFolder()
    let message name =
        use policy = warmPolicy()
        let teacher = Path.Combine(folder.Path, name)
        let needs = Set.singleton(ReferencePolicy(Reference.Folder teacher))
        let error = Assert.ThrowsAny<Exception>(fun () -> Learner.start small needs policy |> ignore)
        Assert.Contains(teacher, error.Message)
        error.Message
    message "nowhere" |> ignore
    copied (Path.Combine(folder.Path, "other")) _.Replace("\"Chad\": 183", "\"Tchad\": 183")
    let other = message "other"
    Assert.Contains("its token 183 is 'Tchad' where that of the policy being trained is 'Chad'", other)
    Assert.Contains("same tokenizer", other)
