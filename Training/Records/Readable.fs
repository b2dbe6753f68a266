namespace Levee.Training.Records

open System.Text
open Levee
open Levee.Algorithms.Estimators
open Levee.Policies

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
        let reward =
            match Judgement.fault trajectory with
            | None -> $"reward {trajectory.Reward}"
            | Some fault -> $"not judged ({Judgement.describe trajectory fault})"
        text.AppendLine $"{reward}, answer: {answer}, golden: {golden}, {trajectory.Searches.Length} searches, {trajectory.End}"
        |> ignore
        for part in trajectory.Segments do
            text.AppendLine(segment tokenizer part) |> ignore
        text.ToString()

    /// The first trajectory of each of a step's first groups, under a heading.
    let sample tokenizer groupSize count step (trajectories: Trajectory[]) =
        let chosen = trajectories |> Array.chunkBySize groupSize |> Array.truncate count |> Array.map Array.head
        $"== step {step} ==\n\n" + (chosen |> Array.map(trajectory tokenizer) |> String.concat "\n") + "\n"

    let private pull rank (influence: Influence) =
        let similarity = $"prediction error %.2g{influence.PredictionError}, hidden state %.2f{influence.HiddenState}"
        $"  {rank + 1}. trajectory {influence.Trajectory}: %.4g{influence.Total}   ({similarity})"

    /// Who pulls the actions of trajectory `index` of a group down, as `Influence.onTrajectory` found: under each action the harmful
    /// trajectories, worst first; then the trajectory itself and each harmful one in full, the worst over all actions first. Trajectories
    /// go by their index in the group.
    let influences (tokenizer: ITokenizer) (group: Group) index (influences: Influence list) =
        let harmful = influences |> List.filter(fun influence -> influence.Total < 0.0) |> List.sortBy _.Total
        let ofAction number (tokens, _) =
            let ranking =
                match harmful |> List.filter(fun influence -> influence.Action = number + 1) with
                | [] -> [ "  no trajectory pulls it down" ]
                | pulling -> List.mapi pull pulling
            $"action {number + 1}: {tokenizer.Decode tokens}" :: ranking
        let inFull number = $"== trajectory {number} ==\n\n{trajectory tokenizer group[number]}"
        let worst = harmful |> List.groupBy _.Trajectory |> List.sortBy(snd >> List.sumBy _.Total) |> List.map fst
        let heading = $"== what pulls the actions of trajectory {index} down, in nats per unit of a step on the head ==\n"
        let rankings = Trajectory.actions group[index] |> List.mapi ofAction |> List.concat
        let shown = index :: List.except [ index ] worst |> List.map inFull
        heading :: rankings @ "" :: shown |> String.concat "\n"
