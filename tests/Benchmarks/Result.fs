/// The results of the benchmarks: a table for people, JSON lines for programs.
module Levee.Benchmarks.Result

open System
open System.Globalization
open System.IO
open System.Text.Json
open Levee.Benchmarks.Measure

/// One line of the table.
type Result = {
    Measure: string
    /// The framework's own number, with its unit.
    Ours: string
    /// The number that it is compared with, with its unit.
    Reference: string
    /// The first divided by the second, where there is one.
    Ratio: Spread option
    /// The aim, in words.
    Aim: string
}

/// A number with a unit.
let amount (unit: string) (digits: int) (value: float) =
    let number = value.ToString($"F{digits}", CultureInfo.InvariantCulture)
    $"{number} {unit}"

let private header = [ "measure"; "ours"; "reference"; "ratio: median (min-max)"; "aim" ]

let private ratio (spread: Spread option) =
    match spread with
    | Some spread -> $"%.3f{spread.Median} (%.3f{spread.Least}-%.3f{spread.Greatest})"
    | None -> "-"

/// The results as an aligned table.
let table (results: Result list) =
    let rows = header :: [ for r in results -> [ r.Measure; r.Ours; r.Reference; ratio r.Ratio; r.Aim ] ]
    let widths = rows |> List.transpose |> List.map(List.map String.length >> List.max)
    let line (cells: string list) =
        let padded = (cells, widths) ||> List.map2(fun cell width -> cell.PadRight width)
        String.Join("  ", padded).TrimEnd()
    rows |> List.map line |> String.concat Environment.NewLine

let private json (result: Result) =
    JsonSerializer.Serialize {|
        measure = result.Measure
        ours = result.Ours
        reference = result.Reference
        ratio = result.Ratio |> Option.map _.Median |> Option.toNullable
        ratioMin = result.Ratio |> Option.map _.Least |> Option.toNullable
        ratioMax = result.Ratio |> Option.map _.Greatest |> Option.toNullable
        aim = result.Aim
    |}

/// Writes the results to a file, one JSON object a line.
let write (file: string) (results: Result list) = File.WriteAllLines(file, results |> List.map json)
