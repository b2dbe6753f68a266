namespace Levee.Environments

open System
open System.Text.RegularExpressions
open Levee

/// Judges an episode's outcome by a finite number; higher is better. A reward that gives any other number, or throws, has failed for that episode alone.
type Reward = Question -> Transcript -> float

/// A reward function that knows its name.
[<Sealed>]
type NamedReward(name: string, reward: Reward) =
    inherit OptimizedClosures.FSharpFunc<Question, Transcript, float>()
    member _.Name = name
    override _.Invoke(question, transcript) = reward question transcript
    override _.Invoke question = reward question

/// The pay of the format variant, beside 1 for a right answer in a well-formed response and 0 for a malformed one without answer.
type FormatRewards = {
    /// Paid for a well-formed response with a wrong answer, and taken off the pay of a right answer in a malformed response. In [0, 1].
    WellFormed: float
    /// Paid for a malformed response with a wrong answer. In [0, 1].
    Malformed: float
}

/// Search-R1's scoring rules (arXiv 2503.09516 and its released code).
[<RequireQualifiedAccess>]
module Reward =
    /// A reward under a name, by which its failures are told.
    let named (name: string) (reward: Reward) : Reward = unbox<Reward>(box(NamedReward(name, reward)))

    /// The name of a reward; empty where nobody named it.
    let name (reward: Reward) =
        match box reward with
        | :? NamedReward as known -> known.Name
        | _ -> ""

    /// An answer in the form in which answers are compared, `AnswerText.normalise`.
    let normalise (answer: string) = AnswerText.normalise answer

    /// True when the answer is, normalised, one of the golden answers. A golden answer of which normalising leaves nothing ("The The", "!!!") is compared by
    /// `AnswerText.fold` instead, so that, unlike in Search-R1's code, only that answer itself matches it.
    let isExactMatch (goldenAnswers: string seq) answer =
        let normalised = normalise answer
        goldenAnswers
        |> Seq.exists(fun golden ->
            match normalise golden with
            | "" -> AnswerText.fold golden = AnswerText.fold answer
            | golden -> golden = normalised)

    /// True when one of the golden answers stands, normalised, inside the answer. A golden answer of which normalising leaves nothing never does.
    let isSubstringMatch (goldenAnswers: string seq) answer =
        let answer = normalise answer
        goldenAnswers
        |> Seq.exists(fun golden ->
            match normalise golden with
            | "" -> false
            | golden -> answer.Contains(golden, StringComparison.Ordinal))

    let private tags = Regex("(</?(?:think|search|information|answer)>)")

    /// The place that a response has reached in the order of the protocol.
    [<RequireQualifiedAccess>]
    type private Place =
        | Start
        | Think
        | Thought
        | Search
        | Searched
        | Information
        | Informed
        | Answer
        | Answered
        | Lost

    let private step place part =
        match place, part with
        | (Place.Start | Place.Informed), "<think>" -> Place.Think
        | Place.Think, "</think>" -> Place.Thought
        | Place.Thought, "<search>" -> Place.Search
        | Place.Search, "</search>" -> Place.Searched
        | Place.Searched, "<information>" -> Place.Information
        | Place.Information, "</information>" -> Place.Informed
        | Place.Thought, "<answer>" -> Place.Answer
        | Place.Answer, "</answer>" -> Place.Answered
        | (Place.Think | Place.Search | Place.Information | Place.Answer), content when not(tags.IsMatch content) -> place
        | _, blank when String.IsNullOrWhiteSpace blank -> place
        | _ -> Place.Lost

    /// True when a response follows the protocol from its first word to its last: think, then either search, information and think
    /// again, any number of times, or the answer, and nothing but white space between those parts and after them.
    let isWellFormed (response: string) = tags.Split response |> Array.fold step Place.Start = Place.Answered

    /// 1 for an answer that matches exactly, else 0. The default.
    let exactMatch: Reward =
        fun question transcript ->
            match transcript.Answer with
            | Some answer when isExactMatch question.GoldenAnswers answer -> 1.0
            | _ -> 0.0

    /// 1 for an answer that has a golden answer in it, else 0.
    let substringMatch: Reward =
        fun question transcript ->
            match transcript.Answer with
            | Some answer when isSubstringMatch question.GoldenAnswers answer -> 1.0
            | _ -> 0.0

    /// Search-R1's numbers: 0.2 for the format, 0.1 for a wrong answer without it (and so 0.8 for a right one).
    let formatDefaults = { WellFormed = 0.2; Malformed = 0.1 }

    /// The format variant: exact match, and a part for a well-formed response. An episode with an invalid action is malformed.
    let formatted (rewards: FormatRewards) : Reward =
        fun question transcript ->
            let wellFormed = transcript.InvalidActions = 0 && isWellFormed(Transcript.text transcript)
            match transcript.Answer, wellFormed with
            | Some answer, _ when isExactMatch question.GoldenAnswers answer -> if wellFormed then 1.0 else 1.0 - rewards.WellFormed
            | _, true -> rewards.WellFormed
            | Some _, false -> rewards.Malformed
            | None, false -> 0.0
