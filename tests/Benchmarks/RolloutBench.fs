/// Tokens sampled a second in episodes of several turns, against a plain PyTorch loop with a KV cache.
module Levee.Benchmarks.RolloutBench

open System.Threading
open Levee
open Levee.Training.Report
open Levee.Benchmarks.Measure
open Levee.Benchmarks.Comparison
open Levee.Benchmarks.Result
open Levee.Benchmarks.World

let private rows = 40
let private repetitions = 4

/// Writes the turns of all rows, each as soon as its row is given back; a row without another turn leaves the batch.
let private write (sampler: ISampler) (turns: Turns) =
    use session = sampler.Open(Array.init rows (fun r -> Seed.ofInt 5 |> Seed.derive r))
    let next = Array.zeroCreate<int> rows
    let request row =
        let turn = next[row]
        next[row] <- turn + 1
        if turn < turns.Limits[row].Length then
            Some {
                Row = row
                Context = (if turn = 0 then turns.Prompts else turns.Feedback)[row]
                Limit = turns.Limits[row][turn]
            }
        else
            None
    let rec play entering =
        let written = session.Write(Array.choose request entering, (fun _ _ -> false), CancellationToken.None)
        if written.Length > 0 then
            play(written |> Array.map _.Row)
    play [| 0 .. rows - 1 |]

let private compare settings policy name (limits: Seed -> int[]) =
    let turns = World.turns policy rows limits
    let written = turns.Limits |> Array.sumBy Array.sum
    let workload = {| prompts = turns.Prompts; feedback = turns.Feedback; limits = turns.Limits |}
    let check (theirs: Map<string, float>) =
        if theirs["tokens"] <> float written then
            invalidOp $"""The peer does other work than we do: it writes {theirs["tokens"]} tokens, we {written}."""
    let speed place (round: Time[]) = float(repetitions * written) / round[place].By settings.Clock
    let each (comparison: Comparison) place = comparison.Rounds |> Array.map(speed place) |> spread |> _.Median |> amount "tokens/s" 0
    ofWork(fun () -> write (Policy.sampler 1.0 policy) turns)
    |> againstPeers settings "rollout.py" policy workload check repetitions
    |> List.map(fun comparison -> {
        Measure = $"rollout, {name} turns: speed against {comparison.Peer}"
        Ours = each comparison 0
        Reference = each comparison 1
        Ratio = Some(ratios (speed 0) (speed 1) comparison.Rounds)
        Aim = "above 2.0"
    })

let run settings =
    use policy = World.freshPolicy()
    [ "equal", World.equalTurns; "ragged", World.raggedTurns ]
    |> List.collect(fun (name, limits) -> compare settings policy name limits)
