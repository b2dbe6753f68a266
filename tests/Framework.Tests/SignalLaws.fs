/// A group without signal, and numbers that are no rewards.
module Levee.Tests.SignalLaws

open System
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

/// A trajectory of one action, whose tokens the current policy thinks less likely than the sampler did.
let private trajectory length reward : Trajectory = {
    Trajectory.empty with
        Question = { Id = "q7"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
        Segments = [ Prompt [| 0 |]; Action(Array.zeroCreate length, Array.create length -0.5f) ]
        Reward = reward
}

let private group rewards : Group = rewards |> Array.mapi(fun i -> trajectory(1 + i % 3))

let private deviations = [
    for ddof in [ 0; 1 ] do
        for epsilon in [ 0.0; 1e-8; 1e-6 ] -> { Ddof = ddof; Epsilon = epsilon }
]

let private parts = [
    { Name = "outcome"; Weight = 0.7; Reward = _.Reward }
    { Name = "third"; Weight = -0.3; Reward = fun t -> t.Reward / 3.0 }
]

/// Estimators that compare within groups.
let private withinGroups: Estimator list = [
    Advantage.drGrpo
    Advantage.rloo
    Advantage.opo
    Advantage.maxRl
    Advantage.gpg
    Advantage.passAtK None
    Advantage.gdpo parts
    Advantage.reinforcePlusPlusBaseline
    Advantage.gigpo { Gamma = 0.9; Weight = 1.0; Deviation = None }
    Advantage.gigpo { Gamma = 0.9; Weight = 1.0; Deviation = Some Deviation.sample }
    Advantage.optimalTokenBaseline
    Nthr.weigh Nthr.defaults Advantage.grpo
    for deviation in deviations do
        Advantage.groupRelative deviation
        Advantage.passAtK(Some deviation)
        for over in [ Over.Tokens; Over.Trajectories ] do
            Advantage.groupRelative deviation |> Advantage.whiten over deviation
            Advantage.rloo |> Advantage.whiten over deviation
    Advantage.grpo |> TokenRewards.overlong { Limit = 40; Buffer = 20; Penalty = 0.3 }
    Advantage.drGrpo
    |> TokenRewards.overlong { Limit = 40; Buffer = 20; Penalty = 0.3 }
    |> Advantage.whiten Over.Tokens { Ddof = 1; Epsilon = 0.0 }
]

/// Estimators that give nothing where all rewards of a step are equal.
let private estimators =
    withinGroups
    @ [
        for epsilon in [ 0.0; 1e-8 ] do
            Advantage.discountedReturn 1.0 |> Advantage.whiten Over.Tokens { Ddof = 1; Epsilon = epsilon }
        Advantage.reinforcePlusPlus 1.0
    ]

let private values = [ 0.0; 1.0; 0.1; 0.2; 0.3; 0.7; 0.8; 0.9; 1.0 / 3.0; -0.1; 1e-9; 123.456; 1e17 ]

let private sizes = [ 2; 3; 4; 5; 6; 7; 8; 16; 33 ]

/// Groups as an estimator sees them whose policy drew every token from a distribution over a few, and whose tokens do not pull at one another.
let private rolloutsOf groups : Rollouts =
    let plain = Rollouts.ofGroups groups
    {
        plain with
            SquaredProbabilities = Some(plain.Shaping |> Array.map(Array.map(fun _ -> 0.4)))
            Alignment = Some plain.Shaping
    }

let private advantages (estimator: Estimator) groups = (estimator.Estimate(rolloutsOf groups)).Advantages

[<Fact>]
let ``equal rewards give advantages of exactly zero, whatever they are and whatever the epsilon`` () =
    for reward in values do
        for size in sizes do
            for estimator in estimators do
                let found = advantages estimator [| group(Array.create size reward) |] |> Array.concat
                Assert.True(found |> Array.forall((=) 0.0), $"{estimator.Formula}, {size} of {reward}: %A{found}")

[<Fact>]
let ``a group without signal has zeros beside groups with one`` () =
    let mixed = group [| 1.0; 0.0; 0.3; 0.7 |]
    for reward in values do
        for estimator in withinGroups do
            let found = advantages estimator [| mixed; group(Array.create 3 reward) |]
            Assert.True(found[4..] |> Array.concat |> Array.forall((=) 0.0), $"{estimator.Formula}, {reward}")
            Assert.All(Array.concat found[..3], fun a -> Assert.True(Double.IsFinite a))
            Assert.Contains(found[..3] |> Array.concat, (fun a -> a <> 0.0))

[<Fact>]
let ``where nothing can be divided by the result is zero`` () =
    // Their squared distances vanish, so that the deviation is 0 though they differ.
    let close = [| 1e-170; 2e-170; 1e-170 |]
    for deviation in deviations |> List.filter(fun deviation -> deviation.Epsilon = 0.0) do
        Assert.All(Baseline.standardise deviation close, fun a -> Assert.Equal(0.0, a))
        for estimator in [ Advantage.passAtK(Some deviation); Advantage.drGrpo |> Advantage.whiten Over.Tokens deviation ] do
            Assert.All(advantages estimator [| group close |] |> Array.concat, (fun a -> Assert.Equal(0.0, a)))
    Assert.All(Baseline.overMean [| -1.0; 1.0; 0.0 |], fun a -> Assert.Equal(0.0, a))

[<Fact>]
let ``moments of equal numbers are the number and nothing`` () =
    for value in values do
        for size in sizes do
            Assert.Equal((value, 0.0), Deviation.moments Deviation.sample (Array.create size value))

/// The value of LLDS where every token of a group became less likely by 0.5, by the advantages of an estimator.
let private penalty preserve (estimator: Estimator) groups =
    use _ = torch.NewDisposeScope()
    let rollouts = rolloutsOf groups
    let batch = Batch.ofEstimates torch.float32 torch.CPU (Array.concat groups) (estimator.Estimate rollouts)
    let forward = {
        LogProb = (batch.LogProbOld - 0.5) * batch.Mask
        Entropy = torch.zeros_like batch.Mask
        Values = None
        Observations = None
    }
    let objective = Llds.penalty { Llds.overAllTokens with Preserve = preserve; Normaliser = Normaliser.AllTokens }
    (Objective.differentiate objective (objective.Loss batch) batch forward).Value

[<Fact>]
let ``what LLDS preserves of a group without signal does not depend on the reward`` () =
    for reward in values do
        for size in sizes do
            for estimator in estimators do
                let groups = [| group(Array.create size reward) |]
                Assert.Equal(0.5, penalty Preserve.NonNegative estimator groups, 6)
                Assert.Equal(0.0, penalty Preserve.Positive estimator groups)

[<Fact>]
let ``beside a group with signal LLDS preserves the same, whatever the reward`` () =
    let mixed = group [| 1.0; 0.0; 0.3; 0.7 |]
    for estimator in withinGroups do
        for preserve in [ Preserve.NonNegative; Preserve.Positive ] do
            let expected = penalty preserve estimator [| mixed; group [| 0.0; 0.0; 0.0 |] |]
            for reward in values do
                Assert.Equal(expected, penalty preserve estimator [| mixed; group(Array.create 3 reward) |])

[<Fact>]
let ``one test tells whether a group has a signal`` () =
    for reward in values do
        for size in 1 :: sizes do
            Assert.False(Judgement.hasSignal(group(Array.create size reward)))
            Assert.True(Judgement.hasSignal(group(Array.append (Array.create size reward) [| reward * 0.5 + 0.25 |])))
    Assert.False(Deviation.differ [||])
    // Only trajectories that were judged count.
    Assert.False(Judgement.hasSignal(group [| nan; 1.0 |]))
    Assert.False(Judgement.hasSignal(group [| nan; 1.0; 1.0; infinity |]))
    Assert.True(Judgement.hasSignal(group [| nan; 1.0; 0.0 |]))

/// Functions of rewards, by name.
let private functions: (string * (float[] -> unit)) list = [
    "moments", Deviation.moments Deviation.sample >> ignore
    "standardise", Baseline.standardise Deviation.sample >> ignore
    "centre", Baseline.centre >> ignore
    "leaveOneOut", Baseline.leaveOneOut >> ignore
    "lengthWeighted", (fun rewards -> Baseline.lengthWeighted (Array.map (fun _ -> 1.0) rewards) rewards |> ignore)
    "overMean", Baseline.overMean >> ignore
    "bestOverSecond", Baseline.bestOverSecond >> ignore
]

[<Fact>]
let ``what is no number is refused as a reward, by its place`` () =
    for name, find in functions do
        for bad in [ nan; infinity; -infinity ] do
            for rewards in [ [| bad |]; [| 1.0; bad; 0.0; bad |]; [| 0.0; 0.0; bad |] ] do
                let error = Assert.Throws<ArgumentException>(fun () -> find rewards)
                let place = Array.findIndex (Double.IsFinite >> not) rewards
                Assert.True(error.Message.Contains $"Reward {place} of {rewards.Length}", $"{name}: {error.Message}")

[<Fact>]
let ``a trajectory that was not judged is refused by estimators and batches, with its question`` () =
    let spoilt = [| group [| 1.0; 0.0 |]; group [| 0.0; nan |] |]
    let refused (act: unit -> unit) =
        let error = Assert.Throws<ArgumentException>(act)
        Assert.Contains("Trajectory 3", error.Message)
        Assert.Contains("'q7'", error.Message)
        Assert.Contains("NaN", error.Message)
    for estimator in
        [
            Advantage.grpo
            Advantage.gpg
            Advantage.reinforcePlusPlus 1.0
            Advantage.reinforcePlusPlusBaseline
        ] do
        refused(fun () -> estimator.Estimate(Rollouts.ofGroups spoilt) |> ignore)
    refused(fun () -> Batch.create torch.float32 torch.CPU (Array.concat spoilt) (Array.zeroCreate 4) |> ignore)

[<Fact>]
let ``what can be compared is what was judged, of groups with two such trajectories`` () =
    let groups = [|
        group [| 1.0; nan; 0.5 |]
        group [| nan; 1.0 |]
        group [| nan; infinity |]
        group [| 0.0; 0.0 |]
    |]
    let rewards = Judgement.comparable groups |> Array.map(Array.map _.Reward)
    Assert.Equal<float[][]>([| [| 1.0; 0.5 |]; [| 0.0; 0.0 |] |], rewards)

[<Fact>]
let ``a reward that fails is a fault that says what it did`` () =
    let told name reward =
        match Judgement.attempt name reward with
        | Ok _ -> failwith "It did not fail."
        | Error fault -> Judgement.describe (trajectory 1 nan) fault
    Assert.Equal(Ok 0.25, Judgement.attempt "length" (fun () -> 0.25))
    Assert.Equal("question 'q7': the reward 'length' gave NaN", told "length" (fun () -> nan))
    Assert.Equal("question 'q7': the reward gave -Infinity", told "" (fun () -> -infinity))
    let thrown = told "ratio" (fun () -> raise(DivideByZeroException "no tokens"))
    Assert.Equal("question 'q7': the reward 'ratio' gave DivideByZeroException: no tokens", thrown)
    Assert.Throws<OperationCanceledException>(fun () -> Judgement.attempt "slow" (fun () -> raise(OperationCanceledException())) |> ignore)
    |> ignore

[<Fact>]
let ``a part of several rewards that fails makes its trajectory one that was not judged`` () =
    let inverse = { Name = "inverse"; Weight = 1.0; Reward = fun t -> 1.0 / t.Reward }
    let estimator = Advantage.gdpo [ inverse ] |> TokenRewards.overlong { Limit = 4; Buffer = 1; Penalty = 1.0 }
    let judged = group [| 1.0; 0.0; 0.5 |] |> Array.map(Judgement.ofParts estimator.Parts)
    Assert.Equal<bool[]>([| true; false; true |], judged |> Array.map Judgement.isJudged)
    Assert.Equal(Some { Function = "inverse"; Gave = "Infinity" }, judged[1].Fault)
    Assert.True(Double.IsNaN judged[1].Reward)
    let found = advantages estimator (Judgement.comparable [| judged |])
    Assert.All(Array.concat found, fun a -> Assert.True(Double.IsFinite a))
    let error = Assert.Throws<ArgumentException>(fun () -> advantages estimator [| group [| 1.0; 0.0 |] |] |> ignore)
    Assert.Contains("'inverse' gave Infinity", error.Message)

[<Fact>]
let ``a clip out of range cannot be made`` () =
    for low, high in [ 0.0, 0.2; 1.0, 0.2; 0.2, 0.0; 0.2, nan; nan, 0.2; 0.2, infinity; -0.1, 0.2 ] do
        let error = Assert.Throws<ArgumentException>(fun () -> Clip.asymmetric low high |> ignore)
        Assert.Contains("such as 0.2", error.Message)
    let fields = typeof<Clip>.GetConstructors()
    Assert.Empty fields
    let clip = Clip.asymmetric 0.2 0.28
    Assert.Equal((0.2, 0.28), (clip.Low, clip.High))

[<Fact>]
let ``both token limits truncate, and nothing else does`` () =
    let ended reason = Trajectory.isTruncated { trajectory 1 0.0 with End = reason }
    Assert.Equal<bool list>([ false; false; true; true ], [ Answered; TurnLimit; LengthLimit; TurnTokenLimit ] |> List.map ended)
    use _ = torch.NewDisposeScope()
    let trajectories =
        [| Answered; TurnTokenLimit; LengthLimit |] |> Array.map(fun reason -> { trajectory 2 1.0 with End = reason })
    let batch = Batch.create torch.float64 torch.CPU trajectories [| 1.0; 1.0; 1.0 |]
    let objective = Objective.withoutTruncated Surrogate.reinforce
    let forward = {
        LogProb = batch.LogProbOld
        Entropy = torch.zeros_like batch.Mask
        Values = None
        Observations = None
    }
    let gradients = Objective.differentiate objective (objective.Loss batch) batch forward
    Assert.Equal<float[][]>([| [| -0.5; -0.5 |]; [| 0.0; 0.0 |]; [| 0.0; 0.0 |] |], toRows gradients.LogProb)
