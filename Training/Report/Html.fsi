namespace Levee.Training.Report

open Levee.Training.Studies

/// Writes a study's report: one HTML file that needs no network.
[<RequireQualifiedAccess>]
module Html =
    /// The data for a report's pictures and its table.
    val chartData: content: ReportContent -> ChartData

    /// The report as HTML.
    val render: content: ReportContent -> string

    /// Writes the report to a file, whole or not at all: a report that stands there is replaced at the end.
    val write: path: string -> content: ReportContent -> unit
