module Levee.Policies.Tests.TokenChoiceLaws

open System
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
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

/// Which tokens stay, step by step as the options say it.
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
