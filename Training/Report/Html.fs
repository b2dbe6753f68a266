namespace Levee.Training.Report

open System.Text.Json
open Levee.Interop.HuggingFace
open Levee.Training.Records
open Levee.Training.Report.Drawing
open Levee.Training.Studies

[<RequireQualifiedAccess>]
module Html =
    let private paragraph cls content = Xml.leaf "p" (if cls = "" then [] else [ "class", cls ]) content

    let private folded summary content = Xml.el "details" [] (Xml.leaf "summary" [] summary :: content)

    let private table (headings: string list) (rows: string list list) =
        let row cell first cells =
            Xml.el "tr" [] (cells |> List.mapi(fun i content -> Xml.leaf (if i = 0 then first else cell) [] content))
        let head = Xml.el "thead" [] [ row "th" "th" headings ]
        let body = Xml.el "tbody" [] (rows |> List.map(row "td" "th"))
        Xml.el "div" [ "class", "wide" ] [ Xml.el "table" [] [ head; body ] ]

    let private figure number (picture: Picture) =
        let drawn = picture.Figures |> List.map(fun figure -> Xml.el "div" [ "class", "wide" ] [ Svg.element figure ])
        let label = Xml.leaf "b" [] $"Figure {number}. {picture.Title}"
        Xml.el "figure" [] (drawn @ [ Xml.el "figcaption" [] [ label; Xml.text(" " + picture.Caption) ] ])

    let private indented (json: string) =
        try
            use document = JsonDocument.Parse json
            JsonSerializer.Serialize(document.RootElement, Json.configuration)
        with :? JsonException ->
            json

    let private unfinished (content: ReportContent) =
        let reached = Metrics.byRun content.Lines |> Map.map(fun _ lines -> lines.Length)
        let stepsOf run = reached |> Map.tryFind run |> Option.defaultValue 0
        let finished = content.Plan |> List.filter(fun (run, steps) -> stepsOf run >= steps)
        if finished.Length = content.Plan.Length then
            []
        else
            let started = content.Plan |> List.filter(fun (run, _) -> stepsOf run > 0)
            [
                $"Unfinished: {finished.Length} of {content.Plan.Length} planned runs complete, {started.Length - finished.Length} under way \
                or cut short. What follows is what there is."
            ]

    let private plural count (noun: string) = if count = 1 then $"1 {noun}" else $"{count} {noun}s"

    let private extent (content: ReportContent) steps =
        let seeds = content.Plan |> List.map(fun (run, _) -> run.Seed) |> List.distinct |> List.length
        $"""{plural content.Arms.Length "arm"}, {plural seeds "seed"}, {plural steps "step"} a run."""

    let private outcome window (arms: ArmSummary list) =
        let rows = Verdict.rows arms |> List.map(fun row -> row.Measure :: row.Cells)
        [
            Xml.el "ul" [] (Verdict.sentences arms |> List.map(Xml.leaf "li" []))
            table ("" :: (arms |> List.map _.Arm)) rows
            paragraph "muted" (Verdict.legend window)
        ]

    let private everyRun (arms: ArmSummary list) =
        let shown format value = value |> Option.map format |> Option.defaultValue Numbers.missing
        let rows = [
            for arm in arms do
                for run in arm.Runs do
                    [
                        string run.Run
                        string run.Steps
                        run.Rollout |> shown(_.Best >> Numbers.short)
                        run.Rollout |> shown(_.Final >> Numbers.short)
                        run.CollapsedSince |> shown string
                        run.Sampled |> shown(_.Final >> Numbers.short)
                        run.Greedy |> shown(_.Final >> Numbers.short)
                        run.LikelihoodChange |> shown Numbers.signed
                        run.GradientNorm |> shown Numbers.short
                        run.Seconds |> shown Numbers.duration
                    ]
        ]
        let headings = [
            "Run"
            "Steps"
            "Best"
            "Final"
            "Collapsed since"
            "Held out, sampled"
            "Held out, greedy"
            "Likelihood of correct"
            "Largest gradient"
            "Wall time"
        ]
        folded "Every run" [ table headings rows ]

    let private pictures data =
        match Pictures.all data with
        | [] -> [ paragraph "" "No steps were recorded." ]
        | pictures -> paragraph "muted" (Pictures.reading data) :: (pictures |> List.mapi(fun i picture -> figure (i + 1) picture))

    let private section title content =
        match content with
        | [] -> []
        | content -> Xml.leaf "h2" [] title :: content

    let private armList (content: ReportContent) =
        match content.Arms |> List.filter(fun (_, description) -> description <> "") with
        | [] -> []
        | described -> [
            Xml.el "dl" [] [
                for name, description in described do
                    Xml.leaf "dt" [] name
                    Xml.leaf "dd" [] description
            ]
          ]

    let chartData (content: ReportContent) : ChartData =
        let planned = content.Plan |> List.map snd |> List.fold max 0
        let steps = content.Lines |> List.map _.Step |> List.fold max planned
        let window = Summary.defaultWindow steps
        {
            Arms = Summary.arms window (List.map fst content.Arms) content.Lines
            Lines = content.Lines
            PerSample = content.PerSample
            Steps = steps
            Window = window
        }

    let render (content: ReportContent) =
        let data = chartData content
        let head =
            Xml.el "head" [] [
                Xml.el "meta" [ "charset", "utf-8" ] []
                Xml.el "meta" [ "name", "viewport"; "content", "width=device-width, initial-scale=1" ] []
                Xml.leaf "title" [] content.Title
                Xml.el "style" [] [ Xml.Verbatim(Embedded.text "report.css" + Svg.style) ]
            ]
        let samples = content.Samples |> List.map(fun sample -> folded sample.Caption [ Xml.leaf "pre" [] sample.Text ])
        let configuration = folded "Every setting, as JSON" [ Xml.leaf "pre" [] (indented content.Configuration) ]
        let body =
            [
                Xml.leaf "h1" [] content.Title
                paragraph "lead" content.Question
                paragraph "muted" (extent content data.Steps)
            ]
            @ (unfinished content @ content.Notes |> List.map(paragraph "note"))
            @ armList content
            @ section
                "What came out"
                (if data.Lines.IsEmpty then
                     []
                 else
                     outcome data.Window data.Arms @ [ everyRun data.Arms ])
            @ section "How training went" (pictures data)
            @ section "Sample trajectories" samples
            @ section "Configuration" [ configuration ]
        let page =
            Xml.el "html" [ "lang", "en" ] [
                head
                Xml.el "body" [] [ Xml.el "main" [] body; Xml.el "script" [] [ Xml.Verbatim(Embedded.text "report.js") ] ]
            ]
        "<!DOCTYPE html>\n" + Xml.write page + "\n"

    let write (path: string) (content: ReportContent) = AtomicFile.WriteText(path, render content)
