namespace Levee.Training.Records

/// An action about a phase that a run entered, or about trajectories that could not be judged; one line of `events.jsonl`.
type EventLine = {
    /// The step after which it was done.
    Step: int
    /// Name of the arm.
    Arm: string
    Seed: int
    /// The phase that was entered, in one lower-case word; "unjudged" where the line is about trajectories without a reward.
    Phase: string
    /// The step at which it began; the line's own where it is about trajectories.
    Since: int
    /// A sentence that says what was done.
    Message: string
} with

    /// The run that the line belongs to.
    member this.Run: RunId = { Arm = this.Arm; Seed = this.Seed }

    /// The line as a reader sees it.
    override this.ToString() =
        if this.IsUnjudged then
            $"{this.Run}, step {this.Step}: {this.Message}"
        else
            $"{this.Run}, step {this.Step}: {this.Phase} since step {this.Since}: {this.Message}"

    /// True when the line is about trajectories that could not be judged.
    member this.IsUnjudged = this.Phase = EventLine.Unjudged

    /// The word that stands for a phase in a line about trajectories that could not be judged.
    static member Unjudged = "unjudged"

/// Reading and writing of `events.jsonl`: one JSON object a line, `{"step":61,"arm":"GRPO","seed":1,"phase":"collapse","since":57,"message":"warned"}`.
[<RequireQualifiedAccess>]
module EventLines =
    /// The line as JSON text, without the end of line.
    let format (event: EventLine) = JsonLines.format event

    /// The event that a JSON text holds. Raises `FormatException` saying what is wrong.
    let parse json = JsonLines.parse JsonLines.ofElement<EventLine> json

    /// Reads a file of events, as `JsonLines.read` does.
    let read path = JsonLines.read JsonLines.ofElement<EventLine> path
