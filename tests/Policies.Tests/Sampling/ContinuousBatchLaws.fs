module Levee.Policies.Tests.ContinuousBatchLaws

open System.Threading
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Interop.TorchExtras
open Levee.Policies.Tests.Examples
open Levee.Policies.Tests.Scripts
open TorchSharp

let private config = Config.QuickThrowOnFailure.WithMaxTest 30

let private alone sampler (scripts: Script[]) = scripts |> Array.collect(fun script -> play sampler [| script |])

/// Slots, reading in pieces, and rows that enter one after the other.
let private crowded = { at 1.0 with MaxSequences = Some 3; PassTokens = 5 }, { together with Entry = fun row -> row % 4 }

[<Fact>]
let ``a row's tokens do not depend on the other rows`` () =
    use model = modelOf architecture torch.float64 2
    let sampler options = Sampling.create options model
    Check.One(
        config,
        Prop.forAll (Arb.fromGen someScripts) (fun scripts ->
            let options, course = crowded
            let tokens = alone (sampler(at 1.0)) scripts |> Array.map tokensOf
            tokens = (play (sampler(at 1.0)) scripts |> Array.map tokensOf)
            && tokens = (playBy course (sampler options) scripts |> Array.map tokensOf))
    )

[<Fact>]
let ``a row's log-probabilities depend on the others by rounding alone`` () =
    use model = modelOf architecture torch.float32 3
    let options, course = crowded
    for seed in 0..9 do
        let scripts = Array.init 8 (fun row -> script(100 * seed + row))
        let together = playBy course (Sampling.create options model) scripts
        let alone = alone (Sampling.create (at 1.0) model) scripts
        Assert.Equal<int[] list[]>(alone |> Array.map tokensOf, together |> Array.map tokensOf)
        Assert.InRange(apart alone together, 0.0, 1e-5)

[<Fact>]
let ``steps that are repeated at the same places write the same`` () =
    use model = modelOf architecture torch.float32 3
    for options, course in [ at 1.0, together; crowded ] do
        for seed in 0..9 do
            let scripts = Array.init 8 (fun row -> script(100 * seed + row))
            let usual = playBy course (Sampling.create options model) scripts
            let repeated = playBy course (Sampling.create { options with CudaGraphs = true } model) scripts
            Assert.Equal<int[] list[]>(usual |> Array.map tokensOf, repeated |> Array.map tokensOf)
            Assert.InRange(apart usual repeated, 0.0, 1e-5)

[<Fact>]
let ``a graph without the extras library is refused with a remedy`` () =
    Assert.SkipWhen(CudaGraph.IsAvailable, "the extras library is there")
    let error = Assert.Throws<System.NotSupportedException>(fun () -> (CudaGraph.Record ignore).Dispose())
    Assert.Contains("docs/gpu.md", error.Message)

[<Fact>]
let ``sessions with repeated steps leave no tensor behind`` () =
    use model = modelOf architecture torch.float32 3
    let before = torch.Tensor.TotalCount
    for seed in 0..4 do
        let scripts = Array.init 6 (fun row -> script(100 * seed + row))
        playBy (snd crowded) (Sampling.create { fst crowded with CudaGraphs = true } model) scripts |> ignore
    Assert.Equal(before, torch.Tensor.TotalCount)

[<Fact>]
let ``the same calls give the same numbers, bit for bit`` () =
    use model = modelOf architecture torch.float32 4
    let options, course = crowded
    let scripts = Array.init 8 script
    let play () = playBy course (Sampling.create options model) scripts
    Assert.Equal<Segment list[]>(play(), play())

[<Fact>]
let ``rows may be named in any order`` () =
    use model = modelOf architecture torch.float64 5
    let sampler = Sampling.create (at 1.0) model
    let scripts = Array.init 7 script
    let reversed = playBy { together with Order = Array.rev } sampler scripts
    Assert.Equal<int[] list[]>(play sampler scripts |> Array.map tokensOf, reversed |> Array.map tokensOf)

