/// Influences against gradients by torch's own differentiation, and against a step that is really taken.
module Levee.Policies.Tests.InfluenceLaws

open System
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

type private Case = { Temperature: float; Slice: int; Group: Group; Advantages: float[]; Index: int }

let private someTokens least most =
    gen {
        let! count = Gen.choose(least, most)
        return! Gen.arrayOfLength count (Gen.choose(0, untied.VocabularySize - 1))
    }

let private action tokens = Action(tokens, Array.map (fun _ -> -1.0f) tokens)

/// A prompt and 0 to 3 actions, some of them without tokens, with an observation before each but the first.
let private trajectories =
    gen {
        let! turns = Gen.choose(0, 3)
        let! given = Gen.listOfLength turns (someTokens 2 3)
        let! written = Gen.listOfLength turns (someTokens 0 4)
        return
            match List.map2 (fun given written -> [ Observation given; action written ]) given written |> List.concat with
            | Observation first :: rest -> trajectory(Prompt first :: rest)
            | _ -> trajectory [ Prompt [| 0; 1 |] ]
    }

/// Groups of 1 to 4 trajectories with any advantages, at temperatures 0.5, 1 and 2, in slices of 1 to all of the vocabulary.
let private cases =
    gen {
        let! size = Gen.choose(1, 4)
        let! group = Gen.arrayOfLength size trajectories
        let! advantages = Gen.arrayOfLength size (Gen.choose(-20, 20))
        let! temperature = Gen.elements [ 0.5; 1.0; 2.0 ]
        let! slice = Gen.choose(1, untied.VocabularySize + 1)
        let! index = Gen.choose(0, size - 1)
        return {
            Temperature = temperature
            Slice = slice
            Group = group
            Advantages = advantages |> Array.map(fun a -> float a / 10.0)
            Index = index
        }
    }

/// A policy in float64 with a head of its own.
let private precise seed =
    use small = policy seed
    { small with Model = modelOf untied torch.float64 seed }

let private influences policy case = Influence.inSlices case.Slice case.Temperature policy case.Group case.Advantages case.Index

let private forAll (law: Policy -> Case -> unit) =
    use policy = precise 1
    Prop.forAll (Arb.fromGen cases) (fun case ->
        use _ = torch.NewDisposeScope()
        law policy case)
    |> Check.QuickThrowOnFailure

/// The place of each action among a trajectory's tokens, and the action.
let private places trajectory =
    let length segment =
        match segment with
        | Prompt tokens
        | Observation tokens
        | Action(tokens, _) -> tokens.Length
    let starts = trajectory.Segments |> List.scan (fun start segment -> start + length segment) 0
    List.zip (List.truncate trajectory.Segments.Length starts) trajectory.Segments
    |> List.choose(function
        | start, Action(tokens, _) -> Some(start, tokens)
        | _ -> None)

/// All tokens of a trajectory as one context.
let private allTokens (trajectory: Trajectory) =
    trajectory.Segments
    |> List.map(function
        | Prompt tokens
        | Action(tokens, _)
        | Observation tokens -> tokens)
    |> Array.concat

/// The hidden states that predict each action, and its tokens, one trajectory at a time.
let private predicted (policy: Policy) trajectory =
    let inputs = torch.tensor(allTokens trajectory |> Array.map int64).unsqueeze 0L
    let states = (Transformer.hidden policy.Parameters policy.Model.Rotation inputs).detach().squeeze 0L
    places trajectory
    |> List.map(fun (start, tokens) -> states.narrow(0L, int64 start - 1L, int64 tokens.Length), torch.tensor(Array.map int64 tokens))

let private logProbs temperature (head: torch.Tensor) (hidden: torch.Tensor) =
    torch.nn.functional.log_softmax(hidden.mm(head.t()) / (temperature: float), -1L)

/// The gradient of an action's log-probability with respect to the head, its hidden states held constant, by torch.
let private headGradient temperature (policy: Policy) (hidden, targets: torch.Tensor) =
    let head = policy.Parameters.Head.detach().clone().requires_grad_()
    (logProbs temperature head hidden).gather(1L, targets.unsqueeze 1L).sum().backward()
    Option.ofObj head.grad |> Option.get

let private sum (policy: Policy) (gradients: torch.Tensor list) =
    (torch.zeros_like(policy.Parameters.Head.detach()), gradients) ||> List.fold(fun sum gradient -> sum + gradient)

let private isNear tolerance expected actual =
    Assert.True(abs(expected - actual) <= tolerance * max 1.0 (abs expected), $"{actual} instead of {expected}")

let private hasTokens trajectory = Trajectory.actionTokens trajectory > 0

