module Levee.Environments.Tests.RolloutTests

open System
open System.Threading
open System.Threading.Tasks
open Levee
open Levee.Environments.Tests.Scripted
open Xunit

[<Fact>]
let ``A search and an answer make an answered episode`` () =
    let words = WordTokenizer()
    let trajectory = (run words options (script words [ [ search; answer ] ]))[0]
    Assert.Equal("PAOA", kinds trajectory)
    Assert.Equal(Answered, trajectory.End)
    Assert.Equal(Some "Paris", trajectory.Answer)
    Assert.Equal(1.0, trajectory.Reward)
    Assert.Equal(0, trajectory.InvalidActions)
    Assert.Equal(3, trajectory.AnswerTokens)
    Assert.Equal<int list>([ (encode words "<search> capital of France </search>").Length; 0 ], trajectory.CallTokens)
    Assert.Equal<string list>(
        [ "<information> Doc 1 ( Title : France ) Paris is the capital </information>" ],
        observations words trajectory
    )
    let call = { Turn = 0; Query = "capital of France"; Documents = [ "fr" ]; Failure = None }
    Assert.Equal<SearchCall list>([ call ], trajectory.Searches)

[<Fact>]
let ``Actions keep the tokens and log-probabilities exactly as sampled`` () =
    // Two tokens of the same letter: decoding and encoding again would merge them into one.
    let letters = LetterTokenizer() :> ITokenizer
    let twins = {
        new ITokenizer with
            member _.Encode pieces = letters.Encode pieces
            member _.Decode tokens = tokens |> Array.map(fun token -> if token = 1 then int 'a' else token) |> letters.Decode
            member _.VocabularySize = letters.VocabularySize
            member _.IdOf token = letters.IdOf token
    }
    let search = encode twins "<search>a</search>"
    search[8] <- 1
    let planned = [| search; encode twins "<answer>Paris</answer>" |]
    let trajectory = run twins { options with ObservationTokens = 200 } [| planned |] |> Array.head
    Assert.Equal<int[] list>(List.ofArray planned, actions trajectory)
    let logProbs =
        trajectory.Segments
        |> List.choose(function
            | Segment.Action(_, logProb) -> Some logProb
            | _ -> None)
    let expected turn = planned[turn] |> Array.mapi(fun i _ -> ScriptedSampler.LogProb(0, turn, i))
    Assert.Equal<float32[] list>([ expected 0; expected 1 ], logProbs)

[<Fact>]
let ``A turn ends at the closing tag even where the tag spans many tokens`` () =
    let letters = LetterTokenizer()
    let planned = script letters [ [ "so <search>x</search> and more"; "<answer>Paris</answer>, surely" ] ]
    let trajectory = (run letters { options with TurnTokens = 200; ObservationTokens = 200 } planned)[0]
    let text = actions trajectory |> List.map (letters :> ITokenizer).Decode
    Assert.Equal<string list>([ "so <search>x</search>"; "<answer>Paris</answer>" ], text)
    Assert.Equal("<answer>Paris</answer>".Length, trajectory.AnswerTokens)
    Assert.Equal<int list>([ "<search>x</search>".Length; 0 ], trajectory.CallTokens)

[<Fact>]
let ``End-of-sequence ends a turn, stays in it, and the notice follows`` () =
    let words = WordTokenizer()
    let endOfSequence = (words :> ITokenizer).IdOf "<eos>" |> Option.toList
    let planned = script words [ [ "hmm <eos> not written"; answer ] ]
    let trajectory = (run words { options with StopTokens = endOfSequence } planned)[0]
    Assert.Equal<int[]>(encode words "hmm <eos>", List.head(actions trajectory))
    Assert.Equal(1, trajectory.InvalidActions)
    Assert.Equal<string list>([ "My previous action was invalid . I should search or answer again ." ], observations words trajectory)
    Assert.Equal(Answered, trajectory.End)
    Assert.Equal(1.0, trajectory.Reward)

[<Fact>]
let ``Finished rows leave the batch and searches of a turn are one call`` () =
    let words = WordTokenizer()
    let library = Library()
    let planned = script words [ [ search; answer ]; [ answer ]; [ search; search; answer ]; [ "hmm <eos>"; answer ] ]
    let endOfSequence = (words :> ITokenizer).IdOf "<eos>" |> Option.toList
    let trajectories, sampler = runIn (searching library) words { options with StopTokens = endOfSequence } 1000 planned
    let rows = [ for requests in sampler.Requests -> [ for request in requests -> request.Row ] ]
    Assert.Equal<int list list>([ [ 0; 1; 2; 3 ]; [ 0; 2; 3 ]; [ 2 ] ], rows)
    Assert.Equal<int list>([ 2; 1 ], [ for queries in library.Asked -> queries.Length ])
    Assert.Equal<Seed[]>(Array.truncate 4 seeds, sampler.Opened)
    Assert.Equal(1, sampler.Disposals)
    Assert.All(trajectories, (fun trajectory -> Assert.Equal(1.0, trajectory.Reward)))

