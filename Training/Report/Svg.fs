namespace Levee.Report

open System
open System.Globalization
open Levee

/// Draws figures as SVG: no script, readable in light and dark, colours told apart by colour-blind readers (after Okabe and Ito). Pure.
[<RequireQualifiedAccess>]
module Svg =
    let private light = [ "#c8500a"; "#0a66b0"; "#00805c"; "#a3397c"; "#8a6a00"; "#3d8fc4"; "#5f5f6b"; "#6f4bb0" ]

    let private dark = [ "#f58b4c"; "#6cb2ee"; "#3fc29b"; "#e58ac0"; "#e3b94a"; "#9fd3f5"; "#b4b4be"; "#b79cf0" ]

    let private tones palette =
        palette
        |> List.mapi(fun i colour -> $".levee .s{i}{{stroke:{colour}}}.levee .f{i}{{fill:{colour}}}")
        |> String.concat ""

    /// The style that all figures share; needed once in a page.
    let style =
        ".levee{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-variant-numeric:tabular-nums}\
         .levee text{fill:#1f2328}.levee .muted{fill:#656d76}.levee .title{font-weight:600}.levee .heading{font-size:14px;font-weight:600}\
         .levee .grid{stroke:#e7e9ec;stroke-width:1;shape-rendering:crispEdges}.levee .axis{stroke:#b6bcc3;stroke-width:1;shape-rendering:crispEdges}\
         .levee .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.levee .thread{fill:none;stroke-width:1;stroke-opacity:.32}\
         .levee .dashed{stroke-dasharray:5 4}.levee .band{fill-opacity:.13}.levee .label{font-size:11.5px}.levee .tick{font-size:11px}\
         .levee .paper{fill:#fff}.levee .cross{stroke:#656d76;stroke-width:1;shape-rendering:crispEdges}"
        + tones light
        + "@media(prefers-color-scheme:dark){.levee .paper{fill:#14181d}.levee text{fill:#e6e8eb}.levee .muted{fill:#9aa4ae}.levee .grid{stroke:#2a3037}.levee .axis{stroke:#4b535c}\
           .levee .cross{stroke:#9aa4ae}.levee .band{fill-opacity:.2}"
        + tones dark
        + "}"

    /// Room left of a plotting area for the labels of its ticks.
    let private tickRoom = 44.0

    let private number (value: float) = value.ToString("0.#", CultureInfo.InvariantCulture)
    let private precise (value: float) = value.ToString("G4", CultureInfo.InvariantCulture)
    let private toneOf index = index % light.Length

    let private text cls x y anchor content = Xml.leaf "text" [ "class", cls; "x", number x; "y", number y; "text-anchor", anchor ] content

    let private segment cls x1 y1 x2 y2 =
        Xml.el "line" [ "class", cls; "x1", number x1; "y1", number y1; "x2", number x2; "y2", number y2 ] []

    /// Width of a text at the size of labels, roughly.
    let private widthOf (text: string) = 6.3 * float text.Length

    let private cropped width (label: string) =
        let fitting = int(width / 6.3)

        if label.Length <= fitting then
            label
        else
            label.Substring(0, max 1 (fitting - 1)).TrimEnd() + "\u2026"

    /// Where a panel's plotting area lies and how values are placed in it.
    type private Frame = {
        Left: float
        Top: float
        Width: float
        Height: float
        X: Scale
        Y: Scale
    } with

        member this.AtX x = this.Left + this.Width * Scale.place this.X x
        member this.AtY y = this.Top + this.Height * (1.0 - Scale.place this.Y y)
        member this.Bottom = this.Top + this.Height
        member this.Right = this.Left + this.Width

    /// Every two pixels at most two points, the lowest and the highest, so that a long run does not make a large file.
    let private thinned (frame: Frame) (points: (float * float)[]) =
        if float points.Length <= frame.Width then
            points
        else
            points
            |> Array.groupBy(fun (x, _) -> floor(frame.AtX x / 2.0))
            |> Array.collect(fun (_, near: (float * float)[]) ->
                [| Array.minBy snd near; Array.maxBy snd near |] |> Array.distinct |> Array.sortBy fst)

    /// The points in stretches without a gap: a gap is four times the usual distance.
    let private stretches (points: (float * float)[]) : (float * float)[] list =
        if points.Length < 3 then
            [ points ]
        else
            let distances = points |> Array.pairwise |> Array.map(fun ((a, _), (b, _)) -> b - a)
            let usual = (Array.sort distances)[distances.Length / 2]

            let breaks = [
                for i, distance in Array.indexed distances do
                    if distance > 4.0 * usual then
                        i + 1
            ]

            List.pairwise([ 0 ] @ breaks @ [ points.Length ]) |> List.map(fun (first, next) -> points[first .. next - 1])

    let private path (frame: Frame) (points: (float * float)[]) =
        points
        |> Array.mapi(fun i (x, y) -> (if i = 0 then "M" else "L") + number(frame.AtX x) + " " + number(frame.AtY y))
        |> String.concat ""

    let private polyline (frame: Frame) cls attributes points =
        match thinned frame points with
        | [||] -> []
        | points -> [
            for stretch in stretches points do
                if stretch.Length > 1 then
                    Xml.el "path" ([ "class", cls; "d", path frame stretch ] @ attributes) []
          ]

    let private dots (frame: Frame) (trace: Trace) =
        let isolated = stretches trace.Line |> List.filter(fun stretch -> stretch.Length = 1) |> Array.concat
        let shown = if trace.Line.Length <= 24 then trace.Line else isolated

        [
            for x, y in shown do
                Xml.el "circle" [
                    "class", $"f{toneOf trace.Tone}"
                    "cx", number(frame.AtX x)
                    "cy", number(frame.AtY y)
                    "r", "2.4"
                ] []
        ]

    let private band (frame: Frame) (trace: Trace) =
        if trace.Band.Length < 2 then
            []
        else
            let upper = trace.Band |> Array.map(fun (x, _, high) -> x, high) |> thinned frame
            let lower = trace.Band |> Array.map(fun (x, low, _) -> x, low) |> thinned frame |> Array.rev

            [
                Xml.el "path" [ "class", $"band f{toneOf trace.Tone}"; "d", path frame (Array.append upper lower) + "Z" ] []
            ]

    let private marks (frame: Frame) (trace: Trace) = [
        for x in trace.Marks do
            let x, y = frame.AtX x, frame.Bottom
            let triangle = $"M{number x} {number(y - 8.0)}L{number(x + 4.5)} {number y}L{number(x - 4.5)} {number y}Z"
            Xml.el "path" [ "class", $"f{toneOf trace.Tone}"; "d", triangle ] []
    ]

    let private line (frame: Frame) (trace: Trace) =
        let dashed = if trace.Dashed then " dashed" else ""
        // What a script may read out: the label and the line's own values.
        let values = trace.Line |> Array.map(fun (x, y) -> string x + "," + precise y) |> String.concat ";"

        Xml.el
            "g"
            [ "class", "trace"; "data-tone", string(toneOf trace.Tone); "data-values", values ]
            (polyline frame $"line s{toneOf trace.Tone}{dashed}" [] trace.Line @ dots frame trace)

    /// Heights for labels that want to stand at `wanted` (ascending): at least `gap` apart, inside [top, bottom] where there is room.
    let private spreadOut gap top bottom (wanted: float list) =
        let push floor wanted = wanted |> List.mapFold (fun floor y -> let y = max floor y in y, y + gap) floor |> fst
        let down = push top wanted
        down |> List.rev |> List.map(fun y -> -y) |> push -bottom |> List.map(fun y -> -y) |> List.rev

    let private labels (frame: Frame) gutter (traces: Trace list) =
        let ended = traces |> List.filter(fun trace -> trace.Line.Length > 0 && trace.Label <> "")

        if ended.IsEmpty then
            []
        else
            let sorted = ended |> List.sortBy(fun trace -> frame.AtY(snd(Array.last trace.Line)))
            let x = sorted |> List.map(fun trace -> frame.AtX(fst(Array.last trace.Line))) |> List.max

            let heights =
                sorted
                |> List.map(fun trace -> frame.AtY(snd(Array.last trace.Line)))
                |> spreadOut 13.5 (frame.Top + 4.0) (frame.Bottom - 3.0)

            List.map2
                (fun (trace: Trace) y ->
                    let room = frame.Right + gutter - x - 8.0
                    text $"label f{toneOf trace.Tone}" (x + 7.0) (y + 4.0) "start" (cropped room trace.Label))
                sorted
                heights

    let private valuesOf (panel: Panel) =
        seq {
            for trace in panel.Traces do
                for _, y in trace.Line do
                    y

                for thread in trace.Threads do
                    for _, y in thread do
                        y

                if panel.Axis <> VerticalAxis.Spanning then
                    for _, low, high in trace.Band do
                        low
                        high
        }

    let private scaleOf axis values =
        match axis with
        | VerticalAxis.Fitted -> Scale.linear None values
        | VerticalAxis.FromZero -> Scale.linear (Some 0.0) values
        | VerticalAxis.Spanning -> Scale.spanning values

    let private plot (figure: Figure) gutter (frame: Frame) isLast (panel: Panel) =
        let horizontal = [
            for value, label in Scale.ticks (figure.PanelHeight / 26) frame.Y do
                segment "grid" frame.Left (frame.AtY value) frame.Right (frame.AtY value)
                text "tick muted" (frame.Left - 7.0) (frame.AtY value + 4.0) "end" label
        ]

        let vertical = [
            for value, label in Scale.integerTicks (max 3 (int frame.Width / 60)) frame.X do
                segment "grid" (frame.AtX value) frame.Top (frame.AtX value) frame.Bottom

                if isLast then
                    text "tick muted" (frame.AtX value) (frame.Bottom + 16.0) "middle" label
        ]

        let abscissa =
            if isLast then
                [ text "tick muted" (frame.Right + 17.0) (frame.Bottom + 16.0) "start" figure.Abscissa ]
            else
                []

        let unit' =
            if frame.Y.Logarithmic then
                panel.Unit + ", logarithmic scale"
            else
                panel.Unit

        let title =
            Xml.el "text" [ "x", number(frame.Left - tickRoom); "y", number(frame.Top - 10.0) ] [
                Xml.leaf "tspan" [ "class", "title" ] panel.Title
                if panel.Unit <> "" then
                    Xml.leaf "tspan" [ "class", "unit muted"; "dx", "7" ] unit'
            ]

        let threads = [
            for trace in panel.Traces do
                for thread in trace.Threads do
                    yield! polyline frame $"thread s{toneOf trace.Tone}" [] thread
        ]

        let low, high = figure.Range

        Xml.el
            "g"
            [
                "class", "panel"
                "data-left", number frame.Left
                "data-right", number frame.Right
                "data-top", number frame.Top
                "data-bottom", number frame.Bottom
                "data-low", string low
                "data-high", string high
            ]
            (vertical
             @ horizontal
             @ [ segment "axis" frame.Left frame.Bottom frame.Right frame.Bottom ]
             @ abscissa
             @ [ title ]
             @ List.collect (band frame) panel.Traces
             @ threads
             @ List.map (line frame) panel.Traces
             @ List.collect (marks frame) panel.Traces
             @ labels frame gutter panel.Traces)

    let private legend (figure: Figure) top =
        let place (x, y) (name: string, tone) =
            let width = 27.0 + widthOf name + 18.0

            let x, y =
                if x + width > float figure.Width && x > 0.0 then
                    0.0, y + 19.0
                else
                    x, y

            let parts = [
                segment $"line s{toneOf tone}" x (y - 4.0) (x + 20.0) (y - 4.0)
                text "label" (x + 27.0) y "start" name
            ]

            parts, (x + width + 8.0, y)

        let parts, (_, last) = figure.Legend |> List.mapFold place (0.0, top)
        List.concat parts, (if figure.Legend.IsEmpty then top - 14.0 else last)

    /// The figure's parts, and its height.
    let private draw (figure: Figure) =
        let columns = figure.Rows |> List.map List.length |> List.fold max 1

        let longest =
            seq {
                for row in figure.Rows do
                    for panel in List.choose id row do
                        for trace in panel.Traces do
                            widthOf trace.Label
            }
            |> Seq.fold max 24.0

        let outer = float figure.Width / float columns
        let gutter = min (longest + 16.0) (outer * 0.26)
        let legendParts, legendBottom = legend figure 14.0
        let headingY = legendBottom + 28.0

        let first =
            if figure.Headings.IsEmpty then
                legendBottom + 40.0
            else
                headingY + 36.0

        let pitch = float figure.PanelHeight + 46.0
        let height = first + pitch * float figure.Rows.Length - 20.0

        let lowest = [
            for column in 0 .. columns - 1 ->
                figure.Rows |> List.tryFindIndexBack(fun row -> (List.tryItem column row |> Option.flatten).IsSome)
        ]

        let low, high = figure.Range
        let x = { Low = low; High = (if high > low then high else low + 1.0); Logarithmic = false }

        let rowOf index (row: Panel option list) =
            let common =
                if figure.SharedRows then
                    Some(row |> Seq.choose id |> Seq.collect valuesOf |> Array.ofSeq)
                else
                    None

            [
                for column, panel in List.indexed row do
                    match panel with
                    | None -> ()
                    | Some panel ->
                        let values = common |> Option.map Seq.ofArray |> Option.defaultWith(fun () -> valuesOf panel)

                        let frame = {
                            Left = outer * float column + tickRoom
                            Top = first + pitch * float index
                            Width = outer - tickRoom - gutter - 8.0
                            Height = float figure.PanelHeight
                            X = x
                            Y = scaleOf panel.Axis values
                        }

                        plot figure gutter frame (lowest[column] = Some index) panel
            ]

        let headings = [
            for column, (heading, tone) in List.indexed figure.Headings do
                text $"heading f{toneOf tone}" (outer * float column) headingY "start" (cropped (outer * 0.8) heading)
        ]

        legendParts @ headings @ List.concat(List.mapi rowOf figure.Rows), height

    let private frameOf (figure: Figure) (width, height) children =
        Xml.el
            "svg"
            [
                "xmlns", "http://www.w3.org/2000/svg"
                "class", "levee"
                "role", "img"
                "aria-labelledby", $"{figure.Id}-title {figure.Id}-description"
                "viewBox", $"0 0 {number width} {number height}"
                "width", number width
                "height", number height
            ]
            (Xml.leaf "title" [ "id", $"{figure.Id}-title" ] figure.Title
             :: Xml.leaf "desc" [ "id", $"{figure.Id}-description" ] figure.Description
             :: children)

    /// The figure as an `svg` element to stand in a page that has `Svg.style`; it scales with the page's width.
    let element (figure: Figure) =
        let drawn, height = draw figure
        frameOf figure (float figure.Width, height) drawn

    /// The figure as a file of its own, on a ground of its own.
    let standalone (figure: Figure) =
        let margin = 16.0
        let drawn, height = draw figure
        let width, height = float figure.Width + 2.0 * margin, height + 2.0 * margin
        let ground = Xml.el "rect" [ "class", "paper"; "width", number width; "height", number height; "rx", "6" ] []
        let placed = Xml.el "g" [ "transform", $"translate({number margin} {number margin})" ] drawn
        let sheet = Xml.el "style" [] [ Xml.Verbatim style ]
        Xml.write(frameOf figure (width, height) [ sheet; ground; placed ]) + "\n"
