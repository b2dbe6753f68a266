/// The ways to attend give the same answers.
module Levee.Policies.Tests.AttentionLaws

open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

/// Rotated queries and keys, and values, of `batch` sequences of a length.
let private heads (batch: int64) (length: int64) seed =
    let width = int64 architecture.HeadWidth
    let shape count = [| batch; length; int64 count; width |]
    normal (shape(architecture.Heads + architecture.KeyValueHeads)) (Seed.named "keys" seed),
    normal (shape architecture.KeyValueHeads) (Seed.named "values" seed)

let private holds law =
    let sizes = Gen.zip3 (Gen.choose(1, 4)) (Gen.choose(1, 12)) (Gen.choose(0, 1_000_000)) |> Arb.fromGen
    Check.One(
        Config.QuickThrowOnFailure.WithMaxTest 30,
        Prop.forAll sizes (fun (batch, length, seed) ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad()
            law (int64 batch) (int64 length) (Seed.ofInt seed))
    )

[<Fact>]
let ``fused attention is attention under the causal mask`` () =
    holds(fun batch length seed ->
        let queriesKeys, values = heads batch length seed
        let masked = Attention.masked architecture (Attention.causalMask length values)
        close 1e-12 (masked 0 queriesKeys values) (Attention.fused architecture 0 queriesKeys values))

[<Fact>]
let ``fused attention has the gradients of attention under the causal mask`` () =
    let gradients (attend: Attention) =
        use scope = torch.NewDisposeScope()
        let queriesKeys, values = heads 2L 7L (Seed.ofInt 3)
        queriesKeys.requires_grad <- true
        values.requires_grad <- true
        let answers = attend 0 queriesKeys values
        answers.backward [| normal answers.shape (Seed.ofInt 4) |]
        scope.MoveToOuter(nonNull queriesKeys.grad), scope.MoveToOuter(nonNull values.grad)
    use _ = torch.NewDisposeScope()
    let like = torch.zeros([| 1L |], dtype = torch.float64)
    let keys, values = gradients(Attention.masked architecture (Attention.causalMask 7L like))
    let fusedKeys, fusedValues = gradients(Attention.fused architecture)
    close 1e-12 keys fusedKeys
    close 1e-12 values fusedValues

[<Fact>]
let ``packed sequences attend as each does alone`` () =
    holds(fun count length seed ->
        let lengths = Array.init (int count) (fun i -> 1L + int64(Seed.below (int length) (Seed.derive i seed)))
        let queriesKeys, values = heads 1L (Array.sum lengths) seed
        let packed = Attention.packed architecture lengths values 0 queriesKeys values
        let alone =
            Array.map3
                (fun length own ownValues -> Attention.causal architecture length values 0 own ownValues)
                lengths
                (queriesKeys.split(lengths, 1L))
                (values.split(lengths, 1L))
        close 0.0 (torch.cat(alone, 0L)) packed)

[<Fact>]
let ``what must not be seen has no weight, in every type`` () =
    use _ = torch.NewDisposeScope()
    for dtype in [ torch.float16; torch.bfloat16; torch.float32; torch.float64 ] do
        let mask = Attention.causalMask 3L (torch.zeros([| 1L |], dtype = dtype))
        // Scores may be anything that the type holds beside the mask.
        let scores = (mask - 3e4).``to`` torch.float64
        Assert.All(numbers scores, (fun score -> Assert.True(System.Double.IsFinite score, $"{dtype}: {score}")))
        let third = 1.0 / 3.0
        let expected = [| 1.0; 0.0; 0.0; 0.5; 0.5; 0.0; third; third; third |]
        let weights = torch.nn.functional.softmax(scores, -1L) |> numbers
        Assert.All(Array.zip expected weights, (fun (expected, weight) -> Assert.Equal(expected, weight, 1e-15)))
