namespace Levee.CommandLine

open System.IO
open Argu
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace

/// A policy that a recipe keeps beside the one in training.
type KeptPolicy =
    | Initial
    | Moving_Average

/// The words of `levee memory`.
[<RequireQualifiedAccess>]
type MemoryOption =
    | [<MainCommand>] Model of folder: string list
    | [<Unique>] Tokens of count: int
    | [<Unique>] Prompt of count: int
    | [<Unique>] Micro_Batch_Size of count: int
    | [<Unique>] Group_Size of count: int
    | [<Unique>] Batch_Size of count: int
    | [<Unique>] Max_Sequences of count: int
    | [<Unique; AltCommandLine "--dtype">] Precision of WeightType
    | [<Unique>] Gradient_Checkpointing
    | [<Unique>] Packing
    | [<Unique>] Lora_Rank of rank: int
    | [<Unique>] Freeze_Embedding
    | Reference of KeptPolicy
    | [<Unique>] Updates_Ago of count: int
    | [<Unique>] Critic
    | [<Unique>] Entropy
    | [<Unique>] Gpu
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            let d = TrainingOptions.defaults
            match this with
            | Model _ -> "the policy's folder; its config.json is enough."
            | Tokens _ -> "tokens of the longest trajectory (default: 2048, or the policy's context where that is less)."
            | Prompt _ -> "tokens of it before the first that the policy writes (default: a quarter); the rest is counted as written."
            | Micro_Batch_Size _ -> $"trajectories with their graph at a time (default: {d.Memory.MicroBatchSize})."
            | Group_Size _ -> $"trajectories of a question (default: {d.Rollout.GroupSize})."
            | Batch_Size _ -> $"questions of a step, whose trajectories are sampled together (default: {d.Rollout.BatchSize})."
            | Max_Sequences _ -> "trajectories sampled at a time (default: all of a step)."
            | Precision _ -> "the type of the weights in training: float32 or bfloat16 (default: float32)."
            | Gradient_Checkpointing -> "each layer is computed again in the backward pass."
            | Packing -> "trajectories stand one behind the other."
            | Lora_Rank _ -> "an adapter of this rank beside every projection is trained instead of all weights."
            | Freeze_Embedding -> "token embeddings stay as they are."
            | Reference _ -> "the recipe needs this policy too; may be given twice."
            | Updates_Ago _ -> "the recipe needs the policy of so many updates ago."
            | Critic -> "the recipe has a critic."
            | Entropy -> "the recipe has a gradient through the entropy."
            | Gpu -> "as on a GPU, where attention holds no scores."
            | Json -> "write everything as one JSON object, in bytes."

