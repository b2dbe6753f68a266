module Levee.Policies.Tests.TokenChoiceLaws

open System
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

/// Logits, many of them equal, and filters.
type private Case = { Logits: float[]; Options: SamplingOptions }

let private cases =
    gen {
        let! count = Gen.choose(1, 40)
        let! coarse = Gen.elements [ 4.0; 1e6 ]
        let! levels = Gen.arrayOfLength count (Gen.choose(int(-4.0 * coarse), int(4.0 * coarse)))
        let share = Gen.choose(1, 999_999) |> Gen.map(fun number -> (float number + 0.5) / 1e6)
        let! topK = Gen.optionOf(Gen.choose(1, 45))
        let! topP = Gen.oneof [ Gen.constant 1.0; share ]
        let! minP = Gen.oneof [ Gen.constant 0.0; share ]
        return {
            Logits = levels |> Array.map(fun level -> float level / coarse)
            Options = { SamplingOptions.defaults with TopK = topK; TopP = topP; MinP = minP }
        }
    }

let private softmax (logits: float[]) =
    let weights = logits |> Array.map exp
    weights |> Array.map(fun weight -> weight / Array.sum weights)

/// The tokens that stay when the options are applied step by step.
let private kept case =
    let from bound weights = weights |> Array.map(fun weight -> if weight >= bound then weight else 0.0)
    let p = softmax case.Logits
    let p =
        match case.Options.TopK with
        | Some k -> from (p |> Array.sortDescending |> Array.item(min k p.Length - 1)) p
        | None -> p
    let p =
        let total, sorted = Array.sum p, Array.sortDescending p
        let reaching count = Array.sum sorted[.. count - 1] >= case.Options.TopP * total * (1.0 - 1e-12)
        let count = Seq.find reaching [ 1 .. p.Length ]
        from sorted[count - 1] p
    from (case.Options.MinP * Array.max p) p |> Array.map(fun weight -> weight > 0.0)

let private tensorOf (logits: float[]) = torch.tensor(logits, ReadOnlySpan [| 1L; logits.LongLength |])

[<Fact>]
let ``the filters keep what their definition keeps, in its proportions`` () =
    Check.One(
        Config.QuickThrowOnFailure.WithMaxTest 500,
        Prop.forAll (Arb.fromGen cases) (fun case ->
            use _ = torch.NewDisposeScope()
            let probabilities = torch.nn.functional.softmax(tensorOf case.Logits, -1L)
            let weights, all = TokenChoice.keep case.Options probabilities |> numbers, numbers probabilities
            let expected = kept case
            weights = Array.map2 (fun kept p -> if kept then p else 0.0) expected all)
    )

[<Theory>]
[<InlineData(0.001, 0.9)>]
[<InlineData(3.0, 0.9)>]
[<InlineData(3.0, 0.9999)>]
let ``a share of a large vocabulary is what its definition says, whether few tokens reach it or not`` (spread: float) share =
    use _ = torch.NewDisposeScope()
    let logits = numbers(normal [| 3000L |] (Seed.ofInt 1) * spread)
    let case = { Logits = logits; Options = { SamplingOptions.defaults with TopP = share } }
    let probabilities = torch.nn.functional.softmax(tensorOf logits, -1L)
    let weights = numbers(TokenChoice.keep case.Options probabilities)
    Assert.Equal<bool[]>(kept case, weights |> Array.map(fun weight -> weight > 0.0))

[<Fact>]
let ``a token drawn is a token kept, whatever the number, with the policy's own log-probability`` () =
    Check.One(
        Config.QuickThrowOnFailure.WithMaxTest 200,
        Prop.forAll (Arb.fromGen(Gen.zip cases (Gen.choose(0, 1_000_000)))) (fun (case, seed) ->
            use _ = torch.NewDisposeScope()
            let draws =
                Array.append [| 0.0; TokenChoice.largest |] (Array.init 20 (fun i -> Seed.ofInt seed |> Seed.derive i |> Seed.uniform))
            let logits = (tensorOf case.Logits).expand(draws.LongLength, -1L).``to`` torch.float32
            let uniform = torch.tensor(draws, ReadOnlySpan [| draws.LongLength; 1L |])
            let struct (tokens, logProbs) = TokenChoice.choose case.Options uniform logits
            let kept, p = kept case, softmax case.Logits
            Array.forall2
                (fun (token: float) logProb -> kept[int token] && abs(logProb - log p[int token]) < 1e-5)
                (numbers tokens)
                (numbers logProbs))
    )

