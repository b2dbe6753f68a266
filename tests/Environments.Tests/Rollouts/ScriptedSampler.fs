namespace Levee.Environments.Tests

open System
open System.Collections.Generic
open System.Threading
open Levee

/// A policy that writes given tokens: for each row, one array a turn. It stops, as a real one, as soon as `ended` or the limit says so,
/// and gives back `bunch` turns a call at most.
type ScriptedSampler(contextLimit: int, script: int[][][], bunch: int) =
    let requests = List<TurnRequest[]>()
    let mutable opened: Seed[] = [||]
    let mutable disposals = 0

    /// Gives all turns back at once.
    new(contextLimit, script) = ScriptedSampler(contextLimit, script, Int32.MaxValue)

    /// The log-probability of a row's n-th token of a turn.
    static member LogProb(row: int, turn: int, index: int) = -0.001f * float32(1 + index + 100 * turn + 10_000 * row)

    /// The requests, call by call.
    member _.Requests = requests
    member _.Opened = opened
    member _.Disposals = disposals

    interface ISampler with
        member _.ContextLimit = contextLimit

        member _.Open seeds =
            opened <- seeds
            let turns = Array.zeroCreate<int> seeds.Length
            let mutable underWay: TurnRequest[] = [||]
            {
                new ISamplerSession with
                    member _.Write(asked, ended, cancellation: CancellationToken) =
                        requests.Add asked
                        let now, later = Array.append underWay asked |> fun all -> Array.splitAt (min bunch all.Length) all
                        underWay <- later
                        now
                        |> Array.map(fun request ->
                            cancellation.ThrowIfCancellationRequested()
                            let turn = turns[request.Row]
                            turns[request.Row] <- turn + 1
                            let planned = script[request.Row][turn]
                            let written = List<int>()
                            while written.Count < min planned.Length request.Limit && not(written.Count > 0 && ended request.Row written) do
                                written.Add planned[written.Count]
                            let logProb = Array.init written.Count (fun i -> ScriptedSampler.LogProb(request.Row, turn, i))
                            ({ Row = request.Row; Tokens = written.ToArray(); LogProbs = logProb }: WrittenTurn))
                    member _.Work = { Prefilled = 0L; Shared = 0L; Sampled = 0L }
                    member _.Dispose() = disposals <- disposals + 1
            }
