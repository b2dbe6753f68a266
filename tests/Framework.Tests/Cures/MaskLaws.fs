/// Masks of tokens and responses against sums done by hand.
module Levee.Tests.MaskLaws

open System
open Levee
open Xunit
open Levee.Tests.Examples

/// A case of one advantage a response, in which every token stands and the policy has not moved.
let private still (logProb: float[][]) advantage =
    let zeros = logProb |> Array.map(Array.map(fun _ -> 0.0))
    let ones = logProb |> Array.map(Array.map(fun _ -> 1.0))
    plain logProb logProb zeros advantage ones zeros (Array.map (fun _ -> 1.0) advantage) (Array.map (fun _ -> 0.0) advantage)

let private metric name objective case =
    let _, _, gradients = gradients objective case
    gradients.Metrics |> List.find(fst >> (=) name) |> snd

/// The weight that a mask leaves each token of the plain policy gradient of: -gradient x tokens / advantage.
let private weights objective case =
    let _, gradient = differentiate objective case
    let tokens = case.Mask |> Array.sumBy Array.sum
    (case.Advantage, gradient) ||> Array.map2(fun a -> Array.map(fun g -> Math.Round(-g * tokens / a, 9)))

[<Fact>]
let ``a response is left out where the geometric mean of trainer over sampler leaves the interval, of denominators too`` () =
    // exp of a mean of 0.005, 0.02, 0 and -0.02: 1.00501, 1.0202, 1 and 0.9802.
    let off = [| [| 0.03; -0.02 |]; [| 0.02; 0.02 |]; [| 0.3; -0.3 |]; [| 0.0; -0.04 |] |]
    let case = still (Array.replicate 4 [| -1.0; -2.0 |]) [| 1.0; -1.0; 2.0; 1.0 |]
    let case = { case with Sampled = Array.map2 (Array.map2(fun old d -> old - d)) case.Old off }
    let masked = Masks.geometric 0.99 1.01 Surrogate.reinforce
    let value, gradient = differentiate masked case
    let expected, kept = differentiate Surrogate.reinforce (select [| 0; 2 |] case)
    Assert.Equal(expected, value, 12)
    Assert.Equal<float[][]>([| kept[0]; [| 0.0; 0.0 |]; kept[1]; [| 0.0; 0.0 |] |], gradient)
    Assert.Equal(0.5, metric "rollout_corr/rollout_rs_masked_fraction" masked case)
    Assert.Contains(TrainerLogProbs, masked.Needs)

