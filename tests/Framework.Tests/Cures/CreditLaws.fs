/// Estimators and choices of groups that give credit otherwise, against sums done by hand.
module Levee.Tests.CreditLaws

open System
open Levee
open Xunit
open Levee.Tests.AdvantageLaws

/// A trajectory of segments with a reward.
let private trajectory segments reward : Trajectory = {
    Trajectory.empty with
        Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
        Segments = Prompt [| 1; 2 |] :: segments
        Reward = reward
}

/// An action of one token that had a probability.
let private act probabilities = Action(Array.map (fun _ -> 7) probabilities, Array.map (log >> float32) probabilities)

let private nearAll (expected: float[][]) actual =
    (expected, actual) ||> Array.iter2(Array.iter2(fun e (a: float) -> Assert.Equal(e, a, 6)))

let private one = act [| 0.5 |]

/// Both see the prompt and X, one of them Y in between.
let private anchored = [|
    trajectory [ one; Observation [| 5 |]; one ] 1.0
    trajectory [ one; Observation [| 6 |]; act [| 0.5; 0.5 |]; Observation [| 5 |]; one ] 0.0
|]

[<Fact>]
let ``GiGPO compares actions that start from the same state by their discounted rewards`` () =
    let gigpo = Advantage.gigpo { Gamma = 0.5; Weight = 2.0; Deviation = None }
    // Episodes: +-0.5. From the prompt 0.5 and 0, so +-0.25; from X 1 and 0, so +-0.5; from Y one alone.
    let expected = [| [| 1.0; 1.5 |]; [| -1.0; -0.5; -0.5; -1.5 |] |]
    nearAll expected (advantagesOf gigpo (Rollouts.ofGroups [| anchored |]))
    // States of one's own: all but the first action of either.
    let later =
        Advantage.gigpoBy "later" (fun _ action -> if action = 0 then None else Some "later") {
            Gamma = 1.0
            Weight = 1.0
            Deviation = None
        }
    // Returns 1, 0 and 0 with a mean of 1/3.
    let third = 1.0 / 3.0
    nearAll
        [| [| 0.5; 0.5 + 2.0 * third |]; [| -0.5; -0.5 - third; -0.5 - third; -0.5 - third |] |]
        (advantagesOf later (Rollouts.ofGroups [| anchored |]))

[<Fact>]
let ``states of different groups are not compared, and without them the episode's advantage is left`` () =
    let none = Advantage.gigpoBy "none" (fun _ _ -> None) { Gamma = 0.9; Weight = 1.0; Deviation = Some Deviation.sample }
    holdsOf(fun rollouts -> advantagesOf none rollouts = advantagesOf Advantage.grpo rollouts)
    let alone = Array.map Array.singleton anchored
    let gigpo = Advantage.gigpo { Gamma = 0.5; Weight = 2.0; Deviation = None }
    nearAll [| [| 1.0; 1.0 |]; [| 0.0; 0.0; 0.0; 0.0 |] |] (advantagesOf gigpo (Rollouts.ofGroups alone))

let private withSquares groups (squares: float[][]) = { Rollouts.ofGroups groups with SquaredProbabilities = Some squares }

[<Fact>]
let ``the optimal token baseline is the mean return weighed by the energy gathered so far`` () =
    // Energies 1 - 1 + 0.4 = 0.4, then + 1 - 1.6 + 0.7 = 0.5; and 1 - 0.5 + 0.3 = 0.8. The first baseline is 0.4 / 1.2.
    let group = [| trajectory [ act [| 0.5; 0.8 |] ] 1.0; trajectory [ act [| 0.25 |] ] 0.0 |]
    let rollouts = withSquares [| group |] [| [| 0.4; 0.7 |]; [| 0.3 |] |]
    nearAll [| [| 2.0 / 3.0; 0.0 |]; [| -1.0 / 3.0 |] |] (advantagesOf Advantage.optimalTokenBaseline rollouts)

[<Fact>]
let ``advantages over the optimal token baseline weighed by energy sum to zero at each place`` () =
    holdsOf(fun rollouts ->
        let advantages = advantagesOf Advantage.optimalTokenBaseline rollouts
        let trajectories = Array.concat rollouts.Groups
        let energy i =
            Array.map2
                (fun p square -> 1.0 - 2.0 * exp(float p) + square |> max 0.0)
                (Trajectory.logProbs trajectories[i])
                rollouts.SquaredProbabilities.Value[i]
            |> Array.scan (+) 0.0
            |> Array.tail
        [ 0..2 ]
        |> List.forall(fun g ->
            let rows = [ 3 * g .. 3 * g + 2 ]
            [ 0..7 ]
            |> List.forall(fun k ->
                let here = rows |> List.filter(fun i -> advantages[i].Length > k)
                abs(here |> List.sumBy(fun i -> (energy i)[k] * advantages[i][k])) < 1e-9)))

