module Levee.Tests.ObjectiveLaws

open System
open Levee
open Levee.Algorithms.Formulas
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private near tolerance (expected: float) (actual: float) =
    Assert.True(abs(expected - actual) <= tolerance * max 1.0 (abs expected), $"expected {expected:R}, got {actual:R}")

let private nearAll tolerance (expected: float[][]) (actual: float[][]) = (expected, actual) ||> Array.iter2(Array.iter2(near tolerance))

/// A table with one number moved.
let private moved r k by (rows: float[][]) =
    rows
    |> Array.mapi(fun i row ->
        if i = r then
            row |> Array.mapi(fun j x -> if j = k then x + by else x)
        else
            row)

// A gate is a constant: a shift that flips one is no derivative, so the step is far smaller than the moves.
let private h = 1e-6

let private checkDifference (objective: Objective) (gradient: float) shifted =
    let value case = differentiate objective case |> fst
    let difference = (value(shifted h) - value(shifted -h)) / (2.0 * h)
    Assert.True(abs(difference - gradient) < 1e-6, $"{objective.Formula}: difference {difference}, gradient {gradient}")

[<Fact>]
let ``the gradient is the finite difference`` () =
    forSeeds 8 (fun seed ->
        let case = random seed
        let r, k = Seed.below case.Old.Length (Seed.named "row" seed), Seed.below case.Old[0].Length (Seed.named "column" seed)
        for objective in differentiable do
            let _, gradient = differentiate objective case
            checkDifference objective (gradient[r][k]) (fun by -> { case with LogProb = moved r k by case.LogProb }))

[<Fact>]
let ``the critic's gradient is the finite difference`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let r, k = Seed.below case.Old.Length (Seed.named "row" seed), Seed.below case.Old[0].Length (Seed.named "column" seed)
        let objective = Recipes.ppo.Objective
        let _, _, gradients = gradients objective case
        let gradient = toRows gradients.Values.Value
        checkDifference objective (gradient[r][k]) (fun by -> { case with Value = moved r k by case.Value }))

[<Fact>]
let ``micro-batches add up to the mini-batch`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        for objective in objectives do
            let value, gradient, gradients = gradients objective case
            let parts = Seed.shuffle [| 0 .. case.Old.Length - 1 |] seed |> Array.chunkBySize 3
            let pieces = parts |> Array.map(fun rows -> rows, ofPart objective case rows)
            near 1e-12 value (pieces |> Array.sumBy(fun (_, piece) -> piece.Value))
            for name, measured in gradients.Metrics do
                near 1e-12 measured (pieces |> Array.sumBy(fun (_, piece) -> piece.Metrics |> List.find(fst >> (=) name) |> snd))
            for rows, piece in pieces do
                nearAll 1e-12 (rows |> Array.map(fun r -> gradient[r])) (toRows piece.LogProb))

[<Fact>]
let ``permuting responses permutes the gradient and keeps the value`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let order = Seed.shuffle [| 0 .. case.Old.Length - 1 |] seed
        let permute (rows: 'a[]) = order |> Array.map(fun r -> rows[r])
        let permuted = select order case
        for objective in objectives do
            let value, gradient = differentiate objective case
            let value', gradient' = differentiate objective permuted
            near 1e-12 value value'
            nearAll 1e-12 (permute gradient) gradient')

[<Fact>]
let ``sum and weight are those of values and gradients`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let a, b = Recipes.grpo.Objective, Llds.penalty Llds.overAllTokens
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
                    Sampled = spoil garbage case.Sampled
                    Value = spoil garbage case.Value
                    ValuesOld = spoil garbage case.ValuesOld
                    Return = spoil garbage case.Return
                    Current = spoil garbage case.Current
                    CurrentEntropy = spoil garbage case.CurrentEntropy
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
        Assert.All(Array.concat gradient, fun gradient -> Assert.Equal(0.0, gradient))

[<Fact>]
let ``a huge ratio stays finite`` () =
    let case = random(Seed.ofInt 2)
    let far = { case with Old = case.Old |> Array.map(Array.map(fun x -> x - 1e4)) }
    for objective in objectives do
        let value, gradient = differentiate objective far
        Assert.True(Double.IsFinite value, objective.Formula)
        Assert.All(Array.concat gradient, fun gradient -> Assert.True(Double.IsFinite gradient, objective.Formula))

[<Fact>]
let ``the entropy bonus pushes entropy up evenly`` () =
    let case = random(Seed.ofInt 3)
    let value, _, gradients = gradients Entropy.bonus case
    near 1e-12 -0.7 value
    let tokens = case.Mask |> Array.sumBy Array.sum
    match gradients.Entropy with
    | Some entropy -> nearAll 1e-12 (case.Mask |> Array.map(Array.map(fun m -> -m / tokens))) (toRows entropy)
    | None -> Assert.Fail "no gradient for the entropy"

[<Fact>]
let ``a mask restricts the objective to its tokens, denominators included`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let grpo = Recipes.grpo.Objective
        let answers = Objective.mask "answer" _.Answer grpo
        let only = { case with Mask = Array.map2 (Array.map2 (*)) case.Mask case.Answer }
        let value, gradient = differentiate answers case
        let expected, expectedGradient = differentiate grpo only
        near 1e-12 expected value
        nearAll 1e-12 expectedGradient gradient)

