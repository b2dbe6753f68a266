namespace Levee.CommandLine

open System
open System.Text.Json.Serialization
open Levee

/// The quality of the answers to some questions. Shares are of all questions; counts are means over them.
type Score = {
    Questions: int
    /// The share whose answer is, normalised, a golden one.
    ExactMatch: float
    /// The standard error of that share.
    ExactMatchError: float
    /// The share whose answer has a golden one in it.
    SubstringMatch: float
    /// The share that got an answer at all.
    Answered: float
    Searches: float
    /// Searches that the engine failed to carry out.
    FailedSearches: float
    InvalidActions: float
    /// Tokens that the policy wrote.
    Tokens: float
    /// The moment, in UTC, that the policy's chat template may write, where it reads one.
    Date: DateTime option
}

[<RequireQualifiedAccess>]
module Score =
    let private share holds (trajectories: Trajectory[]) =
        trajectories |> Array.averageBy(fun trajectory -> if holds trajectory then 1.0 else 0.0)

    let private answerIs matches (trajectory: Trajectory) = trajectory.Answer |> Option.exists(matches trajectory.Question.GoldenAnswers)

    let private written (trajectory: Trajectory) =
        trajectory.Segments
        |> List.sumBy(function
            | Action(tokens, _) -> tokens.Length
            | _ -> 0)

    /// The score of episodes, at least one.
    let ofTrajectories (trajectories: Trajectory[]) =
        let mean count = trajectories |> Array.averageBy(count >> float)
        let exact = share (answerIs Reward.isExactMatch) trajectories
        {
            Questions = trajectories.Length
            ExactMatch = exact
            ExactMatchError = sqrt(exact * (1.0 - exact) / float trajectories.Length)
            SubstringMatch = share (answerIs Reward.isSubstringMatch) trajectories
            Answered = share _.Answer.IsSome trajectories
            Searches = mean _.Searches.Length
            FailedSearches = mean(fun trajectory -> trajectory.Searches |> List.filter _.Failure.IsSome |> List.length)
            InvalidActions = mean _.InvalidActions
            Tokens = mean written
            Date = None
        }

    /// The score of episodes whose prompts may hold a moment.
    let readingDate date (score: Score) = { score with Date = date }

    /// The score for a person.
    let text score =
        [
            "questions", string score.Questions
            "exact match", $"{score.ExactMatch:F3} ± {score.ExactMatchError:F3}"
            "substring match", $"{score.SubstringMatch:F3}"
            "answered", $"{score.Answered:F3}"
            "searches", $"{score.Searches:F2} a question"
            "failed searches", $"{score.FailedSearches:F2} a question"
            "invalid actions", $"{score.InvalidActions:F2} a question"
            "tokens written", $"{score.Tokens:F1} a question"
            for date in Option.toList score.Date do
                "date in prompts", Moment.text date
        ]
        |> List.map(fun (name, value) -> $"%-16s{name} {value}")
        |> String.concat Environment.NewLine

    /// The score as one line of JSON.
    let json score =
        Json.line {|
            questions = score.Questions
            exact_match = score.ExactMatch
            exact_match_error = score.ExactMatchError
            substring_match = score.SubstringMatch
            answered = score.Answered
            searches = score.Searches
            failed_searches = score.FailedSearches
            invalid_actions = score.InvalidActions
            tokens = score.Tokens
            date = score.Date |> Option.map Moment.text |> Skippable.ofOption
        |}
