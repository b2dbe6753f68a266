// Which of its correct answers would one update of GRPO make a policy find less likely, and which trajectories pull them down?
//
//     dotnet fsi build.fsx run diagnose                                       the warm-started policy
//     dotnet fsi build.fsx run diagnose runs/NAME/policies/grpo-seed1 50      a policy of a finished run, over 50 training questions
//
// Prints the per-sample measure (arXiv 2512.04220, Eq. 3) as bars, and for the most displaced question the trajectories that are to blame (Theorem A.1).
#load "levee.fsx"

open System.IO
open System.Threading
open Levee
open TorchSharp

let data = Path.Combine(__SOURCE_DIRECTORY__, "data")

let diagnose folder count =
    torch.set_num_threads 1
    let task = Tasks.atlas data
    let policy = Policy.load torch.float32 torch.CPU folder
    let options = { TrainingOptions.learningRate 1e-3 TrainingOptions.defaults with Update.FreezeEmbedding = true }
    let plan = { Task = task; Recipe = Recipes.grpo; Options = options; Seed = Seed.ofInt 1 }
    let bars = Diagnosis.perSample plan { PerSampleOptions.defaults with Questions = count } CancellationToken.None policy
    printfn "%s: change of log pi(correct response) under one update on its question, in nats\n" folder
    printfn "%s" (Diagnosis.draw bars)
    if bars.Length > 0 then
        printfn "%s" (bars |> Array.minBy _.Change |> Diagnosis.explain options.Rollout.Temperature policy)

Script.guarded(fun () ->
    match Script.arguments() with
    | [||] -> diagnose (Path.Combine(data, "warm-start")) 24
    | [| folder |] -> diagnose folder 24
    | [| folder; Script.Positive count |] -> diagnose folder count
    | words ->
        let typed = String.concat " " words
        Setting.refuse $"Cannot read '{typed}': give a policy's folder, and how many questions if not 24.")