[<Fact>]
let ``a response with a void turn is left out, of denominators too`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let rows = [| 0 .. case.Old.Length - 1 |] |> Array.filter(fun r -> case.Void[r] = 0)
        if rows.Length > 0 then
            let value = differentiate (Masks.withoutVoidTurns Recipes.grpo.Objective) case |> fst
            Assert.Equal(differentiate Recipes.grpo.Objective (select rows case) |> fst, value, 12))

[<Fact>]
let ``blamed tokens of a response that drifted from the sampler weigh nothing, praised ones stay`` () =
    // Mean log(pi_sampler / pi): 0.6, 0.6 and 0.4 nats.
    let drift = [| [| 1.0; 0.2 |]; [| 1.0; 0.2 |]; [| 0.6; 0.2 |] |]
    let case = still (Array.replicate 3 [| -1.0; -2.0 |]) [| -1.0; 1.0; -1.0 |]
    let case = { case with Sampled = Array.map2 (Array.map2 (+)) case.Old drift }
    let masked = Masks.offPolicy 0.5 Surrogate.reinforce
    Assert.Equal<float[][]>([| [| 0.0; 0.0 |]; [| 1.0; 1.0 |]; [| 1.0; 1.0 |] |], weights masked case)
    Assert.Equal(1.0 / 3.0, metric "mask/off_policy" masked case, 12)

[<Fact>]
let ``the tokens of highest entropy keep their gradient, the share rounded up, and ties with them`` () =
    let case = {
        still [| [| -1.0; -2.0; -0.5; -1.0; -3.0 |] |] [| 2.0 |] with
            CurrentEntropy = [| [| 0.1; 0.9; 0.5; 0.7; 0.5 |] |]
    }
    let kept share case = (weights (Masks.highEntropy share Surrogate.reinforce) case)[0]
    // A fifth of 5 is 1; 0.3 x 5 = 1.5 makes 2; 3 are asked for, of which the last ties.
    Assert.Equal<float[]>([| 0.0; 1.0; 0.0; 0.0; 0.0 |], kept 0.2 case)
    Assert.Equal<float[]>([| 0.0; 1.0; 0.0; 1.0; 0.0 |], kept 0.3 case)
    Assert.Equal<float[]>([| 0.0; 1.0; 1.0; 1.0; 1.0 |], kept 0.6 case)
    // What stands in the padding is not counted.
    let short = { case with Mask = [| [| 1.0; 0.0; 1.0; 1.0; 1.0 |] |] }
    Assert.Equal<float[]>([| 0.0; 0.0; 0.0; 1.0; 0.0 |], kept 0.2 short)
    Assert.Equal(0.8, metric "mask/low_entropy" (Masks.highEntropy 0.2 Surrogate.reinforce) case, 12)

/// Covariances with means of 0 and -0.9: 0.8 and -0.1, 1.1 and -0.4.
let private covarying = still [| [| -0.1; -1.0 |]; [| -2.0; -0.5 |] |] [| 1.0; -1.0 |]

[<Fact>]
let ``Clip-Cov takes the gradient of the tokens of largest covariance within its bounds`` () =
    let kept share largest =
        weights (Covariance.clip { Share = share; Least = 0.5; Largest = largest } Surrogate.reinforce) covarying
    Assert.Equal<float[][]>([| [| 1.0; 1.0 |]; [| 0.0; 1.0 |] |], kept 0.25 5.0)
    Assert.Equal<float[][]>([| [| 0.0; 1.0 |]; [| 1.0; 1.0 |] |], kept 0.25 1.0)
    Assert.Equal<float[][]>([| [| 0.0; 1.0 |]; [| 0.0; 1.0 |] |], kept 1.0 5.0)
    Assert.Equal<float[][]>([| [| 1.0; 1.0 |]; [| 1.0; 1.0 |] |], kept 1.0 0.6)

[<Fact>]
let ``KL-Cov is the KL on the tokens of largest covariance, over all action tokens`` () =
    let case = { covarying with Old = [| [| -0.4; -1.0 |]; [| -1.5; -0.5 |] |] }
    // |-0.1 + 0.4| = 0.3 and |-2 + 1.5| = 0.5, of 4 tokens; 0.01 of 4 is one token all the same.
    let value, gradient = differentiate (Covariance.kl Abs 0.5) case
    Assert.Equal(0.8 / 4.0, value, 12)
    Assert.Equal<float[][]>([| [| 0.25; 0.0 |]; [| -0.25; 0.0 |] |], gradient)
    Assert.Equal(0.5 / 4.0, differentiate (Covariance.kl Abs 0.01) case |> fst, 12)
    // No token of covariance 0 or less is among them, however large the share; without advantages there is none.
    Assert.Equal(0.5, metric "kl_cov/share" (Covariance.kl Abs 1.0) case)
    Assert.Equal(0.0, metric "kl_cov/share" (Covariance.kl Abs 1.0) { case with Advantage = [| 0.0; 0.0 |] })

[<Fact>]
let ``a batch without scores of the current policy says what is missing`` () =
    let case = random(Seed.ofInt 4)
    let whole = { batch case with LogProbCurrent = None; EntropyCurrent = None }
    for objective in [ Masks.highEntropy 0.2 Surrogate.reinforce; Covariance.kl Abs 0.1 ] do
        let error = Assert.Throws<InvalidOperationException>(fun () -> objective.Loss whole |> ignore)
        Assert.Contains("CurrentScores", error.Message)
        Assert.Contains(CurrentScores, objective.Needs)

[<Fact>]
let ``the loss on observations is the mean over their tokens, of responses that count`` () =
    // 3, 0, 2 and 1 tokens with log-probabilities of -2, -3 and -4 where the reward is 1, and one more where it is 0; the last response has no action.
    let case = {
        still (Array.replicate 4 [| -1.0; -2.0; -3.0 |]) [| 1.0; 1.0; 1.0; 1.0 |] with
            Searches = [| 3.0; 0.0; 2.0; 1.0 |]
    }
    let case = {
        case with
            Reward = [| 1.0; 1.0; 0.0; 1.0 |]
            Mask = [| yield! case.Mask[..2]; [| 0.0; 0.0; 0.0 |] |]
    }
    let value, gradient, all = gradients Observations.crossEntropy case
    Assert.Equal((2.0 + 3.0 + 4.0 + 1.0 + 2.0) / 5.0, value, 12)
    Assert.All(Array.concat gradient, fun g -> Assert.Equal(0.0, g))
    let fifth = -0.2
    Assert.Equal<float[][]>(
        [| [| fifth; fifth; fifth |]; [| 0.0; 0.0; 0.0 |]; [| fifth; fifth; 0.0 |]; [| 0.0; 0.0; 0.0 |] |],
        toRows all.Observations.Value
    )
    let whole = batch case
    let forward = { LogProb = whole.LogProbOld; Entropy = whole.LogProbOld; Values = None; Observations = None }
    let error = Assert.Throws<InvalidOperationException>(fun () -> Observations.crossEntropy.Loss whole whole forward |> ignore)
    Assert.Contains("ObservationScores", error.Message)