[<Fact>]
let ``formulas read as they were composed`` () =
    Assert.Equal("clipped(low=0.2, high=0.2, TokenMean) + 0.001 * kl(K3)", Recipes.searchR1.Objective.Formula)

[<Fact>]
let ``a KL without reference log-probabilities says what is missing`` () =
    let case = random(Seed.ofInt 4)
    let batch = { batch case with LogProbReference = Map.empty }
    let forward = { LogProb = matrix case.LogProb; Entropy = matrix case.LogProb; Values = None; Observations = None }
    let error = Assert.Throws<InvalidOperationException>(fun () -> (Kl.toReference K3).Loss batch batch forward |> ignore)
    Assert.Contains("reference policy", error.Message)

[<Theory>]
[<InlineData(0.0)>]
[<InlineData(1.0)>]
[<InlineData(-0.2)>]
[<InlineData(Double.NaN)>]
let ``a clip out of range is refused with a remedy`` (epsilon: float) =
    let error = Assert.Throws<ArgumentException>(fun () -> Clip.symmetric epsilon |> ignore)
    Assert.Contains("such as 0.2", error.Message)

[<Fact>]
let ``k3 with the gradient of k2 has the one's value and the other's gradient`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let value, gradient = differentiate (Kl.toReference K3WithGradientOfK2) case
        near 1e-12 (differentiate (Kl.toReference K3) case |> fst) value
        nearAll 1e-12 (differentiate (Kl.toReference K2) case |> snd) gradient)

[<Fact>]
let ``a KL of one number is that of tensors`` () =
    forSeeds 6 (fun seed ->
        let d = 50.0 * (Seed.uniform seed - 0.5)
        for estimator in [ K1; K2; K3; Abs; K3WithGradientOfK2 ] do
            let tensor = KlEstimator.estimate estimator (matrix [| [| d |] |]) (matrix [| [| 0.0 |] |])
            near 1e-12 (tensor.ToDouble()) (KlEstimator.estimateOf estimator d))

[<Fact>]
let ``on policy every surrogate has REINFORCE's gradient`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let onPolicy = { case with LogProb = case.Old }
        let _, expected = differentiate Surrogate.reinforce onPolicy
        for surrogate in
            [
                Surrogate.clipped(Clip.symmetric 0.2)
                Surrogate.dualClippedOver TokenMean (Clip.symmetric 0.2) 3.0
                Surrogate.gspoOver TokenMean (Clip.symmetric 0.2)
                Surrogate.cispo 1.28
                Surrogate.sapo
                Surrogate.dppo { Low = 0.2; High = 0.2; Cap = 20.0 }
                Surrogate.vespo
            ] do
            nearAll 1e-12 expected (differentiate surrogate onPolicy |> snd))

[<Fact>]
let ``a dual clip caps the loss of what is bad and far more likely now`` () =
    let case = random(Seed.ofInt 5)
    let far = { case with LogProb = case.Old |> Array.map(Array.map(fun x -> x + 5.0)) }
    let dual, free = Surrogate.dualClippedOver TokenMean (Clip.symmetric 0.2) 3.0, Surrogate.clipped(Clip.symmetric 0.2)
    let _, gradient = differentiate dual far
    Assert.All(Array.concat gradient, fun gradient -> Assert.Equal(0.0, gradient))
    Assert.True(fst(differentiate dual far) < fst(differentiate free far))

[<Fact>]
let ``importance weights are those of the sampler's error, capped or masked`` () =
    let ratio = [| 0.5; 0.9; 1.0; 1.5; 4.0 |]
    let case =
        plain
            [| Array.replicate 5 -2.0 |]
            [| Array.replicate 5 -2.0 |]
            [| Array.zeroCreate 5 |]
            [| 1.0 |]
            [| Array.replicate 5 1.0 |]
            [| Array.zeroCreate 5 |] [| 1.0 |] [| 0.0 |]
    let case = { case with Sampled = [| ratio |> Array.map(fun w -> -2.0 - log w) |] }
    let weights correction =
        let _, gradient = differentiate (Importance.correct correction (Surrogate.clipped(Clip.symmetric 0.2))) case
        gradient[0] |> Array.map(fun gradient -> Math.Round(-5.0 * gradient, 9))
    Assert.Equal<float[]>([| 0.5; 0.9; 1.0; 1.5; 2.0 |], weights(Truncated 2.0))
    Assert.Equal<float[]>([| 0.0; 0.9; 1.0; 1.5; 0.0 |], weights(Masked(0.8, 2.0)))
    Assert.Contains(TrainerLogProbs, (Importance.correct (Truncated 2.0) Surrogate.reinforce).Needs)

