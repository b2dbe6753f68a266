/// Sessions played by a script.
module Levee.Policies.Tests.Scripts

open System.Collections.Generic
open System.Threading
open FsCheck
open FsCheck.FSharp
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples

let vocabulary = architecture.VocabularySize

let at temperature = { SamplingOptions.defaults with Temperature = temperature }

let request row context limit = { Row = row; Context = context; Limit = limit }

/// Turns end at tokens divisible by 5: after about five tokens.
let ended _ (turn: IReadOnlyList<int>) = turn[turn.Count - 1] % 5 = 0

let never _ (_: IReadOnlyList<int>) = false

/// One call of a session.
let write (session: ISamplerSession) requests = session.Write(requests, ended, CancellationToken.None)

/// Calls a session until every turn asked for is over, those of rows that wait too; rows leave when they are given back.
let writeAll ended (session: ISamplerSession) requests =
    let rec collect (written: WrittenTurn[]) requests =
        match session.Write(requests, ended, CancellationToken.None) with
        | [||] -> written |> Array.sortBy _.Row
        | more -> collect (Array.append written more) [||]
    collect [||] requests

/// The requests of a row, turn by turn: contexts of 1 to 8 tokens and limits of 1 to 9. The row leaves after its last turn.
type Script = { Seed: Seed; Turns: (int[] * int) list }

let script seed =
    let seed = Seed.ofInt seed
    let turn i =
        let seed = Seed.derive i (Seed.named "turn" seed)
        tokens vocabulary (1 + Seed.below 8 (Seed.named "length" seed)) seed, 1 + Seed.below 9 (Seed.named "limit" seed)
    {
        Seed = Seed.named "row" seed
        Turns = List.init (1 + Seed.below 4 (Seed.named "turns" seed)) turn
    }

/// One to seven scripts.
let someScripts =
    gen {
        let! count = Gen.choose(1, 7)
        let! seeds = Gen.arrayOfLength count (Gen.choose(0, 1_000_000))
        return seeds |> Array.map script
    }

/// The way in which a session is played.
type Course = {
    /// The call with which a row enters, from 0.
    Entry: int -> int
    /// The order in which a call names its rows.
    Order: TurnRequest[] -> TurnRequest[]
    /// A listener that is told of each call the rows that are under way, those that wait included, and those that it gave back.
    Seen: ISamplerSession -> Set<int> -> WrittenTurn[] -> unit
}

let together = { Entry = (fun _ -> 0); Order = id; Seen = (fun _ _ _ -> ()) }

/// Plays scripts in one session, each row's next turn as soon as it is given back; gives each row's segments.
let playBy (course: Course) (sampler: ISampler) (scripts: Script[]) =
    use session = sampler.Open(scripts |> Array.map _.Seed)
    let segments = scripts |> Array.map(fun _ -> ResizeArray<Segment>())
    let next = scripts |> Array.map _.Turns
    let begins row =
        match next[row] with
        | [] -> None
        | (context, limit) :: rest ->
            next[row] <- rest
            segments[row].Add((if segments[row].Count = 0 then Prompt else Observation) context)
            Some(request row context limit)
    let rec call number underWay entering =
        let fresh = [| 0 .. scripts.Length - 1 |] |> Array.filter(fun row -> course.Entry row = number)
        let requests = Array.append entering fresh |> Array.choose begins
        let underWay = underWay + set(requests |> Array.map _.Row)
        let written = write session (course.Order requests)
        course.Seen session underWay written
        for turn in written do
            segments[turn.Row].Add(Action(turn.Tokens, turn.LogProbs))
        let left = underWay - set(written |> Array.map _.Row)
        if not left.IsEmpty || next |> Array.exists(not << List.isEmpty) then
            call (number + 1) left (written |> Array.map _.Row)
    call 0 Set.empty [||]
    segments |> Array.map List.ofSeq

let play sampler scripts = playBy together sampler scripts

let sequence segments =
    segments
    |> List.toArray
    |> Array.collect(function
        | Prompt tokens
        | Observation tokens -> tokens |> Array.map(fun token -> struct (token, false))
        | Action(tokens, _) -> tokens |> Array.map(fun token -> struct (token, true)))

let written segments =
    segments
    |> List.choose(function
        | Action(tokens, logProbs) -> Some(tokens, logProbs)
        | _ -> None)

let tokensOf segments = written segments |> List.map fst

let logProbsOf segments = written segments |> List.toArray |> Array.collect snd

/// The largest difference of the rows' log-probabilities.
let apart (a: Segment list[]) (b: Segment list[]) =
    Array.map2 (fun (x: float32) y -> float(abs(x - y))) (Array.collect logProbsOf a) (Array.collect logProbsOf b)
    |> Array.fold max 0.0
