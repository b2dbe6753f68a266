namespace Levee.Training.Report.Drawing

open System.Globalization

/// What figures are drawn with: their style, and pieces of SVG. Pure.
module internal Shapes =
    let private light = [ "#c8500a"; "#0a66b0"; "#00805c"; "#a3397c"; "#8a6a00"; "#3d8fc4"; "#5f5f6b"; "#6f4bb0" ]

    let private dark = [ "#f58b4c"; "#6cb2ee"; "#3fc29b"; "#e58ac0"; "#e3b94a"; "#9fd3f5"; "#b4b4be"; "#b79cf0" ]

    // From one phase to the next darker in light and brighter in dark, so that they are told apart without their colours.
    let private lightShades = [ "#dfe3e8"; "#f3cf7a"; "#ea9440"; "#cf3f2a"; "#6b1330" ]

    let private darkShades = [ "#343c45"; "#7a5a16"; "#c06a1c"; "#ef6a4e"; "#ffc2b8" ]

    let private tones palette =
        palette
        |> List.mapi(fun i colour -> $".levee .s{i}{{stroke:{colour}}}.levee .f{i}{{fill:{colour}}}")
        |> String.concat ""

    let private shades palette = palette |> List.mapi(fun i colour -> $".levee .p{i}{{fill:{colour}}}") |> String.concat ""

    /// The style that all figures share; needed once in a page.
    let style =
        ".levee{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-variant-numeric:tabular-nums}\
         .levee text{fill:#1f2328}.levee .muted{fill:#656d76}.levee .title{font-weight:600}.levee .heading{font-size:14px;font-weight:600}\
         .levee .grid{stroke:#e7e9ec;stroke-width:1;shape-rendering:crispEdges}.levee .axis{stroke:#b6bcc3;stroke-width:1;shape-rendering:crispEdges}\
         .levee .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.levee .thread{fill:none;stroke-width:1;stroke-opacity:.32}\
         .levee .dashed{stroke-dasharray:5 4}.levee .band{fill-opacity:.13}.levee .label{font-size:11.5px}.levee .tick{font-size:11px}\
         .levee .rest{fill:#c3c9d0}.levee .paper{fill:#fff}.levee .cross{stroke:#656d76;stroke-width:1;shape-rendering:crispEdges}"
        + tones light
        + shades lightShades
        + "@media(prefers-color-scheme:dark){.levee .paper{fill:#14181d}.levee text{fill:#e6e8eb}.levee .muted{fill:#9aa4ae}.levee .grid{stroke:#2a3037}.levee .axis{stroke:#4b535c}\
           .levee .cross{stroke:#9aa4ae}.levee .band{fill-opacity:.2}.levee .rest{fill:#4b535c}"
        + tones dark
        + shades darkShades
        + "}"

    let number (value: float) = value.ToString("0.#", CultureInfo.InvariantCulture)
    let precise (value: float) = value.ToString("G4", CultureInfo.InvariantCulture)
    let toneOf index = index % light.Length

    let text cls x y anchor content = Xml.leaf "text" [ "class", cls; "x", number x; "y", number y; "text-anchor", anchor ] content

    let segment cls x1 y1 x2 y2 =
        Xml.el "line" [ "class", cls; "x1", number x1; "y1", number y1; "x2", number x2; "y2", number y2 ] []

    /// Width of a text at the size of labels, roughly.
    let widthOf (text: string) = 6.3 * float text.Length

    let cropped width (label: string) =
        let fitting = int(width / 6.3)

        if label.Length <= fitting then
            label
        else
            label.Substring(0, max 1 (fitting - 1)).TrimEnd() + "\u2026"

    /// An upright rectangle; the hint shows under the pointer.
    let rectangle cls x y width height hint =
        let place = [ "x", number x; "y", number y; "width", number width; "height", number height ]
        Xml.el "rect" (("class", cls) :: place) [ Xml.leaf "title" [] hint ]
