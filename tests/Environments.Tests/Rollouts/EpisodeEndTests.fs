/// The ways in which token limits, turn limits and the context end an episode.
module Levee.Environments.Tests.EpisodeEndTests

open System
open System.Threading.Tasks
open FsCheck
open FsCheck.FSharp
open Levee
open Levee.Environments.Tests.Scripted
open Xunit

[<Fact>]
let ``A turn without an end is cut at its limit and is invalid`` () =
    let words = WordTokenizer()
    let rambling = String.replicate 100 "and so "
    let trajectory = (run words options (script words [ [ rambling; answer ] ]))[0]
    Assert.Equal(options.TurnTokens, (List.head(actions trajectory)).Length)
    Assert.Equal(1, trajectory.InvalidActions)

[<Fact>]
let ``After the last turn one more is allowed, whose search is not carried out`` () =
    let words = WordTokenizer()
    let library = Library()
    let planned = script words [ List.replicate 3 search; [ search; search; answer ] ]
    let trajectories, _ = runIn (searching library) words { options with MaxTurns = 2 } 1000 planned
    Assert.Equal("PAOAOA", kinds trajectories[0])
    Assert.Equal(TurnLimit, trajectories[0].End)
    Assert.Equal<int list>([ 0; 1 ], trajectories[0].Searches |> List.map _.Turn)
    Assert.Equal((0.0, 0), (trajectories[0].Reward, trajectories[0].AnswerTokens))
    Assert.Equal(Answered, trajectories[1].End)
    Assert.Equal(2, library.Asked.Count)

[<Fact>]
let ``Without the final turn the last one's search is not carried out`` () =
    let words = WordTokenizer()
    let library = Library()
    let planned = script words [ List.replicate 2 search ]
    let trajectories, _ = runIn (searching library) words { options with MaxTurns = 2; FinalTurn = false } 1000 planned
    Assert.Equal("PAOA", kinds trajectories[0])
    Assert.Equal(TurnLimit, trajectories[0].End)
    Assert.Equal(1, library.Asked.Count)

[<Fact>]
let ``An observation too long loses the end of its documents and keeps its tags`` () =
    let words = WordTokenizer()
    let trajectory = (run words { options with ObservationTokens = 9 } (script words [ [ search; answer ] ]))[0]
    Assert.Equal<string list>([ "<information> Doc 1 ( Title : France ) </information>" ], observations words trajectory)

[<Fact>]
let ``No context limit is ever passed, and segments always alternate`` () =
    let turns = Gen.elements [ search; answer; "hmm so what"; "<search> </search>"; "<search> down </search>" ]
    let rows = Gen.listOfLength 5 turns |> Gen.listOfLength 3
    Prop.forAll (Gen.zip rows (Gen.choose(1, 90)) |> Arb.fromGen) (fun (rows, contextLimit) ->
        let words = WordTokenizer()
        let trajectories, sampler = runIn (searching(Library())) words options contextLimit (script words rows)
        let prompt = (encode words "Question: What is the capital of France?").Length
        trajectories
        |> Array.forall(fun trajectory ->
            let kinds = kinds trajectory
            (length trajectory <= contextLimit || kinds = "P")
            && (kinds = "P") = (prompt >= contextLimit)
            && (kinds = "P" || (kinds.StartsWith "PA" && kinds.EndsWith 'A' && not(kinds.Contains "AA") && not(kinds.Contains "OO")))
            && trajectory.Answer.IsSome = (trajectory.End = Answered)
            && (trajectory.AnswerTokens > 0) = (trajectory.End = Answered)
            && trajectory.Reward = (if trajectory.Answer = Some "Paris" then 1.0 else 0.0))
        && sampler.Requests |> Seq.forall(Array.forall(fun request -> request.Limit >= 1 && request.Limit <= options.TurnTokens)))
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``Without room for the observation and a token more the episode ends`` () =
    let words = WordTokenizer()
    let planned = script words [ [ search; answer ] ]
    let whole = (run words options planned)[0]
    let untilAnswer = length whole - (actions whole |> List.last).Length
    let short, _ = runIn (searching(Library())) words options untilAnswer planned
    Assert.Equal(("PA", LengthLimit), (kinds short[0], short[0].End))
    Assert.Equal(1, short[0].Searches.Length)
    let enough, sampler = runIn (searching(Library())) words options (untilAnswer + 1) planned
    Assert.Equal(("PAOA", LengthLimit), (kinds enough[0], enough[0].End))
    Assert.Equal<int list>([ 1 ], [ for request in Seq.last sampler.Requests -> request.Limit ])

