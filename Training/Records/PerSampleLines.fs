namespace Levee.Training.Records

/// The per-sample measure (arXiv 2512.04220, Eq. 3) on one question; one line of `per_sample.jsonl`.
type PerSampleLine = {
    /// The training step whose policy was measured.
    Step: int
    /// Name of the arm.
    Arm: string
    Seed: int
    QuestionId: string
    Question: string
    /// Correct responses among those sampled.
    Correct: int
    /// Incorrect responses among those sampled.
    Incorrect: int
    /// Mean over the correct responses of the change of their log-likelihood under one update on this question, in nats; `None` where the
    /// update was not finite. Below zero: displaced.
    Change: float option
} with

    /// The run that the line belongs to.
    member this.Run: RunId = { Arm = this.Arm; Seed = this.Seed }

/// Reading and writing of `per_sample.jsonl`: one JSON object a line,
/// `{"step":50,"arm":"GRPO","seed":1,"question_id":"..","question":"..","correct":3,"incorrect":5,"change":number or null}`.
[<RequireQualifiedAccess>]
module PerSampleLines =
    /// The line as JSON text, without the end of line.
    let format (bar: PerSampleLine) = JsonLines.format bar

    /// The line that a JSON text holds. Raises `FormatException` saying what is wrong.
    let parse json = JsonLines.parse JsonLines.ofElement<PerSampleLine> json

    /// Reads a file of lines, as `JsonLines.read` does.
    let read path = JsonLines.read JsonLines.ofElement<PerSampleLine> path

    /// The lines, each once: where a step was done again after a restart, its later lines stand.
    let latest (bars: PerSampleLine list) = bars |> List.rev |> List.distinctBy(fun bar -> bar.Run, bar.Step, bar.QuestionId) |> List.rev

    /// The number of lines below zero, and the number of those with a known change.
    let displaced (bars: PerSampleLine list) =
        let changes = bars |> List.choose _.Change
        changes |> List.filter(fun change -> change < 0.0) |> List.length, changes.Length

/// Appends lines to a file, as `JsonLinesWriter` does.
type PerSampleWriter(path: string) =
    inherit JsonLinesWriter<PerSampleLine>(path, PerSampleLines.format)