[<Fact>]
let ``at most so many rows are written at a time, and a call ends when half of them are over`` () =
    use model = modelOf architecture torch.float32 6
    let property (scripts: Script[], slots) =
        let seen _ (underWay: Set<int>) (given: WrittenTurn[]) =
            let places = min slots underWay.Count
            Assert.InRange(given.Length, (places + 1) / 2, places)
            Assert.Equal<int[]>(given |> Array.map _.Row |> Array.sort, given |> Array.map _.Row)
        playBy { together with Seen = seen } (Sampling.create { at 1.0 with MaxSequences = Some slots } model) scripts |> ignore
    Check.One(config, Prop.forAll (Arb.fromGen(Gen.zip someScripts (Gen.choose(1, 8)))) property)

[<Fact>]
let ``a call without a turn under way gives nothing back`` () =
    use model = modelOf architecture torch.float32 7
    use session = (Sampling.create (at 1.0) model).Open [| Seed.ofInt 1 |]
    Assert.Empty(write session [||])
    Assert.NotEmpty(write session [| request 0 [| 1 |] 3 |])
    Assert.Empty(write session [||])

[<Fact>]
let ``between turns only what is new is read`` () =
    use model = modelOf architecture torch.float32 8
    Check.One(
        config,
        Prop.forAll (Arb.fromGen someScripts) (fun scripts ->
            let mutable work = { Prefilled = 0L; Shared = 0L; Sampled = 0L }
            let course = { together with Seen = fun session _ _ -> work <- session.Work }
            let segments = playBy course (Sampling.create (at 1.0) model) scripts
            let contexts = scripts |> Array.sumBy(fun script -> script.Turns |> List.sumBy(fun (context, _) -> context.Length))
            // The last token of a turn is read with the context of the next.
            let continued = scripts |> Array.sumBy(fun script -> script.Turns.Length - 1)
            let sampled = segments |> Array.sumBy(fun row -> (logProbsOf row).Length)
            work.Prefilled + work.Shared = int64(contexts + continued) && work.Sampled = int64 sampled)
    )

let private group (prompts: int[][]) samples =
    let seeds = Array.init (prompts.Length * samples) (fun row -> Seed.derive row (Seed.ofInt 1))
    seeds, Array.init seeds.Length (fun row -> request row prompts[row % prompts.Length] 9)

[<Fact>]
let ``a prompt that rows share is read once`` () =
    use model = modelOf architecture torch.float32 9
    let prompts = [| for length in [ 20; 7; 13 ] -> tokens vocabulary length (Seed.ofInt length) |]
    let seeds, requests = group prompts 5
    let sampler = Sampling.create (at 1.0) model
    use session = sampler.Open seeds
    let together = writeAll never session requests
    Assert.Equal({ Prefilled = 40L; Shared = 160L; Sampled = 135L }, session.Work)
    for turn in together do
        use session = sampler.Open [| seeds[turn.Row] |]
        let alone = (session.Write([| { requests[turn.Row] with Row = 0 } |], never, CancellationToken.None))[0]
        Assert.Equal<int[]>(alone.Tokens, turn.Tokens)
        Assert.All(Array.zip alone.LogProbs turn.LogProbs, (fun (a, b) -> Assert.Equal(float a, float b, 1e-5)))

[<Fact>]
let ``a prompt is shared by those of its rows that have a place`` () =
    use model = modelOf architecture torch.float32 9
    let seeds, requests = group [| tokens vocabulary 11 (Seed.ofInt 1) |] 6
    use session = (Sampling.create { at 1.0 with MaxSequences = Some 3 } model).Open seeds
    Assert.Equal(6, (writeAll never session requests).Length)
    Assert.Equal({ Prefilled = 22L; Shared = 44L; Sampled = 54L }, session.Work)
