module Levee.Tests.DisplacementLaws

open System
open Levee
open Xunit

let private trajectory reward searches callTokens answerTokens actions : Trajectory = {
    Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
    Segments =
        Prompt [| 0 |]
        :: (actions |> List.map(fun logProb -> Action(Array.map (fun _ -> 1) logProb, Array.map float32 logProb)))
    Reward = reward
    Fault = None
    End = Answered
    Answer = None
    AnswerTokens = answerTokens
    CallTokens = callTokens
    Searches = searches |> List.mapi(fun turn documents -> { Turn = turn; Query = "x"; Documents = documents; Failure = None })
    InvalidActions = 0
}

/// A group with signal and one without. The first correct response reasons for a token, searches with two, then answers with one of two tokens.
let private groups: Group[] = [|
    [|
        trajectory 1.0 [ [ "a"; "b" ] ] [ 2; 0 ] 1 [ [| -0.1; -0.2; -0.3 |]; [| -0.4; -0.5 |] ]
        trajectory 0.0 [ [ "b"; "a" ] ] [ 1; 0 ] 0 [ [| -1.0; -2.0 |]; [| -3.0 |] ]
        trajectory 0.0 [ [ "c" ]; [ "a"; "b" ] ] [ 1; 0 ] 0 [ [| -1.0 |] ]
        trajectory 0.0 [] [] 0 [ [| -2.0 |] ]
    |]
    [| trajectory 1.0 [] [] 1 [ [| -0.6 |] ]; trajectory 1.0 [] [] 1 [ [| -0.8 |] ] |]
|]

let private after: float[][] = [|
    [| -0.2; -0.3; -0.4; -0.1; -0.4 |]
    [| -2.0; -3.0; -4.0 |]
    [| -1.0 |]
    [| -2.0 |]
    [| -0.5 |]
    [| -0.8 |]
|]

let private measured = Displacement.measure groups (Some after) |> Map.ofList

let private near (expected: float) name = Assert.Equal(expected, measured[name], 6)

[<Fact>]
let ``log-likelihood is a mean per token, then per response`` () =
    near ((-0.3 - 0.6 - 0.8) / 3.0) "lld/log_likelihood/correct"
    near ((-2.0 - 1.0 - 2.0) / 3.0) "lld/log_likelihood/incorrect"
    near -0.7 "lld/log_likelihood/no_signal"

[<Fact>]
let ``actions and roles have theirs`` () =
    near ((-0.2 - 0.6 - 0.8) / 3.0) "lld/log_likelihood/correct/action_1"
    near -0.45 "lld/log_likelihood/correct/action_2"
    near -0.25 "lld/log_likelihood/correct/search"
    near ((-0.1 - 0.4) / 2.0) "lld/log_likelihood/correct/reasoning"
    near ((-0.5 - 0.6 - 0.8) / 3.0) "lld/log_likelihood/correct/answer"
    near -3.0 "lld/log_likelihood/incorrect/action_2"
    Assert.False(measured.ContainsKey "lld/log_likelihood/correct/action_3")

[<Fact>]
let ``changes are after less before`` () =
    near ((0.02 + 0.1 + 0.0) / 3.0) "lld/change/correct"
    near 0.05 "lld/change/no_signal"
    near -0.1 "lld/change/correct/search"
    near 0.2 "lld/change/correct/action_2"
    near (-1.0 / 3.0) "lld/change/incorrect"

[<Fact>]
let ``an action counts as displaced by its sum, in correct responses with an advantage`` () =
    // The first action fell by 0.3, the second rose by 0.4, and so did the response; those without signal do not count.
    near 1.0 "lld/share/action_1"
    near 0.0 "lld/share/action_2"
    near 0.0 "lld/share"
    near 1.0 "lld/share/search"

[<Fact>]
let ``quantiles are of the likelihood ratio of single tokens`` () =
    near (exp -1.0) "lld/likelihood_ratio/p01"
    near 1.0 "lld/likelihood_ratio/p50"
    near (exp 0.3) "lld/likelihood_ratio/p99"

[<Fact>]
let ``first searches overlap where they return the same documents, in whatever order`` () = near 0.5 "lld/first_search_overlap"

[<Fact>]
let ``negative log-likelihood by number of searches`` () =
    near ((2.0 + 0.6 + 0.8) / 3.0) "lld/nll/searches_0"
    near ((0.3 + 2.0) / 2.0) "lld/nll/searches_1"
    near 1.0 "lld/nll/searches_2"

[<Fact>]
let ``without a second look there is no change, and nothing else is missing`` () =
    let before = Displacement.measure groups None |> Map.ofList
    let needsAfter (name: string) =
        [ "lld/change/"; "lld/share"; "lld/likelihood_ratio/" ]
        |> List.exists(fun start -> name.StartsWith(start, StringComparison.Ordinal))
    Assert.Equal<Map<string, float>>(measured |> Map.filter(fun name _ -> not(needsAfter name)), before)

[<Fact>]
let ``groups without trajectories or tokens are survived`` () =
    Assert.Empty(Displacement.measure [||] None)
    let silent = Displacement.measure [| [| trajectory 1.0 [] [] 0 [] |] |] (Some [| [||] |])
    Assert.DoesNotContain(silent, fun (_, value) -> Double.IsNaN value)

[<Fact>]
let ``permuting responses within a group changes nothing`` () =
    Examples.forSeeds 8 (fun seed ->
        let order = Seed.shuffle [| 0..3 |] seed
        let turned = [| order |> Array.map(fun i -> groups[0][i]); groups[1] |]
        let turnedAfter = Array.append (order |> Array.map(fun i -> after[i])) after[4..]
        let other = Displacement.measure turned (Some turnedAfter) |> Map.ofList
        for KeyValue(name, value) in measured do
            Assert.Equal(value, other[name], 12))
