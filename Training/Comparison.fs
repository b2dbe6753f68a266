namespace Levee.Training

open System
open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open Levee.Environments
open Levee.Training.Records
open Levee.Training.Report
open Levee.Training.Studies

/// A run folder as a comparison sees it.
type RunRecord = {
    /// The folder's name.
    Name: string
    Question: string
    /// Each arm's name, what it is in one line, and all its settings as JSON.
    Arms: (string * string * string) list
    Lines: MetricLine list
    PerSample: PerSampleLine list
    Configuration: string
}

/// One report over several run folders, with means, spreads and a test over common seeds.
[<RequireQualifiedAccess>]
module Comparison =
    let private text (name: string) (element: JsonElement) =
        match element.TryGetProperty name with
        | true, value -> value.ToString()
        | _ -> ""

    /// The choice of groups of an arm; one that a script wrote may be no formula, and is a name then.
    let private groups (arm: JsonElement) =
        match text "groups" arm with
        | "" -> GroupChoice.all.Term
        | formula ->
            try
                Formula.parse formula
            with :? FormatException ->
                Term.name formula

    let private readArm (arm: JsonElement) =
        let arm = Configuration.arm arm
        let line = Recipe.line (text "objective" arm) (text "advantage" arm) (groups arm)
        text "name" arm, line, arm.GetRawText()

    let private remedy = "Give the folders that runs wrote, such as runs/collapse-20260101-120000."

    let private refuse (path: string) (problem: string) cause = raise(InvalidDataException($"{path}: {problem} {remedy}", cause))

    /// Reads a run folder. Raises `InvalidDataException` or `IOException` naming the file and the remedy.
    let read (path: string) : RunRecord =
        let folder = { Path = Path.GetFullPath path }
        if not(File.Exists folder.Configuration) then
            refuse path "this is no run folder, it has no config.json." null
        let configuration = File.ReadAllText folder.Configuration
        try
            let root = JsonText.load remedy folder.Configuration
            {
                Name = DirectoryInfo(folder.Path).Name
                Question = text "question" root
                Arms = [ for arm in root.GetProperty("arms").EnumerateArray() -> readArm arm ]
                Lines =
                    if File.Exists folder.Metrics then
                        (Metrics.read folder.Metrics).Lines
                    else
                        []
                PerSample =
                    if File.Exists folder.PerSample then
                        (PerSampleLines.read folder.PerSample).Lines
                    else
                        []
                Configuration = configuration
            }
        with
        | :? InvalidOperationException
        | :? Collections.Generic.KeyNotFoundException as error -> refuse folder.Configuration "it has no list of arms." error

    /// The name of a run's arm beside those of others: its own, unless another run has an arm of that name with other settings or a seed in common. Arms that
    /// are the same and share no seed are one arm.
    let private names (runs: RunRecord list) =
        let seeds run arm = run.Lines |> List.filter(fun line -> line.Arm = arm) |> List.map _.Seed |> Set.ofList
        let arms = [
            for run in runs do
                for name, _, settings in run.Arms -> name, settings, run
        ]
        let clashes name =
            let same = arms |> List.filter(fun (other, _, _) -> other = name)
            let settings = same |> List.map(fun (_, settings, _) -> settings) |> List.distinct
            let shared = same |> List.map(fun (_, _, run) -> seeds run name) |> List.filter(Set.isEmpty >> not)
            settings.Length > 1 || (Set.unionMany shared).Count < List.sumBy Set.count shared
        fun (run: RunRecord) name -> if clashes name then $"{run.Name}: {name}" else name

    /// The report's content over several runs.
    let content (runs: RunRecord list) : ReportContent =
        let name = names runs
        {
            Title = "Comparison"
            Question = runs |> List.map(fun run -> $"{run.Name}: {run.Question}") |> String.concat " "
            Arms =
                [
                    for run in runs do
                        for arm, formula, _ in run.Arms -> name run arm, formula
                ]
                |> List.distinctBy fst
            Plan = []
            Lines = [
                for run in runs do
                    for line in run.Lines -> { line with Arm = name run line.Arm }
            ]
            PerSample = [
                for run in runs do
                    for bar in run.PerSample -> { bar with Arm = name run bar.Arm }
            ]
            Configuration = JsonSerializer.Serialize(runs |> List.map(_.Configuration >> JsonNode.Parse), Json.configuration)
            Samples = []
            Notes = []
        }

    /// Writes `out/compare-<time>/report.html` over run folders, and gives its path with the arms' summaries and their window.
    let write (out: string) (now: DateTime) (folders: string list) =
        if folders.Length < 2 then
            Setting.refuse "A comparison takes two run folders or more, such as runs/A runs/B."
        let content = folders |> List.map read |> content
        if content.Lines.IsEmpty then
            raise(InvalidDataException "None of these runs has recorded a step: there is nothing to compare.")
        let folder = RunFolder.create out "compare" now
        Html.write folder.Report content
        let data = Html.chartData content
        folder.Report, data.Window, data.Arms
