namespace Levee.Training.Terminal

open System
open Levee.Algorithms
open Levee.Training.Records
open Levee.Training.Studies
open Spectre.Console

/// One column of the progress display of a run.
type private Reading = {
    Heading: string * string
    Width: int
    /// Columns of the lowest rank go first where the terminal is narrow.
    Rank: int
    Cell: RunProgress -> string
}

/// Draws progress as lines of text. Pure.
[<RequireQualifiedAccess>]
module ProgressView =
    let private shown format value = value |> Option.map format |> Option.defaultValue Numbers.missing
    let private metric name (run: RunProgress) = shown Numbers.short (Map.tryFind name run.Values)

    let private timeLeft (run: RunProgress) =
        if run.Finished then
            Numbers.duration (run.Updated - run.Started).TotalSeconds
        else
            run.Left |> shown(_.TotalSeconds >> Numbers.duration)

    let private heldOut (run: RunProgress) = metric MetricName.heldOutSampled run

    let private columns: Reading list = [
        { Heading = "", "reward"; Width = 6; Rank = 9; Cell = _.Reward >> shown Numbers.short }
        { Heading = "held-", "out"; Width = 5; Rank = 6; Cell = heldOut }
        { Heading = "log p", "correct"; Width = 7; Rank = 8; Cell = metric MetricName.correct }
        { Heading = "log p", "wrong"; Width = 6; Rank = 5; Cell = metric MetricName.incorrect }
        { Heading = "", "entropy"; Width = 7; Rank = 4; Cell = metric MetricName.entropy }
        { Heading = "grad.", "norm"; Width = 5; Rank = 7; Cell = metric MetricName.gradientNorm }
        { Heading = "valid", "search"; Width = 6; Rank = 3; Cell = metric MetricName.validSearches }
        { Heading = "time", "left"; Width = 7; Rank = 10; Cell = timeLeft }
    ]

    let private pad width (text: string) = text.PadLeft width

    let private crop width (text: string) =
        if text.Length <= width then text
        elif width < 2 then text.Substring(0, max 0 width)
        else text.Substring(0, width - 1) + "\u2026"

    let private bar unicode width (run: RunProgress) =
        let fraction = float run.Step / float(max 1 run.Steps) |> min 1.0 |> max 0.0
        let filled = int(fraction * float width + 1e-9)
        let full, rest = if unicode then '\u2501', '\u2500' else '=', '.'
        String(full, filled), String(rest, width - filled)

    let private stepOf (run: RunProgress) = $"{run.Step}/{run.Steps}"

    /// Widths of seed and step, and the columns for which a line of `width` has room beside a bar of at least four cells.
    let private layout width (runs: RunProgress list) =
        let longest texts = texts |> List.map String.length |> List.fold max 1
        let label = longest(runs |> List.map(fun run -> $"seed {run.Run.Seed}"))
        let steps = longest(runs |> List.map stepOf)
        let rec fit (kept: Reading list) =
            let used = 2 + label + 1 + 1 + steps + (kept |> List.sumBy(fun column -> column.Width + 1))
            if width - used >= 4 || List.isEmpty kept then
                kept, max 4 (min 24 (width - used))
            else
                let least = kept |> List.map _.Rank |> List.min
                fit(kept |> List.filter(fun column -> column.Rank > least))
        let kept, bar = fit columns
        label, steps, bar, kept

    let private escape (text: string) = Markup.Escape text

    /// The display for a terminal of `width` columns and `height` rows, as lines of Spectre markup. Runs that do not fit are left out:
    /// the finished ones first, the earliest finished before the later.
    let render (unicode: bool) (width: int) (height: int) (now: TimeSpan) (study: StudyProgress) : string list =
        let finished, running = study.Runs |> List.partition _.Finished
        let arms (runs: RunProgress list) = runs |> List.map _.Run.Arm |> List.distinct
        let rec visible (finished: RunProgress list) =
            let runs = finished @ running
            let lines = 3 + runs.Length + (arms runs).Length
            if lines < height || List.isEmpty finished then
                runs
            else
                visible finished.Tail
        let runs = visible finished
        let total = max study.Plan.Count study.Runs.Length
        let left =
            match StudyProgress.left now study with
            | Some left when not running.IsEmpty || finished.Length < total -> $", about {Numbers.duration left.TotalSeconds} left"
            | _ -> ""
        let complete, stopped = finished |> List.partition(fun run -> run.Step >= run.Steps)
        let early =
            if stopped.IsEmpty then
                ""
            else
                $", {stopped.Length} stopped early"
        let elapsed = Numbers.duration now.TotalSeconds
        let status = $"{complete.Length} of {total} runs done{early}, {running.Length} running, {elapsed} elapsed{left}"
        let label, steps, barWidth, kept = layout width runs
        let heading (part: string * string -> string) =
            let blank = String(' ', 2 + label + 1 + barWidth + 1 + steps)
            let cells = kept |> List.map(fun column -> " " + pad column.Width (part column.Heading)) |> String.concat ""
            $"[dim]{blank}{cells}[/]"
        let line (run: RunProgress) =
            let filled, rest = bar unicode barWidth run
            let seed = $"seed {run.Run.Seed}".PadRight label
            let cells = kept |> List.map(fun column -> " " + pad column.Width (column.Cell run)) |> String.concat ""
            let colour =
                if not run.Finished then "blue"
                elif run.Step >= run.Steps then "green"
                else "yellow"
            $"  {seed} [{colour}]{filled}[/][dim]{rest}[/] {pad steps (stepOf run)}{cells}"
        if study.Runs.IsEmpty then
            [ escape(crop width status) ]
        else
            [
                $"[dim]{escape(crop width status)}[/]"
                heading fst
                heading snd
                for arm in arms(study.Runs |> List.filter(fun run -> List.contains run runs)) do
                    $"[bold]{escape(crop width arm)}[/]"
                    yield! runs |> List.filter(fun run -> run.Run.Arm = arm) |> List.sortBy _.Run.Seed |> List.map line
            ]

    /// One line about a run, for an output that only grows.
    let line (run: RunProgress) =
        let values =
            [
                "reward", run.Reward |> Option.map Numbers.short
                "held-out", Map.tryFind MetricName.heldOutSampled run.Values |> Option.map Numbers.short
                "log p correct", Map.tryFind MetricName.correct run.Values |> Option.map Numbers.short
                "log p wrong", Map.tryFind MetricName.incorrect run.Values |> Option.map Numbers.short
                "entropy", Map.tryFind MetricName.entropy run.Values |> Option.map Numbers.short
                "gradient norm", Map.tryFind MetricName.gradientNorm run.Values |> Option.map Numbers.short
                "valid searches", Map.tryFind MetricName.validSearches run.Values |> Option.map Numbers.short
                "left", run.Left |> Option.map(_.TotalSeconds >> Numbers.duration)
            ]
            |> List.choose(fun (name, value) -> value |> Option.map(fun value -> $"{name} {value}"))
        $"""{run.Run}: step {stepOf run}, {String.concat ", " values}"""
