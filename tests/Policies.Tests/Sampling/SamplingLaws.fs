module Levee.Policies.Tests.SamplingLaws

open System
open System.Collections.Generic
open System.Diagnostics
open System.Threading
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open Levee.Policies.Tests.Scripts
open TorchSharp

let private config = Config.QuickThrowOnFailure.WithMaxTest 30

[<Fact>]
let ``log-probabilities are those of scoring, turn after turn`` () =
    use model = modelOf architecture torch.float32 1
    let property options (scripts: Script[]) =
        use _ = torch.NewDisposeScope()
        let segments = play (Sampling.create options model) scripts
        let scored =
            Scoring.forwardLayout (Scoring.at options.Temperature) model (segments |> Array.map sequence |> Layout.ofSequences torch.CPU)
        let sampled = segments |> Array.collect logProbsOf |> Array.map float
        let differences = Array.map2 (fun a b -> abs(a - b)) sampled (numbers scored.Tokens.LogProb)
        Assert.True(Array.max differences < 1e-4, $"{Array.max differences}")
    Check.One(config, Prop.forAll (Arb.fromGen someScripts) (property(at 1.0)))
    // Log-probabilities are those of the whole distribution, whatever the filters leave out.
    Check.One(config, Prop.forAll (Arb.fromGen someScripts) (property { at 0.6 with TopK = Some 9; TopP = 0.8; MinP = 0.05 }))

[<Fact>]
let ``turns end where asked, and at the limit`` () =
    use model = modelOf architecture torch.float32 3
    Check.One(
        config,
        Prop.forAll (Arb.fromGen someScripts) (fun scripts ->
            let segments = play (Sampling.create (at 1.0) model) scripts
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
                        (Scripts.written segments))
                scripts
                segments)
    )

[<Fact>]
let ``a continued turn is what one prompt of everything before it gives`` () =
    use model = modelOf architecture torch.float64 4
    let sampler = Sampling.create (at 0.0) model
    use session = sampler.Open [| Seed.ofInt 1 |]
    let prompt, observation = tokens vocabulary 6 (Seed.ofInt 2), tokens vocabulary 3 (Seed.ofInt 3)
    let turn (session: ISamplerSession) context =
        session.Write([| request 0 context 7 |], never, CancellationToken.None) |> Array.exactlyOne |> _.Tokens
    let first = turn session prompt
    let second = turn session observation
    let third = turn session [||]
    use fresh = sampler.Open [| Seed.ofInt 1 |]
    Assert.Equal<int[]>(
        Array.append second third,
        [| yield! turn fresh (Array.concat [ prompt; first; observation ]); yield! turn fresh [||] |]
    )

[<Fact>]
let ``a context with more scores than exist at a time is read as in pieces`` () =
    let architecture = { architecture with ContextLimit = 3100 }
    let prompt = tokens vocabulary 3000 (Seed.ofInt 2)
    Assert.True(int64 architecture.Heads * 3000L * 3000L > KvCache.scoresAtATime)
    use model = modelOf architecture torch.float32 4
    let written passTokens =
        use session = (Sampling.create { at 1.0 with PassTokens = passTokens } model).Open [| Seed.ofInt 1 |]
        writeAll never session [| request 0 prompt 5 |] |> Array.exactlyOne
    let whole, pieces = written 3000, written 250
    Assert.Equal<int[]>(pieces.Tokens, whole.Tokens)
    Assert.All(Array.zip pieces.LogProbs whole.LogProbs, (fun (a, b) -> Assert.Equal(float a, float b, 1e-4)))

/// The share of draws in which each token follows a prompt, and its probability at temperature 1.
let private drawn model options =
    use _ = torch.NewDisposeScope()
    let rows, prompt = 20000, [| 3; 1 |]
    use session = (Sampling.create options model).Open(Array.init rows (fun row -> Seed.derive row (Seed.ofInt 1)))
    let counts: float[] = Array.zeroCreate vocabulary
    for turn in writeAll never session (Array.init rows (fun row -> request row prompt 1)) do
        counts[turn.Tokens[0]] <- counts[turn.Tokens[0]] + 1.0
    let hidden = Transformer.hidden model.Parameters model.Rotation (torch.tensor([| 3L; 1L |], ReadOnlySpan [| 1L; 2L |]))
    let distribution = torch.nn.functional.softmax(hidden.select(1L, 1L).mm(model.Parameters.Head.t()), -1L) |> numbers
    counts |> Array.map(fun count -> count / float rows), distribution

/// Asserts that shares of 20000 draws are those of a distribution, within five standard deviations.
let private drawnFrom (distribution: float[]) (shares: float[]) =
    for p, share in Array.zip distribution shares do
        Assert.Equal(p, share, 5.0 * sqrt(p * (1.0 - p) / 20000.0) + 1e-9)