[<Theory>]
[<InlineData 0.0>]
[<InlineData 1.0>]
let ``logits in bfloat16 are chosen from in float32`` temperature =
    use _ = torch.NewDisposeScope()
    let logits = (normal [| 8L; 50L |] (Seed.ofInt 1)).``to`` torch.bfloat16
    let uniform = torch.tensor(Array.init 8 (fun i -> float i / 8.0), ReadOnlySpan [| 8L; 1L |])
    let choose (logits: torch.Tensor) = TokenChoice.choose { SamplingOptions.defaults with Temperature = temperature } uniform logits
    let struct (tokens, logProbs) = choose logits
    let struct (wideTokens, wide) = choose(logits.``to`` torch.float64)
    Assert.Equal(torch.float32, logProbs.dtype)
    Assert.Equal<float[]>(numbers wideTokens, numbers tokens)
    close 1e-6 wide (logProbs.``to`` torch.float64)

[<Fact>]
let ``the likeliest token is taken at temperature 0, and filters change nothing`` () =
    use _ = torch.NewDisposeScope()
    let logits = normal [| 8L; 50L |] (Seed.ofInt 2)
    let uniform = torch.zeros([| 8L; 1L |], dtype = torch.float64)
    let options = { SamplingOptions.defaults with Temperature = 0.0; TopK = Some 3; TopP = 0.1; MinP = 0.9 }
    let struct (tokens, logProbs) = TokenChoice.choose options uniform logits
    Assert.Equal<float[]>(numbers(logits.argmax(1L, true)), numbers tokens)
    close 1e-12 (torch.nn.functional.log_softmax(logits, -1L).amax([| 1L |], true)) logProbs

[<Fact>]
let ``the share of the likeliest is taken after the share of the whole, and may be taken before it by two calls`` () =
    use _ = torch.NewDisposeScope()
    let probabilities = torch.tensor([| 0.45; 0.25; 0.2; 0.1 |], ReadOnlySpan [| 1L; 4L |])
    let share, relative = { SamplingOptions.defaults with TopP = 0.76 }, { SamplingOptions.defaults with MinP = 0.3 }
    let count (weights: torch.Tensor) = weights |> numbers |> Array.filter(fun weight -> weight > 0.0) |> Array.length
    // transformers' order: 0.45 + 0.25 falls short of 0.76 of the whole, so that three are kept, all above 0.3 * 0.45.
    Assert.Equal(3, count(TokenChoice.keep { share with MinP = 0.3 } probabilities))
    // vLLM's: without 0.1 the whole is 0.9, and 0.45 + 0.25 reaches 0.76 of it.
    Assert.Equal(2, count(probabilities |> TokenChoice.keep relative |> TokenChoice.keep share))

[<Theory>]
[<InlineData 1e-6>]
[<InlineData 1e-20>]
[<InlineData 1e-39>]
[<InlineData 1e-40>]
[<InlineData 1e-45>]
[<InlineData 5e-324>]
let ``at a tiny temperature the likeliest token is certain`` temperature =
    use _ = torch.NewDisposeScope()
    let logits = (normal [| 8L; 50L |] (Seed.ofInt 3) * 30.0).``to`` torch.float32
    let uniform = torch.full([| 8L; 1L |], Tensors.scalar 0.99, dtype = torch.float64)
    for options in
        [
            SamplingOptions.at temperature
            { SamplingOptions.at temperature with TopP = 0.9; MinP = 0.1; TopK = Some 4 }
        ] do
        let struct (tokens, logProbs) = TokenChoice.choose (SamplingOptions.validate options) uniform logits
        Assert.Equal<float[]>(numbers(logits.argmax(1L, true)), numbers tokens)
        Assert.Equal<float[]>(Array.zeroCreate 8, numbers logProbs)

[<Fact>]
let ``at a huge temperature every token is as likely`` () =
    use _ = torch.NewDisposeScope()
    let logits = (normal [| 1L; 50L |] (Seed.ofInt 3)).``to`` torch.float32
    let uniform = torch.full([| 1L; 1L |], Tensors.scalar 0.5, dtype = torch.float64)
    let struct (_, logProbs) = TokenChoice.choose (SamplingOptions.at 1e300) uniform logits
    Assert.Equal(log 0.02, (numbers logProbs)[0], 5)

[<Theory>]
[<InlineData 0.0>]
[<InlineData 1e-40>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
let ``scoring at a temperature that logits cannot be divided by is refused`` (temperature: float) =
    use model = modelOf architecture torch.float32 1
    use _ = torch.NewDisposeScope()
    let layout = Layout.ofSequences torch.CPU [| [| struct (1, false); struct (2, true) |] |]
    let error =
        Assert.Throws<ArgumentException>(fun () -> Scoring.forwardLayout (Scoring.at temperature) model layout |> ignore)
    Assert.Contains($"The temperature is {temperature}; it must be 1E-30 or above", error.Message)
