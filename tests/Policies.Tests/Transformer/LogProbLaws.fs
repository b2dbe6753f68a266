/// Scores through the head against the full logits and torch's own differentiation.
module Levee.Policies.Tests.LogProbLaws

open FsCheck.FSharp
open Xunit
open FsCheck
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

type private Case = {
    Hidden: torch.Tensor
    Head: torch.Tensor
    Targets: torch.Tensor
    Gradient: torch.Tensor
    EntropyGradient: torch.Tensor
}

let private vocabulary, width = 17, 5

let private case (count: int) seed =
    let seed name = Seed.named name (Seed.ofInt seed)
    let count = int64 count
    {
        Hidden = normal [| count; int64 width |] (seed "hidden")
        Head = normal [| int64 vocabulary; int64 width |] (seed "head")
        Targets = torch.tensor(tokens vocabulary (int count) (seed "targets") |> Array.map int64)
        Gradient = normal [| count |] (seed "gradient")
        EntropyGradient = normal [| count |] (seed "entropy gradient")
    }

/// Log-probabilities and entropies from all logits at once, with a graph.
let private full temperature case (head: torch.Tensor) (hidden: torch.Tensor) =
    let logProbs = torch.nn.functional.log_softmax(hidden.mm(head.t()) / (temperature: float), -1L)
    let chosen = logProbs.gather(1L, case.Targets.unsqueeze 1L).squeeze 1L
    chosen, (logProbs.exp() * logProbs).sum(1L).neg()

/// The gradients with respect to hidden states and head by torch's own differentiation.
let private differentiated temperature case withEntropy =
    let head, hidden = case.Head.clone().requires_grad_(), case.Hidden.clone().requires_grad_()
    let logProb, entropy = full temperature case head hidden
    let value = (logProb * case.Gradient).sum()
    let value =
        if withEntropy then
            value + (entropy * case.EntropyGradient).sum()
        else
            value
    value.backward()
    Option.ofObj hidden.grad |> Option.get, Option.ofObj head.grad |> Option.get

let private through settings case withEntropy =
    let scores = LogProbs.evaluate settings case.Head case.Hidden case.Targets
    let headGradient = torch.zeros_like case.Head
    let entropyGradient = if withEntropy then Some case.EntropyGradient else None
    let gradient =
        LogProbs.backward settings case.Head (Some headGradient) case.Hidden case.Targets scores case.Gradient entropyGradient
    scores, gradient, headGradient

/// Cases of 1 to 12 tokens in chunks of 1 to 15, at temperatures 0.5, 1 and 2, with and without a gradient of the entropy.
let private cases =
    gen {
        let! count = Gen.choose(1, 12)
        let! chunk = Gen.choose(1, 15)
        let! temperature = Gen.elements [ 0.5; 1.0; 2.0 ]
        let! withEntropy = Gen.elements [ false; true ]
        let! seed = Gen.choose(0, 1_000_000)
        return count, { Temperature = temperature; ChunkSize = chunk }, withEntropy, seed
    }

[<Fact>]
let ``values and gradients are those of full logits, whatever the chunk`` () =
    Prop.forAll (Arb.fromGen cases) (fun (count, settings, withEntropy, seed) ->
        use _ = torch.NewDisposeScope()
        let case = case count seed
        let scores, hiddenGradient, headGradient = through settings case withEntropy
        let logProb, entropy = full settings.Temperature case case.Head case.Hidden
        let expectedHidden, expectedHead = differentiated settings.Temperature case withEntropy
        close 1e-10 logProb scores.LogProb
        close 1e-10 entropy scores.Entropy
        close 1e-10 expectedHidden hiddenGradient
        close 1e-10 expectedHead headGradient)
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``sums of squared probabilities are those of full logits, whatever the chunk`` () =
    Prop.forAll (Arb.fromGen cases) (fun (count, settings, _, seed) ->
        use _ = torch.NewDisposeScope()
        let case = case count seed
        let logits = case.Hidden.mm(case.Head.t()) / settings.Temperature
        close 1e-10 ((torch.nn.functional.softmax(logits, -1L)).square().sum(1L)) (LogProbs.squares settings case.Head case.Hidden))
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``one chunk is kept, several are not`` () =
    use _ = torch.NewDisposeScope()
    let case = case 6 1
    let kept chunk =
        (LogProbs.evaluate { Temperature = 1.0; ChunkSize = chunk } case.Head case.Hidden case.Targets).Kept.IsSome
    Assert.True(kept 6)
    Assert.False(kept 5)

[<Fact>]
let ``the head's gradient is added to what is there`` () =
    use _ = torch.NewDisposeScope()
    let case = case 4 2
    let scores = LogProbs.evaluate LogProbs.defaults case.Head case.Hidden case.Targets
    let gradient = torch.ones_like case.Head
    LogProbs.backward LogProbs.defaults case.Head (Some gradient) case.Hidden case.Targets scores case.Gradient None
    |> ignore
    let _, _, alone = through LogProbs.defaults case false
    close 1e-12 (alone + 1.0) gradient

[<Fact>]
let ``no tokens have no scores and no gradient`` () =
    use _ = torch.NewDisposeScope()
    let scores, gradient, headGradient = through LogProbs.defaults (case 0 3) false
    Assert.Equal<int64[]>([| 0L |], scores.LogProb.shape)
    Assert.Equal<int64[]>([| 0L |], (LogProbs.squares LogProbs.defaults (case 0 3).Head (case 0 3).Hidden).shape)
    Assert.Equal<int64[]>([| 0L; int64 width |], gradient.shape)
    Assert.Equal(0.0, headGradient.abs().sum().ToDouble())

[<Fact>]
let ``in half precision the head's gradient is the same in one chunk and in many`` () =
    use _ = torch.NewDisposeScope()
    // Every token adds the same, so that a sum in bfloat16 would stand still after a few hundred.
    let count = 2000
    let one = case 1 4
    let many = {
        Hidden = one.Hidden.expand(int64 count, -1L).contiguous().``to`` torch.bfloat16
        Head = one.Head.``to`` torch.bfloat16
        Targets = one.Targets.expand(int64 count).contiguous()
        Gradient = one.Gradient.expand(int64 count).contiguous().``to`` torch.float32
        EntropyGradient = one.EntropyGradient
    }
    let gradient size =
        let settings = { LogProbs.defaults with ChunkSize = size }
        let scores = LogProbs.evaluate settings many.Head many.Hidden many.Targets
        let gradient = torch.zeros(many.Head.shape, dtype = torch.float32)
        LogProbs.backward settings many.Head (Some gradient) many.Hidden many.Targets scores many.Gradient None |> ignore
        gradient
    let whole = gradient count
    let norm = whole.norm().ToDouble()
    Assert.True(norm > 100.0)
    for size in [ 1; 7; 500 ] do
        Assert.InRange((gradient size - whole).norm().ToDouble() / norm, 0.0, 4e-3)