[<Fact>]
let ``The sampler is given the prompt first and each observation once`` () =
    let words = WordTokenizer()
    let trajectories, sampler = runIn (searching(Library())) words options 1000 (script words [ [ search; answer ] ])
    let given = [ for requests in sampler.Requests -> requests[0].Context ]
    let contexts =
        trajectories[0].Segments
        |> List.choose(function
            | Segment.Prompt tokens
            | Segment.Observation tokens -> Some tokens
            | Segment.Action _ -> None)
    Assert.Equal<int[] list>(contexts, given)
    Assert.Equal("Question : What is the capital of France ?", (words :> ITokenizer).Decode given[0])

[<Fact>]
let ``A search that fails is shown as nothing found and is kept`` () =
    let words = WordTokenizer()
    let trajectory = (run words options (script words [ [ "<search> down </search>"; answer ] ]))[0]
    Assert.Equal<string list>([ "<information> </information>" ], observations words trajectory)
    Assert.Equal(Some "no connection", trajectory.Searches[0].Failure)
    Assert.Empty(trajectory.Searches[0].Documents)
    Assert.Equal(1.0, trajectory.Reward)

[<Fact>]
let ``A retriever that throws stops nothing`` () =
    let words = WordTokenizer()
    let broken = {
        new IRetriever with
            member _.Retrieve(_, _, _) = raise(TimeoutException "gone")
    }
    let environment = SearchEnvironment(SearchOptions.defaults, broken)
    let trajectories, _ =
        runIn environment words { options with ObservationTokens = 100 } 2000 (script words [ [ search; answer ] ])
    Assert.Equal(Some "gone", trajectories[0].Searches[0].Failure)
    Assert.Equal(Answered, trajectories[0].End)
    Assert.Equal(1L, environment.Retriever.Failures)

[<Fact>]
let ``An episode does not depend on the others in its batch`` () =
    let rows = [
        [ search; answer ]
        [ "hmm"; search; answer ]
        [ answer ]
        [ search; "<search> down </search>"; search; search ]
    ]
    let words = WordTokenizer()
    let together = run words options (script words rows)
    for i in 0 .. rows.Length - 1 do
        let alone = (run words options (script words [ rows[i] ]))[0]
        Assert.Equal<int[] list>(actions alone, actions together[i])
        Assert.Equal(
            (kinds alone, alone.End, alone.Reward, alone.Searches),
            (kinds together[i], together[i].End, together[i].Reward, together[i].Searches)
        )

[<Fact>]
let ``An episode does not depend on how many turns the sampler gives back at a time`` () =
    let words = WordTokenizer()
    let planned =
        script words [
            [ search; answer ]
            [ "hmm"; search; answer ]
            [ answer ]
            [ search; "<search> down </search>"; search; search ]
        ]
    let expected = run words options planned
    for bunch in 1..3 do
        let library = Library()
        let items = Array.init planned.Length (fun i -> question, seeds[i])
        let sampler = ScriptedSampler(1000, planned, bunch)
        let trajectories =
            (Rollout.run options words (searching library) sampler items CancellationToken.None).GetAwaiter().GetResult()
        Assert.Equal<Trajectory[]>(expected, trajectories)
        Assert.All(library.Asked, (fun queries -> Assert.InRange(queries.Length, 0, bunch)))

[<Fact>]
let ``The answer's tokens are the fewest whose text has the answer's span`` () =
    let letters = LetterTokenizer()
    let written = "<answer> London <answer> Paris </answer>"
    let trajectory = (run letters { options with TurnTokens = 200 } (script letters [ [ written ] ]))[0]
    Assert.Equal(Some "Paris", trajectory.Answer)
    Assert.Equal("<answer> Paris </answer>".Length, trajectory.AnswerTokens)

[<Fact>]
let ``The reward is the one that was asked for`` () =
    let words = WordTokenizer()
    let seen = ResizeArray<Transcript>()
    let reward (asked: Question) transcript =
        seen.Add transcript
        if asked = question then 0.25 else 0.0
    let trajectory = (run words { options with Reward = reward } (script words [ [ search; answer ] ]))[0]
    Assert.Equal(0.25, trajectory.Reward)
    Assert.Equal<string list>([ search; answer ], [ for turn in seen[0].Turns -> turn.Action ])
    Assert.Equal<Piece list>(SearchProtocol.information [ paris ], seen[0].Turns[0].Feedback)

