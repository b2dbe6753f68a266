namespace Levee.Training.Report

open Levee.Training.Learning
open Levee.Training.Records
open Levee.Training.Report.Drawing
open Levee.Training.Studies

/// The data that the pictures of a study are drawn from.
type ChartData = {
    /// The arms, in the order in which they take their colours.
    Arms: ArmSummary list
    Lines: MetricLine list
    /// The per-sample measure's bars.
    PerSample: PerSampleLine list
    /// Steps that a run takes in all; the time axis reaches that far even while a run is unfinished.
    Steps: int
    /// The length of the running mean, in steps.
    Window: int
}

/// An arm, and the tone that it is drawn in.
type internal Subject = { Arm: ArmSummary; Tone: int }

/// A metric as a panel shows it.
type internal Shown = {
    Metric: string
    Label: string
    /// Index into the palette; `None` for the arm's own tone.
    Tone: int option
    Dashed: bool
}

/// Metrics that share a panel.
type internal View = {
    Name: string
    Unit: string
    Axis: VerticalAxis
    /// True when they are measured at every step, so that a running mean makes them readable.
    Smoothed: bool
    Shown: Shown list
}

/// The parts that the pictures of a study are put together from. Pure.
module internal ChartParts =
    /// A metric in its arm's tone.
    let shown label metric : Shown = { Metric = metric; Label = label; Tone = None; Dashed = false }

    /// A metric in a tone of its own.
    let toned tone label metric : Shown = { shown label metric with Tone = Some tone }

    /// The same, dashed.
    let dashed (shown: Shown) = { shown with Dashed = true }

    /// Several metrics in one panel, as running means.
    let view name unit axis shown : View = { Name = name; Unit = unit; Axis = axis; Smoothed = true; Shown = shown }

    /// A metric by itself.
    let single name unit metric axis smoothed = { view name unit axis [ shown "" metric ] with Smoothed = smoothed }

    /// The arms of which something was recorded.
    let subjects (data: ChartData) = [
        for tone, arm in List.indexed data.Arms do
            if not arm.Runs.IsEmpty then
                { Arm = arm; Tone = tone }
    ]

    /// The lines of an arm's runs, by seed.
    let runs (data: ChartData) (subject: Subject) =
        Metrics.byRun(data.Lines |> List.filter(fun line -> line.Arm = subject.Arm.Arm)) |> Map.toList |> List.map snd

    /// The numbers, from 0 to 20, for which a metric was measured at least at this share of all steps.
    let numbersOf share (metric: int -> string) (data: ChartData) =
        let measured number = data.Lines |> List.filter(fun line -> line.Values.ContainsKey(metric number)) |> List.length
        [ 0..20 ] |> List.filter(fun number -> float(measured number) > share * float data.Lines.Length)

    /// The time axis.
    let time (data: ChartData) =
        let range =
            match data.Lines |> List.map _.Step with
            | [] -> 0.0, float(max 1 data.Steps)
            | steps -> float(List.min steps), float(max data.Steps (List.max steps))
        { Name = "step"; Range = range }

    // More lines than this with all their seeds would hide one another.
    let private mostWithSpread = 2

    /// A curve as it is drawn.
    let trace label tone isDashed (curve: Curve) = {
        Label = label
        Tone = tone
        Dashed = isDashed
        Line = curve.Mean
        Band = curve.Band
        Threads = curve.Seeds
        Marks = []
    }

    let private traces data (view: View) (subject: Subject) = [
        let runs = runs data subject
        let spread (curve: Curve) =
            if view.Shown.Length <= mostWithSpread then
                curve
            else
                { curve with Band = [||]; Seeds = [] }
        for shown in view.Shown do
            Curves.ofMetric (if view.Smoothed then data.Window else 1) shown.Metric runs
            |> spread
            |> trace shown.Label (Option.defaultValue subject.Tone shown.Tone) shown.Dashed
    ]

    /// A panel of traces, where they hold anything.
    let panel title unit axis abscissa (traces: Trace list) =
        match traces |> List.filter(fun trace -> trace.Line.Length > 0) with
        | [] -> None
        | traces ->
            let plot = { Abscissa = abscissa; Traces = traces; Strips = []; StripLabel = "" }
            Some { Title = title; Unit = unit; Axis = axis; Content = Content.Plot plot }

    let private panelOf data (view: View) traces = panel view.Name view.Unit view.Axis (time data) traces

    /// A panel of one arm.
    let ofArm data view subject = traces data view subject |> panelOf data view

    /// The label of an arm beside others; empty where it is alone.
    let labelIn subjects (subject: Subject) = if List.length subjects > 1 then subject.Arm.Arm else ""

    /// A panel with a single metric of every arm.
    let ofArms data view =
        let subjects = subjects data
        let labelled subject = traces data view subject |> List.map(fun trace -> { trace with Label = labelIn subjects subject })
        subjects |> List.collect labelled |> panelOf data view

    /// A panel whose plot is changed.
    let change (edit: Plot -> Plot) panel =
        match panel.Content with
        | Content.Plot plot -> { panel with Content = Content.Plot(edit plot) }
        | Content.Bars _ -> panel

    let private ifAny (figure: Figure) =
        if figure.Rows |> List.exists(List.exists Option.isSome) then
            Some figure
        else
            None

    /// One column an arm; `rows` give each row's panel of an arm. The description gets the arms' names.
    let columns id title description (rows: (Subject -> Panel option) list) (subjects: Subject list) =
        let names = subjects |> List.map _.Arm.Arm |> String.concat ", "
        ifAny {
            Id = id + "-" + (subjects |> List.map(fun subject -> string subject.Tone) |> String.concat "-")
            Title = title
            Description = $"One column an arm ({names}): {description}."
            Headings = [ for subject in subjects -> subject.Arm.Arm, subject.Tone ]
            Rows = rows |> List.map(fun row -> List.map row subjects) |> List.filter(List.exists Option.isSome)
            SharedRows = true
            Legend = []
            Shades = []
            Width = 1040
            PanelHeight = 130
        }

    /// Panels each on a scale of its own.
    let grid id title description rows =
        ifAny {
            Id = id
            Title = title
            Description = description
            Headings = []
            Rows = rows |> List.filter(List.exists Option.isSome)
            SharedRows = false
            Legend = []
            Shades = []
            Width = 1040
            PanelHeight = 130
        }

    /// The names of the arms above the panels, where there are several.
    let withLegend (data: ChartData) (figure: Figure) =
        let subjects = subjects data
        {
            figure with
                Legend = [
                    for subject in subjects do
                        if subjects.Length > 1 then
                            subject.Arm.Arm, subject.Tone
                ]
        }

    /// Panels with all arms, in two columns.
    let overlaid id title (data: ChartData) (panels: Panel list) =
        let arms = data.Arms |> List.map _.Arm |> String.concat ", "
        let names = panels |> List.map _.Title |> String.concat ", "
        let pairs = panels |> List.map Some |> List.chunkBySize 2
        let filled = pairs |> List.map(fun row -> row @ List.replicate (2 - row.Length) None)
        filled |> grid id title $"One line an arm ({arms}): {names}." |> Option.map(withLegend data)
