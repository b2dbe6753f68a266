namespace Levee.Training.Studies

open System.Collections.Concurrent
open System.Threading

/// Work that is done several at a time.
[<RequireQualifiedAccess>]
module internal Jobs =
    /// Runs jobs on threads of their own, `workers` at a time, in order; gives the errors by job.
    let inParallel workers (jobs: ('key * (unit -> unit)) list) =
        let waiting = ConcurrentQueue jobs
        let failed = ConcurrentQueue<'key * exn>()
        let rec work () =
            match waiting.TryDequeue() with
            | true, (key, job) ->
                try
                    job()
                with error ->
                    failed.Enqueue(key, error)
                work()
            | _ -> ()
        let threads = [ for _ in 1 .. min workers jobs.Length -> Thread(work, 16 * 1024 * 1024) ]
        for thread in threads do
            thread.Start()
        for thread in threads do
            thread.Join()
        List.ofSeq failed
