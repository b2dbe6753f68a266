namespace Levee.Training.Report.Drawing

/// Draws one panel of a figure. Pure.
[<RequireQualifiedAccess>]
module internal Panels =
    open Shapes

    /// Room left of a plotting area for the labels of its ticks.
    let tickRoom = 44.0

    /// The place of a panel's plotting area, and of values in it.
    type Frame = {
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
        // A script may read out the label and the line's own values.
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

    let private traceValues axis (trace: Trace) =
        seq {
            yield! Seq.map snd trace.Line
            yield! trace.Threads |> Seq.collect(Seq.map snd)
            if axis <> VerticalAxis.Spanning then
                for _, low, high in trace.Band do
                    low
                    high
        }

    /// All values that a panel's vertical axis must reach.
    let values (panel: Panel) =
        match panel.Content with
        | Content.Plot plot -> plot.Traces |> Seq.collect(traceValues panel.Axis)
        | Content.Bars(_, bars) -> bars |> Seq.map _.Value

    /// The vertical axis that reaches some values.
    let vertical axis values =
        match axis with
        | VerticalAxis.Fitted -> Scale.linear None values
        | VerticalAxis.FromZero -> Scale.linear (Some 0.0) values
        | VerticalAxis.Spanning -> Scale.spanning values

    let private widestBar = 18.0

    /// The horizontal axis of a panel so many pixels wide.
    let horizontal width (panel: Panel) =
        match panel.Content with
        | Content.Plot plot ->
            let low, high = plot.Abscissa.Range
            { Low = low; High = (if high > low then high else low + 1.0); Logarithmic = false }
        | Content.Bars(_, bars) -> { Low = 0.0; High = max (float bars.Length) (width / widestBar); Logarithmic = false }

    /// The labels that stand at the ends of a panel's lines.
    let endLabels (panel: Panel) =
        match panel.Content with
        | Content.Plot plot -> plot.Traces |> List.map _.Label
        | Content.Bars _ -> []

    /// The horizontal axis, where it has ticks.
    let abscissa (panel: Panel) =
        match panel.Content with
        | Content.Plot plot -> Some plot.Abscissa
        | Content.Bars _ -> None

    let private stripHeight strips = max 2.0 (min 7.0 (20.0 / float(max 1 (List.length strips))))

    /// Room that a panel's strips take beneath its plotting area.
    let stripRoom (panel: Panel) =
        match panel.Content with
        | Content.Plot { Strips = _ :: _ as strips } -> 8.0 + stripHeight strips * float strips.Length
        | _ -> 0.0

    let private strip (frame: Frame) top height (stretches: Stretch list) = [
        for stretch in stretches do
            let left = frame.AtX stretch.From
            let width = max 1.0 (frame.AtX stretch.Until - left)
            rectangle $"p{stretch.Shade}" left top width (height - 1.0) stretch.Hint
    ]

    let private strips (frame: Frame) (plot: Plot) =
        let height = stripHeight plot.Strips
        let top = frame.Bottom + 6.0
        let middle = top + height * float plot.Strips.Length / 2.0
        [
            if not plot.Strips.IsEmpty then
                text "tick muted" (frame.Left - 7.0) (middle + 3.0) "end" plot.StripLabel
            for row, stretches in List.indexed plot.Strips do
                yield! strip frame (top + height * float row) height stretches
        ]

    let private title (frame: Frame) (panel: Panel) =
        let unit' =
            if frame.Y.Logarithmic then
                panel.Unit + ", logarithmic scale"
            else
                panel.Unit
        Xml.el "text" [ "x", number(frame.Left - tickRoom); "y", number(frame.Top - 10.0) ] [
            Xml.leaf "tspan" [ "class", "title" ] panel.Title
            if panel.Unit <> "" then
                Xml.leaf "tspan" [ "class", "unit muted"; "dx", "7" ] unit'
        ]

    let private rows (frame: Frame) = [
        for value, label in Scale.ticks (int frame.Height / 26) frame.Y do
            segment "grid" frame.Left (frame.AtY value) frame.Right (frame.AtY value)
            text "tick muted" (frame.Left - 7.0) (frame.AtY value + 4.0) "end" label
    ]

    let private zero (frame: Frame) axis = [
        if axis = VerticalAxis.FromZero && frame.Y.Low < 0.0 && frame.Y.High > 0.0 then
            segment "axis" frame.Left (frame.AtY 0.0) frame.Right (frame.AtY 0.0)
    ]

    /// `ticksAt` is the height at which the ticks' labels stand, where they are to be drawn.
    let private plot (frame: Frame) axis gutter ticksAt (plot: Plot) =
        let ticks = Scale.integerTicks (max 3 (int frame.Width / 60)) frame.X
        let columns = [
            for value, _ in ticks do
                segment "grid" (frame.AtX value) frame.Top (frame.AtX value) frame.Bottom
        ]
        let tickLabels = [
            for y in Option.toList ticksAt do
                for value, label in ticks do
                    text "tick muted" (frame.AtX value) y "middle" label
                text "tick muted" (frame.Right + 17.0) y "start" plot.Abscissa.Name
        ]
        let threads = [
            for trace in plot.Traces do
                for thread in trace.Threads do
                    yield! polyline frame $"thread s{toneOf trace.Tone}" [] thread
        ]
        columns
        @ rows frame
        @ zero frame axis
        @ [ segment "axis" frame.Left frame.Bottom frame.Right frame.Bottom ]
        @ tickLabels
        @ strips frame plot
        @ List.collect (band frame) plot.Traces
        @ threads
        @ List.map (line frame) plot.Traces
        @ List.collect (marks frame) plot.Traces
        @ labels frame gutter plot.Traces

    let private bar (frame: Frame) tone index (bar: Bar) =
        let left, right = frame.AtX(float index), frame.AtX(float index + 1.0)
        let gap = if right - left > 3.0 then 1.0 else 0.0
        let top, bottom = frame.AtY(max 0.0 bar.Value), frame.AtY(min 0.0 bar.Value)
        let cls = if bar.Value < 0.0 then $"f{toneOf tone}" else "rest"
        rectangle cls left top (right - left - gap) (max 0.7 (bottom - top)) bar.Hint

    /// The panel in its place. A plot says what its axis is, so that a script can read values out.
    let draw (frame: Frame) gutter ticksAt (panel: Panel) =
        match panel.Content with
        | Content.Bars(tone, bars) ->
            Xml.el "g" [ "class", "bars" ] (rows frame @ title frame panel :: List.mapi (bar frame tone) bars @ zero frame panel.Axis)
        | Content.Plot content ->
            let low, high = content.Abscissa.Range
            Xml.el
                "g"
                [
                    "class", "panel"
                    "data-abscissa", content.Abscissa.Name
                    "data-left", number frame.Left
                    "data-right", number frame.Right
                    "data-top", number frame.Top
                    "data-bottom", number frame.Bottom
                    "data-low", string low
                    "data-high", string high
                ]
                (title frame panel :: plot frame panel.Axis gutter ticksAt content)
