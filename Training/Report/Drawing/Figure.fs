namespace Levee.Training.Report.Drawing

/// One quantity of one subject, drawn in one colour.
type Trace = {
    /// The text at the end of the line.
    Label: string
    /// Index into the palette.
    Tone: int
    Dashed: bool
    /// The points (x, y) of the main line, by x.
    Line: (float * float)[]
    /// The points (x, low, high) of a shaded band around the line, by x.
    Band: (float * float * float)[]
    /// Thin lines behind the main one.
    Threads: (float * float)[] list
    /// The places x of small triangles on the panel's lower edge.
    Marks: float list
}

/// The choice of a panel's vertical axis.
[<RequireQualifiedAccess>]
type VerticalAxis =
    /// The axis is as wide as the values.
    | Fitted
    /// The axis is as wide as the values, and 0 is on it.
    | FromZero
    /// The axis begins at 0, or is logarithmic where the values span more than a factor of ten.
    | Spanning

/// A horizontal axis.
type Abscissa = {
    /// The name of what it counts.
    Name: string
    /// First and last value.
    Range: float * float
}

/// A stretch of the horizontal axis in one colour.
type Stretch = {
    From: float
    Until: float
    /// Index into the shades.
    Shade: int
    /// The meaning of the stretch; shows under the pointer.
    Hint: string
}

/// Lines over a horizontal axis.
type Plot = {
    Abscissa: Abscissa
    Traces: Trace list
    /// Thin rows of coloured stretches under the axis.
    Strips: Stretch list list
    /// The text beside the strips.
    StripLabel: string
}

/// A bar that stands on zero, or hangs from it.
type Bar = {
    Value: float
    /// The text under the pointer.
    Hint: string
}

/// The content of a panel.
[<RequireQualifiedAccess>]
type Content =
    | Plot of Plot
    /// Bars side by side; those below zero in a tone of the palette, the others grey.
    | Bars of tone: int * bars: Bar list

/// A small chart.
type Panel = {
    Title: string
    /// Unit or explanation after the title.
    Unit: string
    Axis: VerticalAxis
    Content: Content
}

/// Panels in columns.
type Figure = {
    /// A name that is unique in its page: letters, digits and hyphens.
    Id: string
    /// The figure's content in words, for those who cannot see it.
    Title: string
    Description: string
    /// Headings of the columns, each with its tone; empty for none.
    Headings: (string * int) list
    /// Rows of panels, each with one place a column.
    Rows: Panel option list list
    /// True when the panels of a row share one vertical scale.
    SharedRows: bool
    /// Names and tones, above the panels; empty for none.
    Legend: (string * int) list
    /// Names of the strips' shades, beside the legend; empty for none.
    Shades: string list
    /// Width in pixels at which the figure is drawn.
    Width: int
    /// Height of a panel's plotting area, in pixels.
    PanelHeight: int
}
