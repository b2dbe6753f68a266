namespace Levee

open System.Text

/// Trajectories as a person reads them.
[<RequireQualifiedAccess>]
module Readable =
    let private segment (tokenizer: ITokenizer) segment =
        match segment with
        | Prompt tokens -> $"[prompt]      {tokenizer.Decode tokens}"
        | Action(tokens, logProb) -> $"[action]      {tokenizer.Decode tokens}   (log-probability %.2f{Array.sumBy float logProb})"
        | Observation tokens -> $"[observation] {(tokenizer.Decode tokens).Trim()}"

    /// One trajectory: its outcome in the first line, then one segment a paragraph.
    let trajectory tokenizer (trajectory: Trajectory) =
        let golden = String.concat " | " trajectory.Question.GoldenAnswers
        let answer = trajectory.Answer |> Option.defaultValue "none"
        let text = StringBuilder()
        text.AppendLine
            $"reward {trajectory.Reward}, answer: {answer}, golden: {golden}, {trajectory.Searches.Length} searches, {trajectory.End}"
        |> ignore
        for part in trajectory.Segments do
            text.AppendLine(segment tokenizer part) |> ignore
        text.ToString()

    /// The first trajectory of each of a step's first groups, under a heading.
    let sample tokenizer groupSize count step (trajectories: Trajectory[]) =
        let chosen = trajectories |> Array.chunkBySize groupSize |> Array.truncate count |> Array.map Array.head
        $"== step {step} ==\n\n" + (chosen |> Array.map(trajectory tokenizer) |> String.concat "\n") + "\n"
