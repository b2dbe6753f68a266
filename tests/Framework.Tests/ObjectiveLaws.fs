module Levee.Tests.ObjectiveLaws

open System
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private near tolerance (expected: float) (actual: float) =
    Assert.True(abs(expected - actual) <= tolerance * max 1.0 (abs expected), $"expected {expected:R}, got {actual:R}")

let private nearAll tolerance (expected: float[][]) (actual: float[][]) = (expected, actual) ||> Array.iter2(Array.iter2(near tolerance))

[<Fact>]
let ``the gradient is the finite difference`` () =
    forSeeds 8 (fun seed ->
        let case = random seed
        let entropy = torch.ones_like(matrix case.LogProb)
        for objective in objectives do
            let valueAt logProb =
                let value, _, _ = differentiateAt objective (batch case) (matrix logProb) entropy
                value
            let _, gradient = differentiate objective case
            // The gate is a constant: a shift that flips one is no derivative, so the step is far smaller than the moves.
            let h = 1e-6
            let r, k = Seed.below case.Old.Length (Seed.named "row" seed), Seed.below case.Old[0].Length (Seed.named "column" seed)
            let shifted by =
                case.LogProb
                |> Array.mapi(fun i row ->
                    if i = r then
                        Array.mapi (fun j x -> if j = k then x + by else x) row
                    else
                        row)
            let difference = (valueAt(shifted h) - valueAt(shifted -h)) / (2.0 * h)
            Assert.True(
                abs(difference - gradient[r][k]) < 1e-6,
                $"{objective.Formula}: difference {difference}, gradient {gradient[r][k]}"
            ))

