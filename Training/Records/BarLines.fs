namespace Levee.Training.Records

/// One question's bar of the per-sample measure (arXiv 2512.04220, Eq. 3); one line of `lld_probe.jsonl`.
type BarLine = {
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

/// Reading and writing of `lld_probe.jsonl`: one JSON object a line,
/// `{"step":50,"arm":"GRPO","seed":1,"question_id":"..","question":"..","correct":3,"incorrect":5,"change":number or null}`.
[<RequireQualifiedAccess>]
module BarLines =
    /// The line as JSON text, without the end of line.
    let format (bar: BarLine) = JsonLines.format bar

    /// The bar that a JSON text holds. Raises `FormatException` saying what is wrong.
    let parse json = JsonLines.parse JsonLines.ofElement<BarLine> json

    /// Reads a file of bars, as `JsonLines.read` does.
    let read path = JsonLines.read JsonLines.ofElement<BarLine> path

    /// The bars, each once: where a step was done again after a restart, its later bars stand.
    let latest (bars: BarLine list) = bars |> List.rev |> List.distinctBy(fun bar -> bar.Run, bar.Step, bar.QuestionId) |> List.rev

    /// The number of bars below zero, and the number of bars with a known change.
    let displaced (bars: BarLine list) =
        let changes = bars |> List.choose _.Change
        changes |> List.filter(fun change -> change < 0.0) |> List.length, changes.Length

/// Appends bars to a file, as `JsonLinesWriter` does.
type BarsWriter(path: string) =
    inherit JsonLinesWriter<BarLine>(path, BarLines.format)
