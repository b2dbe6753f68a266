/// Measuring this process against its peers.
module Levee.Benchmarks.Comparison

open Levee
open Levee.Training.Report
open Levee.Benchmarks.Measure
open Levee.Benchmarks.Peer

/// The number of measurements, and the way of measuring.
type Settings = {
    /// Rounds, in each of which all contestants work once.
    Pairs: int
    Clock: Clock
    /// Threads that one operation may use, here and in peers.
    Threads: int
}

/// The rounds against one peer.
type Comparison = {
    /// The peer, in words.
    Peer: string
    /// The times of each round: ours, the peer's.
    Rounds: Time[][]
}

let private describe (peer: Peer) conditions =
    match conditions, ourKernels() with
    | Alike, Some name -> $"PyTorch {peer.Version}, OPENBLAS_CORETYPE={name} and glibc's allocator set as ours"
    | Alike, None -> $"PyTorch {peer.Version}, glibc's allocator set as ours"
    | AsInstalled, _ -> $"PyTorch {peer.Version} as installed"

/// Lets our work and that of a peer's script take turns, the peer once with our process's OpenBLAS kernels and allocator settings and
/// once as a user finds it.
/// `check` gets the numbers that each peer's first work came to, and raises where they show that it is other work. No comparison without a
/// Python that has PyTorch.
let againstPeers settings script (policy: Policy) workload check repetitions (ours: Contestant) : Comparison list =
    match python.Value with
    | None -> []
    | Some python ->
        withFolder policy workload (fun folder ->
            let conditions = [| Alike; AsInstalled |]
            let peers = conditions |> Array.map(fun conditions -> Peer.Python(python, script, folder, settings.Threads, conditions))
            try
                for peer in peers do
                    check(peer.Numbers())
                let rounds = rounds settings.Pairs repetitions (Array.append [| ours |] (peers |> Array.map _.Contestant))
                [
                    for place in 0 .. peers.Length - 1 ->
                        {
                            Peer = describe peers[place] conditions[place]
                            Rounds = rounds |> Array.map(fun times -> [| times[0]; times[place + 1] |])
                        }
                ]
            finally
                for peer in peers do
                    (peer :> System.IDisposable).Dispose())