[<Fact>]
let ``importance correction leaves what LLDS preserves alone`` () =
    let corrected = Importance.correct (Masked(0.9, 1.1)) (Surrogate.clipped(Clip.symmetric 0.2))
    forSeeds 6 (fun seed ->
        let case = random seed
        let llds = Llds.penalty Llds.overAllTokens
        let both, alone = differentiate (corrected + llds) case |> fst, differentiate corrected case |> fst
        near 1e-12 (differentiate llds case |> fst) (both - alone))

[<Fact>]
let ``truncated responses are left out, of denominators too`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let rows = [|
            for r in 0 .. case.Old.Length - 1 do
                if case.Truncated[r] = 0.0 then
                    r
        |]
        let grpo = Recipes.grpo.Objective
        if rows.Length > 0 then
            near 1e-12 (differentiate grpo (select rows case) |> fst) (differentiate (Objective.withoutTruncated grpo) case |> fst))

[<Fact>]
let ``coefficients follow the clock`` () =
    let at step (coefficient: Coefficient) = coefficient.At(Clock.at step 11)
    let linear, cosine = Coefficient.linear 0.0 0.2, Coefficient.cosine 0.2 0.0
    near 1e-12 0.0 (at 1 linear)
    near 1e-12 0.1 (at 6 linear)
    near 1e-12 0.2 (at 11 linear)
    near 1e-12 0.2 (at 1 cosine)
    near 1e-12 0.1 (at 6 cosine)
    near 1e-12 0.0 (at 11 cosine)
    let case = random(Seed.ofInt 6)
    let value = differentiate Surrogate.reinforce case |> fst
    // Step 3 of 5.
    near 1e-12 (0.5 * value) (differentiate (Coefficient.linear 0.0 1.0 * Surrogate.reinforce) case |> fst)
    Assert.Equal("linear(0, 1) * reinforce(TokenMean)", (Coefficient.linear 0.0 1.0 * Surrogate.reinforce).Formula)

[<Fact>]
let ``settings out of range are refused with a remedy`` () =
    let refused (make: unit -> Objective) =
        let error = Assert.Throws<ArgumentException>(fun () -> make() |> ignore)
        Assert.Contains("out of range", error.Message)
    let clip = Clip.symmetric 0.2
    refused(fun () -> Surrogate.dualClippedOver TokenMean clip 1.0)
    refused(fun () -> Surrogate.gmpo 0.0)
    refused(fun () -> Surrogate.cispo 0.5)
    refused(fun () -> Surrogate.sapoOver TokenMean { Positive = 0.0; Negative = 1.0 })
    refused(fun () -> ValueLoss.clipped 0.0)
    refused(fun () -> Importance.correct (Truncated 0.5) Surrogate.reinforce)
    refused(fun () -> Importance.correct (Masked(1.1, 2.0)) Surrogate.reinforce)
    refused(fun () -> Importance.correct (Truncated nan) Surrogate.reinforce)
    refused(fun () -> Surrogate.dppo { Low = 0.0; High = 0.2; Cap = 20.0 })
    refused(fun () -> Surrogate.dppo { Low = 0.2; High = 0.2; Cap = 0.5 })
    refused(fun () -> Surrogate.vespoOver TokenMean { Praised = { Power = -1.0; Decay = 3.0 }; Blamed = { Power = 3.0; Decay = 2.0 } })
    refused(fun () -> Masks.geometric 1.01 1.02 Surrogate.reinforce)
    refused(fun () -> Masks.offPolicy nan Surrogate.reinforce)
    refused(fun () -> Masks.highEntropy 0.0 Surrogate.reinforce)
    refused(fun () -> Covariance.clip { Share = 0.1; Least = 5.0; Largest = 1.0 } Surrogate.reinforce)
    refused(fun () -> Covariance.kl Abs 1.5)

[<Fact>]
let ``a value loss without a critic says what is missing`` () =
    let case = random(Seed.ofInt 4)
    let whole = batch case
    let forward = { LogProb = matrix case.LogProb; Entropy = matrix case.LogProb; Values = None; Observations = None }
    let error = Assert.Throws<InvalidOperationException>(fun () -> (ValueLoss.clipped 0.5).Loss whole whole forward |> ignore)
    Assert.Contains("Advantage.gae", error.Message)
