[<Xunit.Collection "alone">]
module Levee.Policies.Tests.SamplingLaws

open System
open System.Collections.Generic
open System.Diagnostics
open System.Threading
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Tests.Examples
open TorchSharp

let private vocabulary = architecture.VocabularySize

/// Turns end at tokens divisible by 5: after about five tokens.
let private ended (turn: IReadOnlyList<int>) = turn[turn.Count - 1] % 5 = 0

let private write (session: ISamplerSession) requests = session.Write(requests, ended, CancellationToken.None)

let private request row context limit = { Row = row; Context = context; Limit = limit }

/// What the rows of one session are given, turn by turn: contexts of 1 to 8 tokens and limits of 1 to 9; a row leaves after its last turn.
type private Script = { Seed: Seed; Turns: (int[] * int) list }

let private script seed =
    let seed = Seed.ofInt seed

    let turn i =
        let seed = Seed.derive i (Seed.named "turn" seed)
        tokens vocabulary (1 + Seed.below 8 (Seed.named "length" seed)) seed, 1 + Seed.below 9 (Seed.named "limit" seed)

    {
        Seed = Seed.named "row" seed
        Turns = List.init (1 + Seed.below 4 (Seed.named "turns" seed)) turn
    }

/// Plays scripts in one session; gives each row's segments.
let private play (sampler: ISampler) (scripts: Script[]) =
    use session = sampler.Open(scripts |> Array.map _.Seed)
    let segments = scripts |> Array.map(fun _ -> ResizeArray<Segment>())

    for turn in 0 .. (scripts |> Array.map _.Turns.Length |> Array.max) - 1 do
        let rows = [|
            for row in 0 .. scripts.Length - 1 do
                if turn < scripts[row].Turns.Length then
                    row
        |]

        let requests = rows |> Array.map(fun row -> scripts[row].Turns[turn] ||> request row)

        for request, struct (tokens, logProbs) in Array.zip requests (write session requests) do
            segments[request.Row].Add((if turn = 0 then Prompt else Observation) request.Context)
            segments[request.Row].Add(Action(tokens, logProbs))

    segments |> Array.map List.ofSeq

let private sequence segments =
    segments
    |> List.toArray
    |> Array.collect(function
        | Prompt tokens
        | Observation tokens -> tokens |> Array.map(fun token -> struct (token, false))
        | Action(tokens, _) -> tokens |> Array.map(fun token -> struct (token, true)))

let private written segments =
    segments
    |> List.choose(function
        | Action(tokens, logProbs) -> Some(tokens, logProbs)
        | _ -> None)

/// One to seven scripts, so that batches are narrowed now and then.
let private someScripts =
    gen {
        let! count = Gen.choose(1, 7)
        let! seeds = Gen.arrayOfLength count (Gen.choose(0, 1_000_000))
        return seeds |> Array.map script
    }

let private config = Config.QuickThrowOnFailure.WithMaxTest 30

[<Fact>]
let ``log-probabilities are those of scoring, turn after turn`` () =
    use model = modelOf architecture torch.float32 1

    let property temperature (scripts: Script[]) =
        use _ = torch.NewDisposeScope()
        let segments = play (Sampling.create temperature model) scripts
        let scored =
            Scoring.forwardLayout (Scoring.at temperature) model (segments |> Array.map sequence |> Layout.ofSequences torch.CPU)
        let sampled = segments |> Array.collect(written >> List.toArray >> Array.collect snd) |> Array.map float
        let differences = Array.map2 (fun a b -> abs(a - b)) sampled (numbers scored.Tokens.LogProb)
        Assert.True(Array.max differences < 1e-4, $"{Array.max differences}")

    Check.One(config, Prop.forAll (Arb.fromGen someScripts) (property 1.0))
    Check.One(config, Prop.forAll (Arb.fromGen someScripts) (property 0.6))

