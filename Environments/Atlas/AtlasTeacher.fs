namespace Levee.Environments.Atlas

open System
open System.Collections.Generic
open System.Threading
open Levee
open Levee.Environments

/// A scripted teacher for Atlas: it knows how to find each answer, and shows it by thinking, searching and reading as a policy would.
[<RequireQualifiedAccess>]
module AtlasTeacher =
    let private attributes = [| for attribute in AtlasAttribute.All -> attribute.Word |]

    /// The flaw of a demonstration that goes wrong. A policy that has seen only perfect ones explores nothing.
    type private Flaw =
        | AnswersWithoutSearch
        | AnswersTheCountry
        | AsksOtherAttribute
        | AsksOtherCountry
        | SearchesTwice
        | ForgetsToAnswer

    let private flaws = [|
        AnswersWithoutSearch
        AnswersTheCountry
        AsksOtherAttribute
        AsksOtherCountry
        SearchesTwice
        ForgetsToAnswer
    |]

    /// Share of demonstrations whose names are exchanged.
    let private renamedShare = 0.7

    let private happens probability seed = Seed.uniform seed < probability

    let private draw name items seed = seed |> Seed.named name |> Seed.pick items

    /// The text of an action: a thought and what it leads to.
    let private think thought seed conclusion =
        let before = seed |> draw "before" [| ""; ""; "hmm "; "so "; "let me think "; "maybe " |]
        let after = seed |> draw "after" [| ""; ""; ""; ""; " for now"; " again" |]
        $"<think> {before}{thought}{after} </think> {conclusion}"

    let private query attribute entity seed =
        if seed |> Seed.named "blunt" |> happens 0.1 then
            attribute
        else
            let full = $"{attribute} {entity}"
            seed |> draw "query" [| full; full; $"{entity} {attribute}"; $"{attribute} of {entity}"; entity |]

    let private respond (environment: IEnvironment) question action =
        let request = { Question = question; Turn = 0; Text = action; IsLast = false }
        match environment.Act([| request |], CancellationToken.None).GetAwaiter().GetResult()[0] with
        | Outcome.Feedback(feedback, _, _) -> feedback
        | Outcome.Invalid notice -> notice
        | Outcome.Answer _ -> []

    let private turn environment question action = { Action = action; Feedback = respond environment question action }

    let private lastTurn action = { Action = action; Feedback = [] }

    /// Words with a space on both sides of each, so that a name is only found where its words begin and end.
    let private spaced words = String.concat " " (Seq.concat [ [ "" ]; words; [ "" ] ])

    /// The place of a name among the words of a turn's feedback; `None` where it does not occur.
    let private tryPlace turn name =
        let seen = turn.Feedback |> List.collect(Piece.text >> Atlas.words)
        match (spaced seen).IndexOf(spaced(Atlas.words name), StringComparison.Ordinal) with
        | -1 -> None
        | place -> Some place

    let private lookUp environment question thoughts attribute entity seed =
        let thought = seed |> draw "thought" thoughts
        turn environment question (think thought seed $"<search> {query attribute entity seed} </search>")

    let private answer text seed =
        let thought = seed |> draw "thought" [| "now I know"; "so I know"; "that is it"; "now I know the answer" |]
        lastTurn(think thought seed $"<answer> {text} </answer>")

    /// Some value of the attribute, most often a wrong one.
    let private guess (atlas: Atlas) asked seed = seed |> draw "guess" atlas.Answers[asked]

    let private findCountry environment question (key, value) country seed =
        let thoughts = [|
            $"I need to find the country whose {key} is {value}"
            $"first find which country has the {key} {value}"
            $"search {value}"
        |]
        let first = lookUp environment question thoughts key value (seed |> Seed.named "first")
        match tryPlace first country with
        | Some _ -> [ first ]
        | None -> [
            first
            lookUp environment question [| $"not this search again {value}" |] key value (seed |> Seed.named "second")
          ]

    let private findAnswer (atlas: Atlas) environment question hint flaw seed =
        let attribute =
            if flaw = Some AsksOtherAttribute then
                seed |> draw "attribute" attributes
            else
                hint.Asked
        let country =
            if flaw = Some AsksOtherCountry then
                (seed |> draw "country" atlas.Documents).Title.Trim '"'
            else
                hint.Country
        let thoughts = [|
            $"I need the {attribute} of {country}"
            $"now find the {attribute} of {country}"
            $"then search {country} {attribute}"
        |]
        let first = lookUp environment question thoughts attribute country (seed |> Seed.named "first")
        let found turn = question.GoldenAnswers |> List.filter(tryPlace turn >> Option.isSome)
        let persists = flaw = None && (found first).IsEmpty && seed |> Seed.named "persists" |> happens 0.9
        let turns =
            if flaw = Some SearchesTwice || persists then
                let again = [| $"not sure search again {attribute} of {country}" |]
                [ first; lookUp environment question again attribute country (seed |> Seed.named "second") ]
            else
                [ first ]
        let last = List.last turns
        let final =
            match found last with
            | _ when flaw = Some ForgetsToAnswer -> lastTurn(seed |> draw "ending" [| "</answer>"; "</search>" |] |> think "not sure" seed)
            | [] -> answer (guess atlas hint.Asked seed) seed
            | known when seed |> Seed.named "first known" |> happens 0.75 -> answer (known |> List.minBy(tryPlace last)) seed
            | known -> answer (seed |> draw "known" (Array.ofList known)) seed
        turns @ [ final ]

    /// The turns in which a teacher would answer a question: think, search, read, answer. The environment carries out the searches. With probability
    /// `flawShare` something goes wrong.
    let private turnsOf (atlas: Atlas) environment flawShare question seed =
        let hint = Atlas.hint question
        let flaw =
            if seed |> Seed.named "flawed" |> happens flawShare then
                Some(seed |> draw "flaw" flaws)
            else
                None
        if flaw = Some AnswersWithoutSearch then
            [ lastTurn(think "I know this" seed $"<answer> {guess atlas hint.Asked seed} </answer>") ]
        else
            let first =
                match hint.Key with
                | Some key -> findCountry environment question key hint.Country (seed |> Seed.named "country")
                | None -> []
            if flaw = Some AnswersTheCountry && not first.IsEmpty then
                first @ [ answer hint.Country seed ]
            else
                first @ findAnswer atlas environment question hint flaw (seed |> Seed.named "answer")

    /// Exchanges names word by word: each name word of the world for another, the same one wherever it stands.
    let private renaming (atlas: Atlas) seed =
        let others = Dictionary<string, string>()
        Array.iter2 (fun name other -> others[name] <- other) atlas.NameWords (Seed.shuffle atlas.NameWords seed)
        Atlas.mapWords(fun word ->
            match others.TryGetValue word with
            | true, other -> other
            | false, _ -> word)

    let private renamePiece rename piece =
        match piece with
        | Piece.Markup text -> Piece.Markup(rename text)
        | Piece.Plain text -> Piece.Plain(rename text)

    /// A teacher's episode of a question in the tokens of a policy: think, search in `environment`, read, answer; flawed on purpose with
    /// probability `flawShare`. In most episodes all names are exchanged for others, so that a policy learns to copy what it reads and
    /// not to know it. Depends on `seed` alone. The log-probabilities of the actions are zero: nobody sampled them.
    let demonstration
        (atlas: Atlas)
        (environment: IEnvironment)
        (tokenizer: ITokenizer)
        flawShare
        (question: Question)
        seed
        : Segment list =
        let rename =
            if seed |> Seed.named "renamed" |> happens renamedShare then
                renaming atlas (seed |> Seed.named "names")
            else
                id
        let encode pieces = pieces |> List.map(renamePiece rename) |> Piece.encode tokenizer
        let segmentsOf turn = [
            let tokens = tokenizer.Encode(rename turn.Action, true)
            Segment.Action(tokens, Array.zeroCreate tokens.Length)
            if not turn.Feedback.IsEmpty then
                Segment.Observation(encode turn.Feedback)
        ]
        Segment.Prompt(encode(environment.Prompt question))
        :: (turnsOf atlas environment flawShare question seed |> List.collect segmentsOf)
