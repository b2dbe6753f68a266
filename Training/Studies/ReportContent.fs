namespace Levee.Training.Studies

open Levee.Training.Records

/// A text that a report shows, such as a trajectory.
type Sample = {
    /// One line saying what it is.
    Caption: string
    Text: string
}

/// All that a report tells.
type ReportContent = {
    Title: string
    /// The question that the study asked.
    Question: string
    /// The arms in order, each with what it is (may be empty).
    Arms: (string * string) list
    /// The runs that were planned and the steps of each.
    Plan: (RunId * int) list
    Lines: MetricLine list
    /// The per-sample measure's bars.
    PerSample: PerSampleLine list
    /// The full configuration as JSON.
    Configuration: string
    Samples: Sample list
    /// Notes that a reader needs besides, such as that the study was interrupted.
    Notes: string list
}