[<Fact>]
let ``tokens are drawn from the policy's distribution`` () =
    use model = modelOf architecture torch.float32 6
    let shares, distribution = drawn model (at 1.0)
    drawnFrom distribution shares

[<Fact>]
let ``tokens are drawn from what the filters leave, in its proportions`` () =
    use model = modelOf architecture torch.float32 6
    let shares, distribution = drawn model { at 1.0 with TopK = Some 6 }
    let bound = (Array.sortDescending distribution)[5]
    let kept = distribution |> Array.map(fun p -> if p >= bound then p else 0.0)
    drawnFrom (kept |> Array.map(fun p -> p / Array.sum kept)) shares

[<Fact>]
let ``a request that cannot be met says why`` () =
    use model = modelOf architecture torch.float32 7
    use session = (Sampling.create (at 1.0) model).Open [| Seed.ofInt 1; Seed.ofInt 2 |]
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
    write session [| request 0 [| 1 |] 3 |] |> ignore
    refused [| request 1 [| 1 |] 3 |] "left out of an earlier call"

[<Fact>]
let ``a turn under way cannot be asked for again`` () =
    use model = modelOf architecture torch.float32 7
    use session = (Sampling.create (at 1.0) model).Open [| Seed.ofInt 1; Seed.ofInt 2 |]
    session.Write([| request 0 [| 1 |] 2; request 1 [| 1 |] 30 |], never, CancellationToken.None) |> ignore
    let error = Assert.Throws<ArgumentException>(fun () -> write session [| request 1 [| 1 |] 3 |] |> ignore)
    Assert.Contains("Row 1 has not been given back", error.Message)

[<Fact>]
let ``options out of their range are named`` () =
    let refused (name: string) options =
        let error = Assert.Throws<ArgumentException>(fun () -> SamplingOptions.validate options |> ignore)
        Assert.Contains(name, error.Message)
    refused "Temperature" (at -1.0)
    refused "Temperature" (at nan)
    refused "TopK" { at 1.0 with TopK = Some 0 }
    refused "TopP" { at 1.0 with TopP = 0.0 }
    refused "TopP" { at 1.0 with TopP = 1.01 }
    refused "MinP" { at 1.0 with MinP = -0.1 }
    refused "MinP" { at 1.0 with MinP = nan }
    refused "MaxSequences" { at 1.0 with MaxSequences = Some 0 }
    refused "PassTokens" { at 1.0 with PassTokens = 0 }

[<Fact>]
let ``the context limit can be used to the last token`` () =
    use model = modelOf architecture torch.float32 8
    use session = (Sampling.create (at 1.0) model).Open [| Seed.ofInt 1; Seed.ofInt 2 |]
    let limit = architecture.ContextLimit
    let full = tokens vocabulary (limit - 1) (Seed.ofInt 3)
    let results = writeAll never session [| request 0 full 1; request 1 [| 1 |] (limit - 1) |]
    let lengths = results |> Array.map _.Tokens.Length
    Assert.Equal<int[]>([| 1; limit - 1 |], lengths)

[<Theory>]
[<InlineData 0.0>]
[<InlineData 1.0>]
let ``weights that are no numbers are reported`` temperature =
    use model = modelOf architecture torch.float32 9
    model.Parameters.Values.fill_(Tensors.scalar nan) |> ignore
    use session = (Sampling.create (at temperature) model).Open [| Seed.ofInt 1 |]
    let error = Assert.Throws<InvalidOperationException>(fun () -> write session [| request 0 [| 1 |] 5 |] |> ignore)
    Assert.Contains("diverged", error.Message)

[<Fact>]
let ``cancelled writing can go on`` () =
    use model = modelOf architecture torch.float64 9
    let sampler = Sampling.create { at 1.0 with MaxSequences = Some 2 } model
    let seeds = Array.init 3 (fun row -> Seed.derive row (Seed.ofInt 1))
    let requests = Array.init 3 (fun row -> request row [| 1 + row |] (20 + 5 * row))
    use source = new CancellationTokenSource()
    let ended _ (turn: IReadOnlyList<int>) =
        if turn.Count = 3 then
            source.Cancel()
        false
    use session = sampler.Open seeds
    Assert.Throws<OperationCanceledException>(fun () -> session.Write(requests, ended, source.Token) |> ignore) |> ignore
    let resumed = writeAll never session [||]
    use straight = sampler.Open seeds
    let expected = writeAll never straight requests
    Assert.Equal<int[][]>(expected |> Array.map _.Tokens, resumed |> Array.map _.Tokens)

[<Fact>]
let ``sessions leave no tensor and no memory behind`` () =
    use model = modelOf architecture torch.float32 10
    let sampler = Sampling.create (at 1.0) model
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