[<Fact>]
let ``micro-batches add up to the mini-batch`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let whole, logProb = batch case, matrix case.LogProb
        for objective in objectives do
            let value, gradient, slopes = differentiateAt objective whole logProb (torch.ones_like logProb)
            let judge = objective.Loss whole
            let parts = Seed.shuffle [| 0 .. case.Old.Length - 1 |] seed |> Array.chunkBySize 3
            let pieces =
                parts
                |> Array.map(fun rows ->
                    let index = torch.tensor(Array.map int64 rows, [| int64 rows.Length |])
                    let here (t: torch.Tensor) = t.index_select(0L, index)
                    let part = {
                        whole with
                            LogProbOld = here whole.LogProbOld
                            LogProbReference = Option.map here whole.LogProbReference
                            Advantage = here whole.Advantage
                            Mask = here whole.Mask
                            Action = here whole.Action
                            Answer = here whole.Answer
                            Reward = here whole.Reward
                            Searches = here whole.Searches
                    }
                    rows, Objective.differentiate objective judge part (here logProb) (torch.ones_like(here logProb)))
            near 1e-12 value (pieces |> Array.sumBy(fun (_, piece) -> piece.Value))
            for name, measured in slopes.Metrics do
                near 1e-12 measured (pieces |> Array.sumBy(fun (_, piece) -> piece.Metrics |> List.find(fst >> (=) name) |> snd))
            for rows, piece in pieces do
                nearAll 1e-12 (rows |> Array.map(fun r -> gradient[r])) (toRows piece.LogProb))

[<Fact>]
let ``permuting responses permutes the gradient and keeps the value`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let order = Seed.shuffle [| 0 .. case.Old.Length - 1 |] seed
        let permute (rows: 'a[]) = order |> Array.map(fun r -> rows[r])
        let permuted = {
            Old = permute case.Old
            LogProb = permute case.LogProb
            Reference = permute case.Reference
            Advantage = permute case.Advantage
            Mask = permute case.Mask
            Answer = permute case.Answer
            Reward = permute case.Reward
            Searches = permute case.Searches
        }
        for objective in objectives do
            let value, gradient = differentiate objective case
            let value', gradient' = differentiate objective permuted
            near 1e-12 value value'
            nearAll 1e-12 (permute gradient) gradient')

[<Fact>]
let ``sum and weight are those of values and gradients`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let a, b = Recipes.grpo, Llds.penalty Llds.defaults
        let valueA, gradientA = differentiate a case
        let valueB, gradientB = differentiate b case
        let value, gradient = differentiate (0.5 * a + 3.0 * b) case
        near 1e-12 (0.5 * valueA + 3.0 * valueB) value
        nearAll 1e-12 (Array.map2 (Array.map2(fun x y -> 0.5 * x + 3.0 * y)) gradientA gradientB) gradient)

[<Fact>]
let ``what stands in the padding does not matter, infinities and NaN included`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let spoil (garbage: float) (rows: float[][]) = Array.map2 (Array.map2(fun m x -> if m > 0.0 then x else garbage)) case.Mask rows
        for garbage in [ Double.NegativeInfinity; Double.PositiveInfinity; Double.NaN; 1e30 ] do
            let spoilt = {
                case with
                    Old = spoil garbage case.Old
                    LogProb = spoil garbage case.LogProb
                    Reference = spoil garbage case.Reference
            }
            for objective in objectives do
                let value, gradient = differentiate objective case
                let value', gradient' = differentiate objective spoilt
                near 1e-12 value value'
                nearAll 1e-12 gradient gradient')

[<Fact>]
let ``a batch without a single token is zero, not NaN`` () =
    let case = random(Seed.ofInt 1)
    let empty = { case with Mask = case.Mask |> Array.map(Array.map(fun _ -> 0.0)) }
    for objective in objectives do
        let value, gradient = differentiate objective empty
        Assert.Equal(0.0, value)
        Assert.All(Array.concat gradient, fun slope -> Assert.Equal(0.0, slope))

[<Fact>]
let ``a huge ratio stays finite`` () =
    let case = random(Seed.ofInt 2)
    let far = { case with Old = case.Old |> Array.map(Array.map(fun x -> x - 1e4)) }
    let value, gradient = differentiate Recipes.grpo far
    Assert.True(Double.IsFinite value)
    Assert.All(Array.concat gradient, fun slope -> Assert.True(Double.IsFinite slope))

[<Fact>]
let ``the entropy bonus pushes entropy up evenly`` () =
    let case = random(Seed.ofInt 3)
    let logProb = matrix case.LogProb
    let value, _, slopes = differentiateAt Entropy.bonus (batch case) logProb (torch.full_like(logProb, Tensors.scalar 0.7))
    near 1e-12 -0.7 value
    let tokens = case.Mask |> Array.sumBy Array.sum
    match slopes.Entropy with
    | Some entropy -> nearAll 1e-12 (case.Mask |> Array.map(Array.map(fun m -> -m / tokens))) (toRows entropy)
    | None -> Assert.Fail "no slope for the entropy"

[<Fact>]
let ``a mask restricts the objective to its tokens, denominators included`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let answers = Objective.mask "answer" _.Answer Recipes.grpo
        let only = { case with Mask = Array.map2 (Array.map2 (*)) case.Mask case.Answer }
        let value, gradient = differentiate answers case
        let expected, expectedGradient = differentiate Recipes.grpo only
        near 1e-12 expected value
        nearAll 1e-12 expectedGradient gradient)

[<Fact>]
let ``formulas read as they were composed`` () =
    Assert.Equal("clipped(low=0.2, high=0.2, TokenMean) + 0.001 * kl(K3)", Recipes.searchR1.Formula)

[<Fact>]
let ``a KL without reference log-probabilities says what is missing`` () =
    let case = random(Seed.ofInt 4)
    let batch = { batch case with LogProbReference = None }
    let logProb = matrix case.LogProb
    let error =
        Assert.Throws<InvalidOperationException>(fun () -> differentiateAt (Kl.toReference K3) batch logProb logProb |> ignore)
    Assert.Contains("reference policy", error.Message)

[<Theory>]
[<InlineData(0.0)>]
[<InlineData(1.0)>]
[<InlineData(-0.2)>]
[<InlineData(Double.NaN)>]
let ``a clip out of range is refused with a remedy`` (epsilon: float) =
    let error = Assert.Throws<ArgumentException>(fun () -> Clip.symmetric epsilon |> ignore)
    Assert.Contains("such as 0.2", error.Message)
