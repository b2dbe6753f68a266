module Levee.Environments.Tests.ResilientRetrieverTests

open System
open System.Threading
open System.Threading.Tasks
open Levee
open Xunit

let private document query = { Id = query; Title = "t"; Text = query }

let private retriever (answer: string[] -> CancellationToken -> Task<Result<Document[], string>[]>) = {
    new IRetriever with
        member _.Retrieve(queries, _, cancellation) = answer queries cancellation
}

let private echo (queries: string[]) = queries |> Array.map(fun query -> Ok [| document query |])

let private ask (retriever: IRetriever) (queries: string[]) =
    retriever.Retrieve(queries, 3, CancellationToken.None).GetAwaiter().GetResult()

let private within (time: TimeSpan) answer = Retriever.resilient time (retriever answer)

let private resilient answer = within (TimeSpan.FromMinutes 1.0) answer

[<Fact>]
let ``What works is passed on`` () =
    let calls = ref 0
    let resilient =
        resilient(fun queries _ ->
            Interlocked.Increment calls |> ignore
            Task.FromResult(echo queries))
    Assert.Equal<Result<Document[], string>[]>(echo [| "a"; "b" |], ask resilient [| "a"; "b" |])
    Assert.Equal((1, 2L, 0L), (calls.Value, resilient.Queries, resilient.Failures))

[<Fact>]
let ``A retriever that is down fails every query and nothing else`` () =
    let resilient = resilient(fun _ _ -> raise(InvalidOperationException "connection refused"))
    Assert.Equal<Result<Document[], string>[]>(Array.create 2 (Error "connection refused"), ask resilient [| "a"; "b" |])
    Assert.Equal((2L, 2L), (resilient.Queries, resilient.Failures))

[<Fact>]
let ``One query that spoils its batch fails alone`` () =
    let resilient =
        resilient(fun queries _ ->
            if Array.contains "poison" queries then
                Task.FromException<_>(InvalidOperationException "bad query")
            else
                Task.FromResult(echo queries))
    let found = ask resilient [| "a"; "poison"; "b" |]
    Assert.Equal<Result<Document[], string>[]>([| Ok [| document "a" |]; Error "bad query"; Ok [| document "b" |] |], found)
    Assert.Equal((3L, 1L), (resilient.Queries, resilient.Failures))

[<Fact>]
let ``A silent retriever is given up, even one that blocks`` () =
    use release = new ManualResetEventSlim()
    let silent (answer: string[] -> CancellationToken -> Task<Result<Document[], string>[]>) =
        let clock = Diagnostics.Stopwatch.StartNew()
        let resilient = within (TimeSpan.FromMilliseconds 200.0) answer
        let found = ask resilient [| "a" |]
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds 20.0)
        Assert.True(found[0].IsError)
        Assert.Equal(1L, resilient.Failures)
    silent(fun _ cancellation ->
        task {
            do! Task.Delay(Timeout.Infinite, cancellation)
            return [||]
        })
    silent(fun queries _ ->
        release.Wait()
        Task.FromResult(echo queries))
    release.Set()

[<Fact>]
let ``A wrong number of results is a failure`` () =
    let resilient = resilient(fun _ _ -> Task.FromResult [||])
    Assert.True(ask resilient [| "a" |] |> Array.forall _.IsError)

[<Fact>]
let ``Cancellation throws and is no failure`` () =
    use source = new CancellationTokenSource(50)
    let resilient =
        Retriever.resilient
            (TimeSpan.FromMinutes 1.0)
            (retriever(fun _ cancellation ->
                task {
                    do! Task.Delay(Timeout.Infinite, cancellation)
                    return [||]
                }))
    let ask () =
        (resilient :> IRetriever).Retrieve([| "a"; "b" |], 3, source.Token).GetAwaiter().GetResult() |> ignore
    Assert.ThrowsAny<OperationCanceledException>(ask) |> ignore
    Assert.Equal(0L, resilient.Failures)

[<Fact>]
let ``A time-out is longer than zero`` () =
    Assert.Throws<ArgumentException>(fun () ->
        Retriever.resilient TimeSpan.Zero (retriever(fun queries _ -> Task.FromResult(echo queries))) |> ignore)
    |> ignore
