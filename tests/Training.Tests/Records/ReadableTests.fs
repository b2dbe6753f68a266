/// The explanation of what pulls an action down, as a person reads it.
module Levee.Tests.ReadableTests

open Levee
open Levee.Tests.World
open Xunit

/// Reads each token as one letter.
let private letters = {
    new ITokenizer with
        member _.Encode pieces = Pieces.encodeLetters pieces
        member _.Decode tokens = tokens |> Array.map char |> System.String
        member _.VocabularySize = 128
        member _.IdOf _ = None
}

let private trajectory reward (actions: string list) = {
    Trajectory.empty with
        Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "gold" ]; Metadata = "" }
        Segments = [
            Prompt(letters.Encode("?", false))
            yield! actions |> List.map(fun text -> Action(letters.Encode(text, false), Array.replicate text.Length -0.5f))
        ]
        Reward = reward
}

let private influence action trajectory total = {
    Action = action
    Trajectory = trajectory
    Total = total
    PredictionError = 0.25
    HiddenState = 0.75
}

[<Fact>]
let ``harmful trajectories are ranked under each action and shown in full, worst first`` () =
    let group = [|
        trajectory 1.0 [ "good"; "best" ]
        trajectory 0.0 [ "mild" ]
        trajectory 0.0 [ "bad" ]
        trajectory 0.0 [ "kind" ]
    |]
    let found = [
        influence 1 1 -0.5
        influence 1 2 -0.125
        influence 1 3 0.5
        influence 2 2 -3.0
        influence 2 3 0.25
    ]
    let text = Readable.influences letters group 0 found
    let expected =
        [
            "== what pulls the actions of trajectory 0 down, in nats per unit of a step on the head =="
            ""
            "action 1: good"
            "  1. trajectory 1: -0.5   (prediction error 0.25, hidden state 0.75)"
            "  2. trajectory 2: -0.125   (prediction error 0.25, hidden state 0.75)"
            "action 2: best"
            "  1. trajectory 2: -3   (prediction error 0.25, hidden state 0.75)"
            ""
            for number in [ 0; 2; 1 ] do
                $"== trajectory {number} =="
                ""
                Readable.trajectory letters group[number]
        ]
        |> String.concat "\n"
    Assert.Equal(expected, text)
    Assert.DoesNotContain("kind", text)

[<Fact>]
let ``an action that nobody pulls down says so`` () =
    let text = Readable.influences letters [| trajectory 1.0 [ "good" ] |] 0 [ influence 1 0 2.0 ]
    Assert.Contains("action 1: good\n  no trajectory pulls it down\n", text)

[<Fact>]
let ``a real group's influences can be read`` () =
    use policy = warmPolicy()
    let group = rollouts policy 1 4
    let found = Influence.onTrajectory 1.0 policy group [| 1.0; -1.0; -1.0; -1.0 |] 0
    let text = Readable.influences policy.Tokenizer group 0 found
    let harmful = found |> List.filter(fun influence -> influence.Total < 0.0)
    Assert.NotEmpty harmful
    let lines = text.Split '\n' |> Array.filter(fun line -> line.StartsWith "  " && line.Contains ". trajectory ")
    Assert.Equal(harmful.Length, lines.Length)