/// The influence by its definition, for each action and trajectory with tokens.
let private expected value policy case = [
    for number, action in predicted policy case.Group[case.Index] |> List.indexed do
        if (snd action: torch.Tensor).shape[0] > 0L then
            for j in 0 .. case.Group.Length - 1 do
                if hasTokens case.Group[j] then
                    (number + 1, j), value action j
]

let private byPair value (found: Influence list) =
    found |> List.map(fun influence -> (influence.Action, influence.Trajectory), value influence) |> List.sortBy fst

let private agree (expected: ((int * int) * float) list) (actual: ((int * int) * float) list) =
    Assert.Equal<(int * int) list>(List.map fst expected, List.map fst actual)
    List.iter2 (fun (_, expected) (_, actual) -> isNear 1e-9 expected actual) expected actual

[<Fact>]
let ``an influence is the advantage times the inner product of the gradients with respect to the head`` () =
    forAll(fun policy case ->
        let gradient = headGradient case.Temperature policy
        let ofTrajectory = case.Group |> Array.map(predicted policy >> List.map gradient >> sum policy)
        let total action j = case.Advantages[j] * (gradient action * ofTrajectory[j]).sum().ToDouble()
        agree (expected total policy case) (influences policy case |> byPair _.Total))

[<Fact>]
let ``the similarities are the means over pairs of tokens`` () =
    forAll(fun policy case ->
        let error (hidden, targets: torch.Tensor) =
            let p = (logProbs case.Temperature (policy.Parameters.Head.detach()) hidden).exp()
            torch.zeros_like(p).scatter_add_(1L, targets.unsqueeze 1L, torch.ones_like p) - p
        let unit (hidden: torch.Tensor, _) = hidden / hidden.square().sum(1L, true).sqrt()
        let mean (vectors: torch.Tensor * torch.Tensor -> torch.Tensor) action j =
            let others = torch.cat(case.Group[j] |> predicted policy |> List.map vectors |> Array.ofList, 0L)
            (vectors action).mm(others.t()).mean().ToDouble()
        let found = influences policy case
        agree (expected (mean error) policy case) (byPair _.PredictionError found)
        agree (expected (mean unit) policy case) (byPair _.HiddenState found))

[<Fact>]
let ``influences come action by action, the most harmful first`` () =
    forAll(fun policy case ->
        let found = influences policy case |> List.map(fun influence -> influence.Action, influence.Total)
        Assert.Equal<(int * float) list>(List.sort found, found))

[<Fact>]
let ``a trajectory learned from raises itself`` () =
    forAll(fun policy case ->
        let case = { case with Advantages = Array.map (fun _ -> 1.0) case.Group }
        let own = influences policy case |> List.filter(fun influence -> influence.Trajectory = case.Index)
        if hasTokens case.Group[case.Index] then
            Assert.True(own |> List.sumBy _.Total > 0.0))

[<Fact>]
let ``two trajectories influence one another alike`` () =
    forAll(fun policy case ->
        let case = { case with Advantages = Array.map (fun _ -> 1.0) case.Group }
        /// Over all actions of `i`: the sum of a sum over pairs, or of means over pairs weighted by the action's tokens.
        let of' value weigh i j =
            let actions = Trajectory.actions case.Group[i] |> List.map(fst >> Array.length >> float)
            let weight (influence: Influence) =
                if weigh then
                    actions[influence.Action - 1] / List.sum actions
                else
                    1.0
            influences policy { case with Index = i }
            |> List.filter(fun influence -> influence.Trajectory = j)
            |> List.sumBy(fun influence -> weight influence * value influence)
        for j in 0 .. case.Group.Length - 1 do
            if hasTokens case.Group[case.Index] && hasTokens case.Group[j] then
                for value, weigh in [ _.Total, false; _.PredictionError, true; _.HiddenState, true ] do
                    isNear 1e-9 (of' value weigh case.Index j) (of' value weigh j case.Index))

/// One question, four trajectories of which some resemble each other.
let private example = {
    Temperature = 0.8
    Slice = 10
    Group = [|
        trajectory [ Prompt [| 1; 2 |]; action [| 3; 4; 5 |]; Observation [| 6 |]; action [| 7; 8 |] ]
        trajectory [ Prompt [| 1; 2 |]; action [| 3; 4; 5 |]; Observation [| 9 |]; action [| 10 |] ]
        trajectory [ Prompt [| 1; 2 |]; action [| 11; 12 |] ]
        trajectory [ Prompt [| 1; 2 |]; action [| 3; 4; 13 |]; Observation [| 6 |]; action [| 7; 14; 8 |] ]
    |]
    Advantages = [| 1.5; -0.5; -0.5; -0.5 |]
    Index = 0
}

