namespace Levee.Training.Report.Drawing

open System.Globalization
open Levee.Training.Report

/// The style of figures, and the pieces of SVG that they are drawn with. Pure.
module internal Shapes =
    /// The number of tones that figure.css has for arms.
    let private tones = 8

    /// The style that all figures share; needed once in a page.
    let style = Embedded.text "figure.css"

    let number (value: float) = value.ToString("0.#", CultureInfo.InvariantCulture)
    let precise (value: float) = value.ToString("G4", CultureInfo.InvariantCulture)
    let toneOf index = index % tones

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