[<RequireQualifiedAccess>]
module Memory =
    type private Options = ParseResults<MemoryOption>

    let private architecture (folder: string) =
        let file = (ModelFolder folder).Config
        if not(File.Exists file) then
            raise(FileNotFoundException($"{folder}: missing {ModelFolder.ConfigName}. Give the folder of a policy.", file))
        let config = ModelConfig.Load file
        Loading.tell(List.ofSeq config.Notices)
        Architecture.ofConfig file config

    let private precision (options: Options) =
        match options.GetResult(MemoryOption.Precision, Float32) with
        | Float32 -> Levee.Training.Learning.Precision.Float32
        | BFloat16 -> Levee.Training.Learning.Precision.BFloat16
        | Float16 -> Usage.refuse "--precision float16: policies are trained in float32 or bfloat16."

    let private needs (options: Options) =
        Set.ofList [
            for kept in options.GetResults MemoryOption.Reference do
                match kept with
                | Initial -> ReferencePolicy Levee.Algorithms.Reference.Initial
                // The memory of a moving average does not depend on how fast it moves.
                | Moving_Average -> ReferencePolicy(Levee.Algorithms.Reference.MovingAverage 0.99)
            for updates in options.TryGetResult MemoryOption.Updates_Ago |> Option.toList do
                ReferencePolicy(Levee.Algorithms.Reference.UpdatesAgo(Usage.positive "--updates-ago" updates))
            if options.Contains MemoryOption.Critic then
                CriticValues
            if options.Contains MemoryOption.Entropy then
                EntropyGradient
        ]

    let private lengths (architecture: Architecture) (options: Options) =
        let whole = options.GetResult(MemoryOption.Tokens, min 2048 architecture.ContextLimit) |> Usage.positive "--tokens"
        if whole > architecture.ContextLimit then
            Usage.refuse $"--tokens {whole} is more than the policy's context of {architecture.ContextLimit}."
        let prompt = options.GetResult(MemoryOption.Prompt, max 1 (whole / 4)) |> Usage.positive "--prompt"
        if prompt >= whole then
            Usage.refuse $"--prompt {prompt} leaves nothing of {whole} tokens to write: give less."
        { Prompt = prompt; Whole = whole; Written = whole - prompt }

    let private training (options: Options) =
        let d = TrainingOptions.defaults
        let questions = options.GetResult(MemoryOption.Batch_Size, d.Rollout.BatchSize) |> Usage.positive "--batch-size"
        {
            d with
                Memory.MicroBatchSize =
                    options.GetResult(MemoryOption.Micro_Batch_Size, d.Memory.MicroBatchSize) |> Usage.positive "--micro-batch-size"
                Rollout.GroupSize = options.GetResult(MemoryOption.Group_Size, d.Rollout.GroupSize) |> Usage.positive "--group-size"
                Rollout.BatchSize = questions
                Memory.MaxSequences = options.TryGetResult MemoryOption.Max_Sequences |> Option.map(Usage.positive "--max-sequences")
                Update.MiniBatchSize = min d.Update.MiniBatchSize questions
                Memory.Precision = precision options
                Memory.GradientCheckpointing = options.Contains MemoryOption.Gradient_Checkpointing
                Memory.Packing = options.Contains MemoryOption.Packing
                Update.FreezeEmbedding = options.Contains MemoryOption.Freeze_Embedding
                Update.Adapter =
                    options.TryGetResult MemoryOption.Lora_Rank
                    |> Option.map(fun rank -> { LoraOptions.defaults with Rank = Usage.positive "--lora-rank" rank })
        }

    let private phases = [
        MemoryPhase.Always, "all the time"
        MemoryPhase.Rollout, "while trajectories are sampled"
        MemoryPhase.Update, "while the policy learns"
    ]

    let private row (name: string) (bytes: int64) = $"    %-44s{name} {float bytes / 1e6, 14:N1} MB"

    let private text (plan: MemoryPlan) =
        let isLearning = plan.Peak = plan.Update
        [
            for phase, heading in phases do
                heading
                for part in plan.Parts do
                    if part.Phase = phase then
                        row part.Name part.Bytes
            "in all"
            row "sampling" plan.Rollout
            row "learning" plan.Update
            row
                (if isLearning then
                     "peak, in learning"
                 else
                     "peak, in sampling")
                plan.Peak
        ]
        |> String.concat "\n"

    let private json (plan: MemoryPlan) =
        Json.line {|
            parts = [|
                for part in plan.Parts -> {| name = part.Name; phase = (string part.Phase).ToLowerInvariant(); bytes = part.Bytes |}
            |]
            rollout = plan.Rollout
            update = plan.Update
            peak = plan.Peak
        |}

    let private run _ (options: Options) =
        let architecture = Loading.folder "memory" (options.GetResult(MemoryOption.Model, [])) |> architecture
        let plan =
            MemoryPlan.predict {
                Architecture = architecture
                Options = training options
                Needs = needs options
                Lengths = lengths architecture options
                OnGpu = options.Contains MemoryOption.Gpu
            }
        printfn
            "%s"
            (if options.Contains MemoryOption.Json then
                 json plan
             else
                 text plan)
        0

    let command =
        Command.create
            "memory"
            "Predict what training a policy takes in memory, part by part, from its config.json alone."
            [
                "MODEL --micro-batch 4 --tokens 4096 --precision bfloat16 --checkpointing",
                "all weights, each layer computed again in the backward pass"
                "MODEL --lora-rank 16 --group-size 8 --reference initial", "an adapter, with the first policy as a reference"
                "MODEL --gpu --json", "for programs, in bytes"
            ]
            run