/// The error of the influences: how far the log-probability of each action of the example's trajectory is from the one that they predict, after a step on
/// the head alone.
let private missed (step: float) =
    use _ = torch.NewDisposeScope()
    use policy = precise 2
    let likelihood () =
        let logProb, _ = Scoring.logProbs (Scoring.at example.Temperature) policy [| example.Group[example.Index] |]
        [ logProb.narrow(1L, 0L, 3L).sum().ToDouble(); logProb.narrow(1L, 3L, 2L).sum().ToDouble() ]
    let told =
        influences policy example |> List.groupBy _.Action |> List.map(fun (_, ofAction) -> ofAction |> List.sumBy _.Total)
    let gradient =
        Array.map2
            (fun advantage trajectory ->
                (predicted policy trajectory |> List.map(headGradient example.Temperature policy) |> sum policy) * advantage)
            example.Advantages
            example.Group
        |> List.ofArray
        |> sum policy
    let before = likelihood()
    use _ = torch.no_grad()
    policy.Parameters.Head.add_(gradient * step) |> ignore
    List.map3 (fun before after told -> abs(after - before - step * told) / abs(step * told)) before (likelihood()) told

[<Fact>]
let ``to first order a step on the head changes each action by the sum of its influences`` () =
    let coarse, fine = missed 1e-4, missed 1e-5
    Assert.Equal(2, fine.Length)
    for coarse, fine in List.zip coarse fine do
        Assert.InRange(coarse, 0.0, 0.05)
        // The error grows with the step's square, so relative to the step it shrinks with the step.
        Assert.InRange(fine / coarse, 0.05, 0.2)

[<Fact>]
let ``the slice does not matter`` () =
    use policy = precise 3
    let whole = influences policy { example with Slice = 1000 }
    Assert.Equal<Influence list>(whole, Influence.onTrajectory example.Temperature policy example.Group example.Advantages example.Index)
    for slice in [ 1; 2; 7; 28; 29 ] do
        for value in [ _.Total; _.PredictionError; _.HiddenState ] do
            agree (byPair value whole) (byPair value (influences policy { example with Slice = slice }))

[<Fact>]
let ``a tied head and float32 do as well, and leave neither tensor nor gradient behind`` () =
    use scope = torch.NewDisposeScope()
    use policy = policy 4
    let before = scope.DisposablesCount
    let found = influences policy example
    Assert.Equal(before, scope.DisposablesCount)
    Assert.Equal(8, found.Length)
    Assert.All(found, (fun influence -> Assert.True(Double.IsFinite influence.Total)))
    Assert.Equal(0.0, (Option.get policy.Parameters.Gradient).abs().sum().ToDouble())

[<Fact>]
let ``what cannot be asked is refused with a remedy`` () =
    use policy = precise 5
    let refused (message: string) case =
        let error = Assert.Throws<ArgumentException>(fun () -> influences policy case |> ignore)
        Assert.Contains(message, error.Message)
    refused "must be above 0" { example with Temperature = 0.0 }
    refused "4 trajectories with 1 advantages" { example with Advantages = [| 1.0 |] }
    refused "give 0 to 3" { example with Index = 4 }
    refused "give 1 or more" { example with Slice = 0 }

[<Fact>]
let ``a token's alignment with the correct trajectories is the product of torch's gradients of the head`` () =
    forAll(fun policy case ->
        let group = case.Group |> Array.mapi(fun t trajectory -> { trajectory with Reward = float(t % 2) })
        let found = Influence.onCorrect (Scoring.at case.Temperature) (1 + case.Slice % 4) policy group
        let tokens trajectory = [
            for hidden: torch.Tensor, targets: torch.Tensor in predicted policy trajectory do
                for k in 0L .. targets.shape[0] - 1L ->
                    headGradient case.Temperature policy (hidden.narrow(0L, k, 1L), targets.narrow(0L, k, 1L))
        ]
        let gradients = group |> Array.map tokens
        let correct =
            gradients |> Array.indexed |> Array.filter(fun (t, _) -> t % 2 = 1) |> Array.map snd |> List.concat |> sum policy
        for t in 0 .. group.Length - 1 do
            let expected =
                gradients[t] |> List.map(fun gradient -> (gradient * correct).sum().ToDouble() * case.Temperature * case.Temperature)
            Assert.Equal(expected.Length, found[t].Length)
            List.iter2 (isNear 1e-9) expected (List.ofArray found[t]))

[<Fact>]
let ``alignment at a temperature of nothing is refused`` () =
    use policy = precise 1
    let error = Assert.Throws<ArgumentException>(fun () -> Influence.onCorrect (Scoring.at 0.0) 1 policy [||] |> ignore)
    Assert.Contains("above 0", error.Message)
