/// Measures whether training holds on to memory.
module Levee.Benchmarks.MemoryBench

open System
open System.Runtime.InteropServices
open System.Threading
open Levee
open Levee.Training.Report
open Levee.Benchmarks.Result
open TorchSharp

let private early, late = 50, 500

/// Steps that take a fraction of a second and yet do all that a step does.
let private options = {
    TrainingOptions.defaults with
        Rollout.BatchSize = 2
        Rollout.GroupSize = 3
        Update.MiniBatchSize = 1
        Update.Epochs = 1
        Steps = late
        Measuring.EvaluateEvery = early
        Measuring.EvaluationQuestions = 4
        Measuring.ProbeEvery = early
}

let private brief (task: LearningTask) = { task with Rollout = { task.Rollout with MaxTurns = 2; TurnTokens = 8 } }

type private Held = { ResidentBytes: int64; Tensors: int64 }

[<DllImport "libc">]
extern int private malloc_trim(unativeint pad)

/// Lets the native allocator give back what it keeps for reuse, where it is one that can be told.
let private trimNative () =
    try
        malloc_trim 0un |> ignore
    with
    | :? DllNotFoundException
    | :? EntryPointNotFoundException -> ()

/// The bytes that the process holds, after both allocators have given back the memory that they keep for reuse: that memory is bounded, but how much it is
/// at a given step is chance.
let private held () =
    GC.Collect()
    GC.WaitForPendingFinalizers()
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking = true, compacting = true)
    trimNative()
    { ResidentBytes = Environment.WorkingSet; Tensors = torch.Tensor.TotalCount }

let run () =
    use policy = World.freshPolicy()
    let recipe = Recipes.searchR1 + 3.0 * Llds.penalty Llds.overAllTokens
    let mutable measured = []
    let note (report: StepReport) =
        if report.Step = early || report.Step = late then
            measured <- held() :: measured
    let plan = { Task = brief(Tasks.atlas World.data); Recipe = recipe; Options = options; Seed = Seed.ofInt 7 }
    Reinforce.run plan note CancellationToken.None policy
    match measured with
    | [ last; first ] ->
        let result name (amount: Held -> string) (value: Held -> float) = {
            Measure = $"memory: {name} after {late} steps against after {early}"
            Ours = amount last
            Reference = amount first
            Ratio = Some(Measure.spread [| value last / value first |])
            Aim = "within 2% of 1"
        }
        [
            result "resident, free memory returned," (fun held -> amount "MB" 1 (float held.ResidentBytes / 1e6)) (fun held ->
                float held.ResidentBytes)
            result "live tensors" (fun held -> string held.Tensors) (fun held -> float held.Tensors)
        ]
    | _ -> invalidOp $"Training did not report steps {early} and {late}."
