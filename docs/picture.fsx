// Draws docs/collapse.svg, the README's picture, from a run's first two arms:
//     dotnet fsi build.fsx run docs/picture.fsx runs/collapse-20260101-120000
#load "../Experiments/levee.fsx"

open System.IO
open Levee
open Levee.Training.Report

let run = Array.last fsi.CommandLineArgs
let lines = (Metrics.read(Path.Combine(run, "metrics.jsonl"))).Lines
let arms = lines |> List.map _.Arm |> List.distinct |> List.truncate 2

let content: ReportContent = {
    Title = "GRPO with and without LLDS"
    Question = ""
    Arms = [ for arm in arms -> arm, "" ]
    Plan = []
    Lines = lines |> List.filter(fun line -> List.contains line.Arm arms)
    PerSample = []
    Configuration = "{}"
    Samples = []
    Notes = []
}

match Charts.compact content.Title (Html.chartData content) with
| Some svg -> File.WriteAllText(Path.Combine(__SOURCE_DIRECTORY__, "collapse.svg"), svg)
| None -> failwith $"{run}: its metrics hold nothing to draw."
