// Makes the policy in data/warm-start that the quick size of the experiments starts from: a fresh one, taught by demonstrations. About 5 minutes on one core;
// the same file each time on the same machine.
#load "levee.fsx"

open System.IO
open System.Threading
open Levee
open TorchSharp

torch.set_num_threads 1

let data = Path.Combine(__SOURCE_DIRECTORY__, "data")
let atlas = Tasks.atlas data
let policy = LearningTask.beginner atlas (Seed.ofInt 1)

let report step loss =
    if step % 100 = 0 then
        printfn $"step {step} of {Tasks.teaching.Steps}: loss %.3f{loss}"

WarmStart.run Tasks.teaching atlas (Seed.ofInt 1) report CancellationToken.None policy

let score temperature =
    Evaluation.rollouts atlas (SamplingOptions.at temperature) (Seed.ofInt 3) CancellationToken.None policy atlas.HeldOut
    |> Evaluation.meanReward

printfn $"exact match on held-out questions: sampled %.2f{score 1.0}, greedy %.2f{score 0.0}"
Policy.save (Path.Combine(data, "warm-start")) policy
