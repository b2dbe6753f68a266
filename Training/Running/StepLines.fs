namespace Levee.Training.Running

open System
open Levee
open Levee.Algorithms.Diagnosis
open Levee.Training.Learning
open Levee.Training.Measuring
open Levee.Training.Records
open Levee.Training.Studies

/// What is said and written of a run's steps besides its metrics.
[<RequireQualifiedAccess>]
module internal StepLines =
    /// What of a step could not be judged, in a sentence: how many trajectories, and the first of their faults.
    let unjudged (step: StepReport) =
        match List.distinct step.Unjudged with
        | [] -> None
        | faults ->
            let first = faults |> List.truncate 3 |> String.concat "; "
            let more = if faults.Length > 3 then "; and others" else ""
            Some $"{step.Unjudged.Length} of the trajectories sampled could not be judged and were left out: {first}{more}"

    /// What a reader of the console should know of a step besides its numbers.
    let remarks (step: StepReport) = [
        let metric name = Map.tryFind name step.Metrics |> Option.defaultValue 0.0
        if metric MetricName.updatesSkipped > 0.0 then
            $"{metric MetricName.updatesSkipped} update(s) skipped, loss or gradient not finite"
        for message in Option.toList(unjudged step) do
            message
        if step.Step = 1 && metric MetricName.lldsInert >= 1.0 - 1e-6 then
            "LLDS is inert: at every update its reference is the current policy. Make more than one update a rollout, or take an older reference."
        for event in step.Events do
            $"{Phase.name event.Phase} since step {event.Since}: {event.Message}"
    ]

    let eventLine run (event: PhaseEvent) : EventLine = {
        Run = run
        Step = event.Step
        Phase = Phase.name event.Phase
        Since = event.Since
        Message = event.Message
    }

    let unjudgedLine run (step: StepReport) message : EventLine = {
        Run = run
        Step = step.Step
        Phase = EventLine.Unjudged
        Since = step.Step
        Message = message
    }

    /// That a run goes on over data which are not those that it was begun with.
    let acceptedLine run (state: SavedState option) (changes: string list) : EventLine =
        let step = state |> Option.map _.Content.Step |> Option.defaultValue 0
        let changes = String.concat " | " changes
        {
            Run = run
            Step = step
            Phase = "changed data"
            Since = step
            Message = $"went on, as the user accepted: {changes}"
        }

    let barLine run step (bar: LldBar) : BarLine = {
        Run = run
        Step = step
        QuestionId = bar.Question.Id
        Question = bar.Question.Text
        Correct = bar.Correct
        Incorrect = bar.Incorrect
        Change = Some bar.Change |> Option.filter Double.IsFinite
    }
