/// One update of the demo policy, against the same update in PyTorch.
module Levee.Benchmarks.UpdateBench

open System.Threading
open Levee
open Levee.Training.Report
open Levee.Benchmarks.Measure
open Levee.Benchmarks.Comparison
open Levee.Benchmarks.Result
open TorchSharp

let private sequences = 20
let private groupSize = 5
let private clip = 0.2

// The rate is so small that the hundreds of updates on one batch do not take it far from where it was.
let private learningRate = 1e-6
let private rates = { PolicyRate = learningRate; CriticRate = learningRate }

let private repetitions = 10

let private workload (trajectories: Trajectory[]) (advantages: float[]) =
    let sequence (trajectory: Trajectory) advantage =
        let tokens segment =
            match segment with
            | Prompt tokens
            | Observation tokens -> tokens |> Array.map(fun token -> token, 0, 0.0f)
            | Action(tokens, logProbs) -> Array.map2 (fun token logProb -> token, 1, logProb) tokens logProbs
        let all = trajectory.Segments |> List.toArray |> Array.collect tokens
        {|
            tokens = all |> Array.map(fun (token, _, _) -> token)
            action = all |> Array.map(fun (_, action, _) -> action)
            logProbOld = all |> Array.map(fun (_, _, logProb) -> logProb)
            advantage = advantage
        |}
    {|
        sequences = Array.map2 sequence trajectories advantages
        learningRate = learningRate
        clip = clip
        clipNorm = TrainingOptions.defaults.Optimiser.ClipNorm
    |}

/// Raises where the peer's numbers are not ours.
let private check (ours: UpdateReport) (theirs: Map<string, float>) =
    let loss = ours.Metrics |> List.find(fst >> (=) "actor/pg_loss") |> snd
    for name, number in [ "loss", loss; "gradientNorm", ours.GradientNorm; "entropy", ours.Entropy ] do
        if not(abs(number - theirs[name]) <= 1e-4 + 1e-3 * abs number) then
            invalidOp $"The peer does other work than we do: its {name} is {theirs[name]}, ours {number}."

let run settings =
    use policy = World.freshPolicy()
    let trajectories = World.trajectories policy sequences
    let advantages = World.advantages groupSize trajectories
    use _ = torch.NewDisposeScope()
    let batch = Batch.create torch.float32 torch.CPU trajectories advantages
    let plan = {
        Options = TrainingOptions.defaults
        Objective = Surrogate.clipped(Clip.symmetric clip)
        Rates = rates
        OnPolicy = false
    }
    let workload = workload trajectories advantages
    use trained = World.copy policy
    let mutable learner = Learner.start TrainingOptions.defaults Set.empty trained
    let update () =
        use _ = torch.NewDisposeScope()
        let next, report = Update.run plan CancellationToken.None learner batch
        learner <- next
        report
    let first = update()
    let result (comparison: Comparison) =
        let time place (round: Time[]) = round[place].By settings.Clock
        let each place =
            let seconds = comparison.Rounds |> Array.map(time place) |> spread
            amount "ms" 2 (1000.0 * seconds.Median / float repetitions)
        {
            Measure = $"update: time of one against {comparison.Peer}"
            Ours = each 0
            Reference = each 1
            Ratio = Some(ratios (time 0) (time 1) comparison.Rounds)
            Aim = "below 1.0"
        }
    ofWork(update >> ignore)
    |> againstPeers settings "update.py" policy workload (check first) repetitions
    |> List.map result