/// Words without an end.
let private rambling = String.Join(' ', Array.replicate 60 "so")

let private ends options contextLimit turns =
    let words = WordTokenizer()
    let trajectories, _ = runIn (searching(Library())) words options contextLimit (script words [ turns ])
    trajectories[0].End, trajectories[0].Answer

[<Fact>]
let ``An episode whose last action a token limit cut off ends for that limit`` () =
    let single = { options with MaxTurns = 1; FinalTurn = false }
    let final = { options with MaxTurns = 1; FinalTurn = true }
    Assert.Equal((TurnTokenLimit, None), ends single 1000 [ rambling ])
    Assert.Equal((TurnTokenLimit, None), ends final 1000 [ rambling; rambling ])
    // The first turn was cut too, but what counts is how the response ended.
    Assert.Equal((TurnLimit, None), ends final 1000 [ rambling; search ])
    Assert.Equal((Answered, Some "Paris"), ends final 1000 [ rambling; answer ])
    Assert.Equal((TurnTokenLimit, None), ends final 1000 [ search; rambling ])
    // An action that ended by itself at the last token it might have is whole.
    let length = (encode (WordTokenizer()) answer).Length
    Assert.Equal((Answered, Some "Paris"), ends { single with TurnTokens = length } 1000 [ answer ])
    Assert.Equal((TurnTokenLimit, None), ends { single with TurnTokens = length - 1 } 1000 [ answer ])

[<Fact>]
let ``Where the context cuts an action off, in the final turn too, the episode ends for the context`` () =
    let words = WordTokenizer()
    let answered = (run words { options with MaxTurns = 1 } (script words [ [ answer ] ]))[0]
    let prompt = length answered - (encode words answer).Length
    let single = { options with MaxTurns = 1; FinalTurn = false }
    let final = { options with MaxTurns = 1; FinalTurn = true }
    Assert.Equal((LengthLimit, None), ends single (prompt + 5) [ rambling ])
    Assert.Equal((LengthLimit, None), ends final (prompt + 5) [ rambling; rambling ])
    // The final turn begins, and has a few tokens left.
    let whole = (run words { final with TurnTokens = 5 } (script words [ [ rambling; answer ] ]))[0]
    let final = { final with TurnTokens = 5 }
    Assert.Equal("PAOA", kinds whole)
    Assert.Equal((LengthLimit, None), ends final (length whole - 1) [ rambling; rambling ])
    Assert.Equal((TurnTokenLimit, None), ends final (length whole + 1) [ rambling; rambling ])

[<Fact>]
let ``An answer that a token limit cut off is an answer, and truncated`` () =
    // Whatever is written answers, with nothing that ends a turn.
    let environment = {
        new IEnvironment with
            member _.Prompt question = [ Piece.Plain question.Text ]
            member _.StopTexts = []
            member _.Act(actions, _) = actions |> Array.map(fun action -> Outcome.Answer(action.Text, action.Text)) |> Task.FromResult
    }
    let words = WordTokenizer()
    let options = { options with TurnTokens = 4 }
    let trajectories, _ = runIn environment words options 1000 (script words [ [ rambling ]; [ "so so" ] ])
    Assert.Equal<EndReason[]>([| TurnTokenLimit; Answered |], trajectories |> Array.map _.End)
    Assert.All(trajectories, (fun trajectory -> Assert.True trajectory.Answer.IsSome))