[<Fact>]
let ``a row's tokens do not depend on the other rows`` () =
    use model = modelOf architecture torch.float64 2
    let sampler = Sampling.create 1.0 model
    let tokensOf = written >> List.map fst

    Check.One(
        config,
        Prop.forAll (Arb.fromGen someScripts) (fun scripts ->
            let together = play sampler scripts |> Array.map tokensOf
            let alone = scripts |> Array.map(fun script -> play sampler [| script |] |> Array.exactlyOne |> tokensOf)
            together = alone)
    )

[<Fact>]
let ``turns end where asked, and at the limit`` () =
    use model = modelOf architecture torch.float32 3

    Check.One(
        config,
        Prop.forAll (Arb.fromGen someScripts) (fun scripts ->
            let segments = play (Sampling.create 1.0 model) scripts

            Array.forall2
                (fun (script: Script) segments ->
                    List.forall2
                        (fun (_, limit) (tokens: int[], logProbs: float32[]) ->
                            let early = tokens[.. tokens.Length - 2] |> Array.exists(fun token -> token % 5 = 0)
                            let last = Array.last tokens

                            not early
                            && (last % 5 = 0 || tokens.Length = limit)
                            && tokens.Length <= limit
                            && logProbs.Length = tokens.Length)
                        script.Turns
                        (written segments))
                scripts
                segments)
    )

[<Fact>]
let ``a continued turn is what one prompt of everything before it gives`` () =
    use model = modelOf architecture torch.float64 4
    let sampler = Sampling.create 0.0 model
    use session = sampler.Open [| Seed.ofInt 1 |]
    let prompt, observation = tokens vocabulary 6 (Seed.ofInt 2), tokens vocabulary 3 (Seed.ofInt 3)
    let never _ = false

    let turn (session: ISamplerSession) context =
        let struct (tokens, _) = session.Write([| request 0 context 7 |], never, CancellationToken.None)[0]
        tokens

    let first = turn session prompt
    let second = turn session observation
    let third = turn session [||]
    use fresh = sampler.Open [| Seed.ofInt 1 |]

    Assert.Equal<int[]>(
        Array.append second third,
        [| yield! turn fresh (Array.concat [ prompt; first; observation ]); yield! turn fresh [||] |]
    )

[<Fact>]
let ``rows may be named in any order`` () =
    use model = modelOf architecture torch.float64 5
    let sampler = Sampling.create 1.0 model
    let seeds = Array.init 4 (fun row -> Seed.derive row (Seed.ofInt 1))
    let context row turn = tokens vocabulary (2 + row) (Seed.derive turn (Seed.derive row (Seed.ofInt 2)))

    let run (orders: int[] list) =
        use session = sampler.Open seeds

        [
            for turn, order in List.indexed orders do
                let turns = write session (order |> Array.map(fun row -> request row (context row turn) 6))
                yield! Array.map2 (fun row (struct (tokens, _)) -> row, tokens) order turns |> Array.sortBy fst
        ]

    let straight = run [ [| 0; 1; 2; 3 |]; [| 0; 1; 2; 3 |] ]
    Assert.Equal<(int * int[]) list>(straight, run [ [| 2; 0; 3; 1 |]; [| 3; 2; 1; 0 |] ])

[<Fact>]
let ``tokens are drawn from the policy's distribution`` () =
    use _ = torch.NewDisposeScope()
    use model = modelOf architecture torch.float32 6
    let rows = 20000
    use session = (Sampling.create 1.0 model).Open(Array.init rows (fun row -> Seed.derive row (Seed.ofInt 1)))
    let counts: float[] = Array.zeroCreate vocabulary

    for struct (tokens, _) in write session (Array.init rows (fun row -> request row [| 3; 1 |] 1)) do
        counts[tokens[0]] <- counts[tokens[0]] + 1.0

    let hidden = Transformer.hidden model.Parameters model.Rotation (torch.tensor([| 3L; 1L |], ReadOnlySpan [| 1L; 2L |]))
    let distribution = torch.nn.functional.softmax(hidden.select(1L, 1L).mm(model.Parameters.Head.t()), -1L) |> numbers

    for token in 0 .. vocabulary - 1 do
        let p = distribution[token]
        // Five standard deviations.
        Assert.Equal(p, counts[token] / float rows, 5.0 * sqrt(p * (1.0 - p) / float rows) + 1e-9)

