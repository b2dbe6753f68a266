namespace Levee.Training.Report.Drawing

/// Draws figures as SVG: no script, readable in light and dark, colours told apart by colour-blind readers (after Okabe and Ito). Pure.
[<RequireQualifiedAccess>]
module Svg =
    open Shapes

    /// The style that all figures share; needed once in a page.
    let style = Shapes.style

    let private legend (figure: Figure) top =
        let tones = [
            for name, tone in figure.Legend -> 20.0, name, (fun x y -> segment $"line s{toneOf tone}" x (y - 4.0) (x + 20.0) (y - 4.0))
        ]
        let shades = [
            for shade, name in List.indexed figure.Shades -> 14.0, name, (fun x y -> rectangle $"p{shade}" x (y - 9.5) 14.0 11.0 name)
        ]
        let place (x, y) (swatch, name: string, draw) =
            let width = swatch + 7.0 + widthOf name + 18.0
            let x, y =
                if x + width > float figure.Width && x > 0.0 then
                    0.0, y + 19.0
                else
                    x, y
            [ draw x y; text "label" (x + swatch + 7.0) y "start" name ], (x + width + 8.0, y)
        match tones @ shades with
        | [] -> [], top - 14.0
        | entries ->
            let parts, (_, last) = entries |> List.mapFold place (0.0, top)
            List.concat parts, last

    /// The rows' panels with the height at which each row's plotting area begins, and the height at which the last row ends.
    let private stacked (figure: Figure) first =
        let below top row =
            let strips = row |> List.choose(Option.map Panels.stripRoom) |> List.fold max 0.0
            (top, row), top + float figure.PanelHeight + 46.0 + strips
        List.mapFold below first figure.Rows

    /// True when a panel stands alone on its horizontal axis: none in the column below it has the same.
    let private isLowest (below: Panel option list) panel =
        match List.tryHead(List.choose id below) with
        | Some next -> Panels.abscissa next <> Panels.abscissa panel
        | None -> true

    /// The figure's parts, and its height.
    let private draw (figure: Figure) =
        let columns = figure.Rows |> List.map List.length |> List.fold max 1
        let panels = figure.Rows |> List.concat |> List.choose id
        let longest = panels |> List.collect Panels.endLabels |> List.map widthOf |> List.fold max 24.0
        let outer = float figure.Width / float columns
        let gutter = min (longest + 16.0) (outer * 0.26)
        let legendParts, legendBottom = legend figure 14.0
        let headingY = legendBottom + 28.0
        let first =
            if figure.Headings.IsEmpty then
                legendBottom + 40.0
            else
                headingY + 36.0
        let rows, bottom = stacked figure first
        let rowOf index (top, row: Panel option list) =
            let common = row |> List.choose id |> Seq.collect Panels.values |> Array.ofSeq
            [
                for column, place in List.indexed row do
                    for panel in Option.toList place do
                        let width = outer - Panels.tickRoom - gutter - 8.0
                        let values =
                            if figure.SharedRows then
                                Seq.ofArray common
                            else
                                Panels.values panel
                        let frame: Panels.Frame = {
                            Left = outer * float column + Panels.tickRoom
                            Top = top
                            Width = width
                            Height = float figure.PanelHeight
                            X = Panels.horizontal width panel
                            Y = Panels.vertical panel.Axis values
                        }
                        let below = figure.Rows |> List.skip(index + 1) |> List.map(List.tryItem column >> Option.flatten)
                        let ticksAt =
                            if isLowest below panel then
                                Some(frame.Bottom + Panels.stripRoom panel + 16.0)
                            else
                                None
                        Panels.draw frame gutter ticksAt panel
            ]
        let headings = [
            for column, (heading, tone) in List.indexed figure.Headings do
                text $"heading f{toneOf tone}" (outer * float column) headingY "start" (cropped (outer * 0.8) heading)
        ]
        legendParts @ headings @ List.concat(List.mapi rowOf rows), bottom - 20.0

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
