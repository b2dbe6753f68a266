namespace Levee.Training.Studies

open System
open Levee.Training.Records

/// The place that running arms report to. Every member may be called from any thread; disposing ends the display.
type IProgressSink =
    inherit IDisposable

    /// A run has begun that will take so many steps.
    abstract Started: run: RunId * steps: int -> unit

    /// A run has done a step.
    abstract Step: line: MetricLine -> unit

    /// Something to tell the user in one line, such as an update that was skipped.
    abstract Message: text: string -> unit

    /// A run has ended.
    abstract Finished: run: RunId -> unit

/// The progress of one run.
type RunProgress = {
    Run: RunId
    /// Steps that the run will take in all.
    Steps: int
    /// The time at which the run began, on the display's clock.
    Started: TimeSpan
    /// The time at which its last step was reported.
    Updated: TimeSpan
    /// Steps reported since it began.
    Done: int
    /// The last step reported.
    Step: int
    /// The last known value of each metric.
    Values: Map<string, float>
    /// Rewards so far, latest first.
    Rewards: float list
    Finished: bool
} with

    /// Mean reward of the last ten steps.
    member this.Reward =
        match List.truncate 10 this.Rewards with
        | [] -> None
        | latest -> Some(List.average latest)

    /// Estimated time to the run's end, at its pace so far.
    member this.Left =
        if this.Done = 0 || this.Finished then
            None
        else
            Some((this.Updated - this.Started) / float this.Done * float(max 0 (this.Steps - this.Step)))

/// The progress of a study.
type StudyProgress = {
    /// Steps of each run that is planned, where known from the start.
    Plan: Map<RunId, int>
    /// The runs that have begun, in the order of their start.
    Runs: RunProgress list
}

/// The progress of a study as a value that events move forward. Pure.
[<RequireQualifiedAccess>]
module StudyProgress =
    /// The progress of a study before anything has begun.
    let start plan = { Plan = Map.ofList plan; Runs = [] }

    /// A run begins, or begins anew.
    let started now (run: RunId) steps (study: StudyProgress) =
        let fresh = {
            Run = run
            Steps = steps
            Started = now
            Updated = now
            Done = 0
            Step = 0
            Values = Map.empty
            Rewards = []
            Finished = false
        }
        {
            study with
                Plan = Map.add run steps study.Plan
                Runs = (study.Runs |> List.filter(fun other -> other.Run <> run)) @ [ fresh ]
        }

    let private change run (edit: RunProgress -> RunProgress) (study: StudyProgress) = {
        study with
            Runs = study.Runs |> List.map(fun progress -> if progress.Run = run then edit progress else progress)
    }

    /// A run has done a step.
    let step now (line: MetricLine) study =
        let edit (progress: RunProgress) = {
            progress with
                Updated = now
                Done = progress.Done + 1
                Step = line.Step
                Values = line.Values |> Map.fold (fun known name value -> Map.add name value known) progress.Values
                Rewards = Option.toList(Map.tryFind MetricName.reward line.Values) @ progress.Rewards
        }
        change line.Run edit study

    /// A run has ended.
    let finished run study = change run (fun progress -> { progress with Finished = true }) study

    /// Estimated time to the end of all planned runs, at the study's pace so far, from `now`.
    let left (now: TimeSpan) (study: StudyProgress) =
        let completed = study.Runs |> List.sumBy _.Done
        let remaining =
            study.Plan
            |> Map.toSeq
            |> Seq.sumBy(fun (run, steps) ->
                match study.Runs |> List.tryFind(fun progress -> progress.Run = run) with
                | Some progress when progress.Finished -> 0
                | Some progress -> max 0 (steps - progress.Step)
                | None -> steps)
        if completed = 0 then
            None
        else
            let began = study.Runs |> List.map _.Started |> List.min
            Some((now - began) / float completed * float remaining)