[<Fact>]
let ``a request that cannot be met says why`` () =
    use model = modelOf architecture torch.float32 7
    use session = (Sampling.create 1.0 model).Open [| Seed.ofInt 1; Seed.ofInt 2 |]

    let refused requests (reason: string) =
        let error = Assert.Throws<ArgumentException>(fun () -> write session requests |> ignore)
        Assert.Contains(reason, error.Message)

    refused [| request 0 [||] 3 |] "Row 0 has no context"
    refused [| request 0 [| 1 |] 0 |] "at least 1"
    refused [| request 2 [| 1 |] 3 |] "Row 2 is not in this session"
    refused [| request 1 [| 1 |] 3; request 1 [| 1 |] 3 |] "named twice"
    refused [| request 0 [| 1 |] architecture.ContextLimit |] "would reach 97 tokens"
    refused [| request 0 [| vocabulary |] 3 |] $"token {vocabulary}"
    write session [| request 1 [| 1 |] 3 |] |> ignore
    refused [| request 0 [| 1 |] 3 |] "left out of an earlier call"
    Assert.Contains("temperature", Assert.Throws<ArgumentException>(fun () -> Sampling.create -1.0 model |> ignore).Message)

[<Fact>]
let ``the context limit can be used to the last token`` () =
    use model = modelOf architecture torch.float32 8
    use session = (Sampling.create 1.0 model).Open [| Seed.ofInt 1; Seed.ofInt 2 |]
    let limit = architecture.ContextLimit
    let full = tokens vocabulary (limit - 1) (Seed.ofInt 3)
    let results = session.Write([| request 0 full 1; request 1 [| 1 |] (limit - 1) |], (fun _ -> false), CancellationToken.None)
    let lengths = results |> Array.map(fun (struct (tokens, _)) -> tokens.Length)
    Assert.Equal<int[]>([| 1; limit - 1 |], lengths)

[<Theory>]
[<InlineData 0.0>]
[<InlineData 1.0>]
let ``weights that are no numbers are reported`` temperature =
    use model = modelOf architecture torch.float32 9
    model.Parameters.Values.fill_(Tensors.scalar nan) |> ignore
    use session = (Sampling.create temperature model).Open [| Seed.ofInt 1 |]
    let error = Assert.Throws<InvalidOperationException>(fun () -> write session [| request 0 [| 1 |] 5 |] |> ignore)
    Assert.Contains("diverged", error.Message)

[<Fact>]
let ``writing can be cancelled`` () =
    use model = modelOf architecture torch.float32 9
    use session = (Sampling.create 1.0 model).Open [| Seed.ofInt 1 |]
    use source = new CancellationTokenSource()

    let ended (turn: IReadOnlyList<int>) =
        if turn.Count = 3 then
            source.Cancel()

        false

    Assert.Throws<OperationCanceledException>(fun () -> session.Write([| request 0 [| 1 |] 50 |], ended, source.Token) |> ignore)
    |> ignore

[<Fact>]
let ``sessions leave no tensor and no memory behind`` () =
    use model = modelOf architecture torch.float32 10
    let sampler = Sampling.create 1.0 model
    let round seed = play sampler (Array.init 6 (fun row -> script(seed * 100 + row))) |> ignore

    let resident () =
        GC.Collect(2, GCCollectionMode.Aggressive, true, true)
        use self = Process.GetCurrentProcess()
        self.WorkingSet64

    for seed in 0..199 do
        round seed

    let tensors, memory = torch.Tensor.TotalCount, resident()

    for seed in 200..399 do
        round seed

    Assert.Equal(tensors, torch.Tensor.TotalCount)
    Assert.InRange(resident() - memory, Int64.MinValue, 8L * 1024L * 1024L)