[<Fact>]
let ``NTHR weighs the blamed tokens that pull more than correct responses support one another`` () =
    let group = [| 1.0; 1.0; 0.0; 0.0 |] |> Array.map(fun reward -> trajectory [ act [| 0.5; 0.5 |] ] reward)
    // Means of 3 and 2 over correct responses: the bound is 2.
    let alignment = [| [| 2.0; 4.0 |]; [| 1.0; 3.0 |]; [| 1.9; 2.1 |]; [| 5.0; -1.0 |] |]
    let rollouts = { Rollouts.ofGroups [| group |] with Alignment = Some alignment }
    let found options = advantagesOf (Nthr.weigh options Advantage.drGrpo) rollouts
    let praised = [| 0.5; 0.5 |]
    nearAll [| praised; praised; [| -0.5; -0.125 |]; [| -0.125; -0.5 |] |] (found { Beta = 1.0; Weight = NthrWeight.Fixed 0.25 })
    nearAll [| praised; praised; [| -0.5; -0.5 |]; [| -0.125; -0.5 |] |] (found { Beta = 1.5; Weight = NthrWeight.Fixed 0.25 })
    // Half are correct: nothing is left.
    nearAll [| praised; praised; [| -0.5; 0.0 |]; [| 0.0; -0.5 |] |] (found Nthr.defaults)
    // Of three a third are correct: 2 |0.5 - 1/3| = 1/3. The bound is then 3.
    let three = { Rollouts.ofGroups [| Array.removeAt 1 group |] with Alignment = Some(Array.removeAt 1 alignment) }
    let thirds = advantagesOf (Nthr.weigh Nthr.defaults Advantage.drGrpo) three
    nearAll [| [| 2.0 / 3.0; 2.0 / 3.0 |]; [| -1.0 / 3.0; -1.0 / 3.0 |]; [| -1.0 / 9.0; -1.0 / 3.0 |] |] thirds
    let blamed = { Rollouts.ofGroups [| group[2..] |] with Alignment = Some alignment[2..] }
    let raw = { Nthr.defaults with Weight = NthrWeight.Fixed 0.0 }
    Assert.Equal<float[][]>(
        Array.replicate 2 [| -1.0; -1.0 |],
        advantagesOf (Nthr.weigh raw (Advantage.ofRewards "less" (Array.map(fun r -> r - 1.0)))) blamed
    )

[<Fact>]
let ``what an estimator needs of the policy and the rollouts lack is named`` () =
    for estimator, word in
        [
            Advantage.optimalTokenBaseline, "SquaredProbabilities"
            Nthr.weigh Nthr.defaults Advantage.grpo, "HiddenAlignment"
        ] do
        let error =
            Assert.Throws<InvalidOperationException>(fun () -> estimator.Estimate(Rollouts.ofGroups [| anchored |]) |> ignore)
        Assert.Contains(word, error.Message)

[<Fact>]
let ``the groups of most reward variance are kept until they hold the share, in their order`` () =
    let groups =
        [
            [| 1.0; 0.0; 0.0; 0.0 |]
            [| 1.0; 1.0 |]
            [| 1.0; 0.0 |]
            [| 1.0; 1.0; 1.0; 1.0; 0.0 |]
            [| nan; 1.0 |]
        ]
        |> List.map(Array.map(trajectory [ one ]))
        |> Array.ofList
    let kept share =
        (GroupChoice.varianceTopP share).Among groups |> Array.map(fun group -> Array.findIndex ((=) group) groups)
    // Variances 0.1875, none, 0.25, 0.16 and none: 0.5975 together. 0.25 is 0.418 of it, and 0.4375 is 0.732.
    Assert.Equal<int[]>([| 2 |], kept 0.4)
    Assert.Equal<int[]>([| 0; 2 |], kept 0.7)
    Assert.Equal<int[]>([| 0; 2; 3 |], kept 0.9)
    Assert.Equal<int[]>([| 0; 2; 3 |], kept 1.0)
    Assert.Empty((GroupChoice.varianceTopP 0.9).Among [| groups[1] |])
    Assert.True(Array.forall (GroupChoice.varianceTopP 0.9).Keep groups)
