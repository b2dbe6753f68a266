namespace Levee.Training.Running

open System
open System.IO
open Levee
open Levee.Policies
open Levee.Training.Records
open Levee.Training.Studies
open Levee.Training.Tasks

/// A study that is begun or gone on with, and what is to be said of its data.
type internal Undertaking = {
    Experiment: Experiment
    /// The fingerprints of what is outside of the run folder.
    Data: Fingerprint list
    /// Changes of the data that the user accepts.
    Accepted: string list
    Messages: string list
}

/// What a study is run over, and how that is kept on record: the moment that chat templates write, and the files outside of the run folder.
[<RequireQualifiedAccess>]
module internal StudyData =
    /// A study whose chat templates write one moment from beginning to end.
    let dated moment (experiment: Experiment) = { experiment with Task = { experiment.Task with Date = Some(Moment.ofTime moment) } }

    let undated (experiment: Experiment) = { experiment with Task = { experiment.Task with Date = None } }

    /// What is outside of a run folder and a study depends on.
    let outside (experiment: Experiment) = [
        yield! Fingerprints.ofTask experiment.Task
        match experiment.Start with
        | Checkpoint folder -> yield! Fingerprints.ofPolicy folder
        | Taught _ -> ()
    ]

    /// The policies that a run folder's own teaching made.
    let private taught (folder: RunFolder) (experiment: Experiment) = [
        match experiment.Start with
        | Checkpoint _ -> ()
        | Taught(policies, _) ->
            for index in experiment.Seeds |> List.map(Lessons.origin policies) |> List.distinct do
                for fingerprint in Fingerprints.ofPolicy(folder.WarmStart index) do
                    { fingerprint with Of = Path.GetRelativePath(folder.Path, fingerprint.Of) }
    ]

    /// How the data differ from what was recorded of them, and what is to be said where nothing was. What the folder's own teaching made is compared where it
    /// is still there: what is not is taught again, to the same.
    let changesSince (folder: RunFolder) experiment data recorded =
        match recorded with
        | None ->
            [],
            [
                "What the data were when this run began was not recorded, by an earlier version: they are not compared. It is from now on."
            ]
        | Some(recorded: Fingerprint list) ->
            let folderOf (fingerprint: Fingerprint) = Path.GetDirectoryName fingerprint.Of
            let isTaught (fingerprint: Fingerprint) = fingerprint.Of.StartsWith("warm-start", StringComparison.Ordinal)
            let ours, others = List.partition isTaught recorded
            let found = taught folder experiment
            let both = Set.intersect (set(List.map folderOf ours)) (set(List.map folderOf found))
            let compared = List.filter(fun fingerprint -> both.Contains(folderOf fingerprint))
            Fingerprints.changes (others @ compared ours) (data @ compared found), []

    /// Writes down what the data are that the runs of a folder go on from now on.
    let record (folder: RunFolder) (undertaking: Undertaking) accepted =
        let experiment = undertaking.Experiment
        let data = undertaking.Data @ taught folder experiment
        let configuration = File.ReadAllText folder.Configuration |> Configuration.withData experiment.Task.Date data
        RunFolder.describe
            folder
            None
            (if List.isEmpty accepted then
                 configuration
             else
                 Configuration.withAccepted (Moment.now()) accepted configuration)
