/// Set-ups whose memory is predicted, and measured in a process of its own.
module Levee.Tests.Setups

open System
open System.Threading
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open TorchSharp

type Setup = { Plan: MemorySetup; Recipe: Recipe }

let private architecture = {
    Policy.tiny 5000 with
        Width = 256
        FeedForwardWidth = 768
        Layers = 8
        Heads = 4
        KeyValueHeads = 2
        HeadWidth = 64
        ContextLimit = 512
}

let private options = {
    TrainingOptions.defaults with
        Memory.MicroBatchSize = 4
        Rollout.GroupSize = 4
        Rollout.BatchSize = 1
        Update.MiniBatchSize = 1
}

let private setup recipe architecture edit = {
    Recipe = recipe
    Plan = {
        Architecture = architecture
        Options = edit options
        Needs = Recipe.needs recipe
        Lengths = { Prompt = 128; Whole = 257; Written = 129 }
        OnGpu = false
    }
}

let private plain = setup Recipes.grpo architecture

let private everything =
    Recipes.ppo
    + 0.1 * Kl.toward Reference.Initial K3
    + 1.0 * Llds.penalty { Llds.overAllTokens with Reference = Reference.MovingAverage 0.9 }

let all =
    Map.ofList [
        "plain", plain id
        "checkpointed", plain(fun o -> { o with Memory.GradientCheckpointing = true })
        "bfloat16", plain(fun o -> { o with Memory.Precision = Precision.BFloat16 })
        "bfloat16, checkpointed", plain(fun o -> { o with Memory.Precision = Precision.BFloat16; Memory.GradientCheckpointing = true })
        "an adapter", plain(fun o -> { o with Update.Adapter = Some LoraOptions.defaults })
        "Qwen3, packed, with critic and references",
        setup everything { architecture with Family = Qwen3; Layers = 3 } (fun o -> { o with Memory.Packing = true })
    ]

/// The same with a policy and trajectories that take next to nothing.
let tiny setup =
    let architecture = {
        setup.Plan.Architecture with
            VocabularySize = 50
            Width = 16
            FeedForwardWidth = 16
            Layers = 2
            HeadWidth = 4
    }
    {
        setup with
            Plan = { setup.Plan with Architecture = architecture; Lengths = { Prompt = 8; Whole = 17; Written = 9 } }
    }

let private trajectory (plan: MemorySetup) seed = {
    Trajectory.empty with
        Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
        Segments =
            let tokens count seed = Array.init count (fun i -> Seed.below plan.Architecture.VocabularySize (Seed.derive i seed))
            [
                Prompt(tokens plan.Lengths.Prompt (Seed.named "prompt" seed))
                Action(tokens plan.Lengths.Written (Seed.named "action" seed), Array.create plan.Lengths.Written -1.0f)
            ]
        Reward = float(Seed.below 2 seed)
}

let private tokenizer = Tokenizer.WordLevel([ "word" ], [ "<unk>" ], "<unk>")

/// A fresh policy of the set-up.
let private policy (plan: MemorySetup) =
    use _ = torch.NewDisposeScope()
    let values = torch.empty([| Parameters.count plan.Architecture |], dtype = Precision.dtype plan.Options.Memory.Precision)
    let values = values.normal_(0.0, 0.02).DetachFromDisposeScope()
    let model = Parameters.ofValues plan.Architecture plan.Options.Update.Adapter.IsNone values |> Model.ofParameters
    use small =
        Policy.create { Policy.tiny tokenizer.VocabularySize with Width = 8 } tokenizer (TokenizerConfig()) (Seed.ofInt 1)
    let policy = { small with Model = model }
    match plan.Options.Update.Adapter with
    | Some adapter ->
        use bare = policy
        Policy.adapt adapter "" (Seed.ofInt 1) bare
    | None -> policy

/// Makes a policy and a learner, and one update of one group. Raises where it was not applied.
let run { Plan = plan; Recipe = recipe } =
    use _ = torch.NewDisposeScope()
    use policy = policy plan
    let learner = Learner.start plan.Options plan.Needs policy
    let group = Array.init plan.Options.Rollout.GroupSize (fun i -> trajectory plan (Seed.ofInt i))
    let batch =
        StepBatch.create plan.Options recipe Clock.single learner [| group |] |> StepBatch.refresh plan.Options recipe learner
    let update = {
        Options = plan.Options
        Objective = recipe.Objective
        Rates = { PolicyRate = 1e-4; CriticRate = 1e-4 }
        OnPolicy = false
    }
    let learner, report = Update.run update CancellationToken.None learner batch
    Learner.dispose learner
    if not report.Applied then
        invalidOp "The update was not applied."