[<Fact>]
let ``No episodes are no work`` () =
    let trajectories, sampler = runIn (searching(Library())) (WordTokenizer()) options 100 [||]
    Assert.Empty trajectories
    Assert.Empty sampler.Requests

[<Fact>]
let ``Cancellation is met while the retriever is silent`` () =
    let words = WordTokenizer()
    use source = new CancellationTokenSource()
    let silent = {
        new IRetriever with
            member _.Retrieve(_, _, _) =
                source.CancelAfter 20
                TaskCompletionSource<Result<Document[], string>[]>().Task
    }
    let sampler = ScriptedSampler(1000, script words [ [ search; answer ] ])
    let environment = SearchEnvironment(SearchOptions.defaults, silent)
    let run () =
        (Rollout.run options words environment sampler [| question, seeds[0] |] source.Token).GetAwaiter().GetResult() |> ignore
    Assert.ThrowsAny<OperationCanceledException>(run) |> ignore
    Assert.Equal(1, sampler.Disposals)

[<Fact>]
let ``A sampler that breaks its word is named`` () =
    let words = WordTokenizer()
    let error = Assert.Throws<InvalidOperationException>(fun () -> run words options [| [| [||] |] |] |> ignore)
    Assert.Contains("row 0", error.Message)

[<Fact>]
let ``Options out of range are named`` () =
    let fails (part: string) options =
        let error = Assert.Throws<ArgumentException>(fun () -> RolloutOptions.validate options |> ignore)
        Assert.Contains(part, error.Message)
    fails "MaxTurns" { options with MaxTurns = 0 }
    fails "TurnTokens" { options with TurnTokens = 0 }
    fails "ObservationTokens" { options with ObservationTokens = -1 }
    Assert.Throws<ArgumentException>(fun () -> SearchEnvironment({ SearchOptions.defaults with TopK = 0 }, Library()) |> ignore)
    |> ignore

[<Fact>]
let ``A reward that is no number or throws is an error of its trajectory alone`` () =
    let words = WordTokenizer()
    let reward: Reward =
        fun _ transcript ->
            match transcript.Turns.Length with
            | 1 -> 0.25
            | 2 -> nan
            | 3 -> -infinity
            | _ -> failwith "too long"
    let planned = [ for turns in 0..3 -> List.replicate turns search @ [ answer ] ]
    for given, name in [ reward, ""; Reward.named "brevity" reward, "brevity" ] do
        let trajectories = run words { options with Reward = given } (script words planned)
        let gave = [| None; Some "NaN"; Some "-Infinity"; Some "Exception: too long" |]
        let expected = gave |> Array.map(Option.map(fun gave -> { Function = name; Gave = gave }))
        Assert.Equal<RewardFault option[]>(expected, trajectories |> Array.map _.Fault)
        Assert.Equal<bool[]>([| false; true; true; true |], trajectories |> Array.map(_.Reward >> Double.IsNaN))
        Assert.Equal(0.25, trajectories[0].Reward)

[<Fact>]
let ``A reward that is cancelled cancels the rollout`` () =
    let words = WordTokenizer()
    let reward: Reward = fun _ _ -> raise(OperationCanceledException())
    Assert.Throws<OperationCanceledException>(fun () -> run words { options with Reward = reward } (script words [ [ answer ] ]) |> ignore)
    |> ignore

[<Fact>]
let ``Each episode is told once, when it has ended, as it is given back`` () =
    let words = WordTokenizer()
    let rows = script words [ [ search; search; answer ]; [ answer ]; [ search; answer ] ]
    let told = System.Collections.Generic.List<int * Trajectory>()
    let items = Array.init rows.Length (fun i -> question, seeds[i])
    let tell number trajectory = told.Add(number, trajectory)
    let given =
        Rollout.runTelling tell options words (searching(Library())) (ScriptedSampler(1000, rows)) items CancellationToken.None
        |> _.GetAwaiter().GetResult()
    Assert.Equal<int list>([ 1; 2; 0 ], [ for number, _ in told -> number ])
    for number, trajectory in told do
        Assert.Same(given[number], trajectory)
    told.Clear()
    // A prompt that fills the context is an episode that ends before it begins.
    let full =
        Rollout.runTelling tell options words (searching(Library())) (ScriptedSampler(1, rows)) items CancellationToken.None
    full.GetAwaiter().GetResult() |> ignore
    Assert.Equal<int list>([ 0; 1; 2 ], [ for number, _ in told -> number ])
