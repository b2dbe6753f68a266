namespace Levee

open System
open System.Buffers
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json

/// One run of a study: an arm with one seed.
type RunId = {
    Arm: string
    Seed: int
} with

    override this.ToString() = $"{this.Arm}, seed {this.Seed}"

/// What one training step of one run measured; one line of `metrics.jsonl`.
type MetricLine = {
    /// The training step.
    Step: int
    /// Name of the arm.
    Arm: string
    Seed: int
    /// Metric by name (verl's where one exists). A metric that was not measured at this step is absent.
    Values: Map<string, float>
} with

    /// The run that the line belongs to.
    member this.Run = { Arm = this.Arm; Seed = this.Seed }

/// Names of the metrics that the reports read.
[<RequireQualifiedAccess>]
module MetricName =
    /// Mean outcome reward (here: exact match) of the step's rollouts, in [0, 1].
    let reward = "critic/score/mean"
    /// Mean log-probability per token, in nats, of the step's correct responses.
    let correct = "lld/log_likelihood/correct"
    /// Mean log-probability per token, in nats, of the step's incorrect responses.
    let incorrect = "lld/log_likelihood/incorrect"
    /// Mean log-probability per token, in nats, of fixed good demonstrations on held-out questions.
    let probe = "lld/probe"
    /// Mean entropy per token, in nats.
    let entropy = "actor/entropy"
    /// Mean norm of the gradient over the step's updates, before clipping.
    let gradientNorm = "actor/grad_norm"
    /// Largest norm of the gradient among the step's updates, before clipping.
    let gradientNormMax = "actor/grad_norm_max"
    /// Share of tokens whose likelihood ratio was clipped.
    let clipFraction = "actor/pg_clipfrac"
    /// Estimate of the divergence from the sampling policy, in nats per token.
    let ppoKl = "actor/ppo_kl"
    /// Estimate of the divergence from the reference policy, in nats per token.
    let klLoss = "actor/kl_loss"
    /// Largest likelihood ratio of a token.
    let ratioMax = "actor/ratio_max"
    /// Updates left out for a loss or gradient that was not finite.
    let updatesSkipped = "actor/updates_skipped"
    /// Value of the LLDS penalty, before its weight.
    let lldsLoss = "llds/loss"
    /// Share of the preserved tokens on which the LLDS gate was open.
    let lldsGateShare = "llds/gate_share"
    /// Share of the preserved tokens whose likelihood is exactly the LLDS reference's; 1: LLDS is inert.
    let lldsInert = "llds/inert"
    /// Mean number of tokens that the policy wrote in one trajectory.
    let responseLength = "response_length/mean"
    /// Mean number of searches carried out in one trajectory.
    let validSearches = "env/number_of_valid_search"
    /// Mean number of invalid actions in one trajectory.
    let invalidActions = "env/number_of_invalid_action"
    /// Exact match on held-out questions, sampled at the training temperature, in [0, 1].
    let heldOutSampled = "val/exact_match/sampled"
    /// Exact match on held-out questions, decoded greedily, in [0, 1].
    let heldOutGreedy = "val/exact_match/greedy"
    /// Share of the step's groups whose trajectories were all rewarded alike (TRL's name).
    let noSignal = "frac_reward_zero_std"
    /// The per-sample measure of displacement (arXiv 2512.04220, Eq. 3): its mean over questions, in nats.
    let perSampleChange = "lld/per_sample/mean"
    /// Share of the questions whose correct responses one update on them makes less likely.
    let perSampleDisplaced = "lld/per_sample/displaced"
    /// The phase of collapse after the step: 0 healthy, 1 stagnation, 2 decay, 3 acceleration, 4 collapse.
    let phase = "lld/phase"
    /// What the phase alarm multiplies coefficients by.
    let alarm = "lld/alarm"
    /// Seconds of wall time that the step took.
    let seconds = "timing_s/step"

/// The lines of a metrics file, and how many were lost at its end.
type MetricFile = {
    Lines: MetricLine list
    /// 1 where the last line was cut off, as when the process that wrote it was killed; else 0.
    Truncated: int
}

/// Reading and writing of `metrics.jsonl`: one JSON object a line, `{"step":12,"arm":"GRPO","seed":3,"<metric>":number or null}`.
[<RequireQualifiedAccess>]
module Metrics =
    let private relaxed = JsonWriterOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

    /// The line as JSON text, without the end of line. A number that is not finite becomes null; any other is written so that it
    /// reads back the same.
    let format (line: MetricLine) =
        let buffer = ArrayBufferWriter<byte>()
        use json = new Utf8JsonWriter(buffer, relaxed)
        json.WriteStartObject()
        json.WriteNumber("step", line.Step)
        json.WriteString("arm", line.Arm)
        json.WriteNumber("seed", line.Seed)

        for KeyValue(name, value) in line.Values do
            match name with
            | "step"
            | "arm"
            | "seed" -> invalidArg (nameof line) $"a metric cannot be named \"{name}\": the line has a field of that name"
            | _ when Double.IsFinite value -> json.WriteNumber(name, value)
            | _ -> json.WriteNull name

        json.WriteEndObject()
        json.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan

    let private field (name: string) (root: JsonElement) =
        match root.TryGetProperty name with
        | true, value -> value
        | _ -> raise(FormatException $"the field \"{name}\" is missing")

    let private int32 name root =
        let value = field name root
        let mutable number = 0

        if value.ValueKind = JsonValueKind.Number && value.TryGetInt32 &number then
            number
        else
            raise(FormatException $"\"{name}\" is no integer")

    let private text name root =
        let value = field name root

        match value.ValueKind with
        | JsonValueKind.String -> nonNull(value.GetString())
        | _ -> raise(FormatException $"\"{name}\" is no text")

    let private metric (property: JsonProperty) =
        match property.Name, property.Value.ValueKind with
        | ("step" | "arm" | "seed"), _ -> None
        | _, JsonValueKind.Null -> None
        | name, JsonValueKind.Number -> Some(name, property.Value.GetDouble()) |> Option.filter(snd >> Double.IsFinite)
        | name, kind -> raise(FormatException $"\"{name}\" must be a number or null, not {kind}")

    /// The line that a JSON text holds; null metrics are left out. Raises `FormatException` saying what is wrong.
    let parse (json: string) =
        try
            use document = JsonDocument.Parse json
            let root = document.RootElement

            if root.ValueKind <> JsonValueKind.Object then
                raise(FormatException "the line is no JSON object")

            {
                Step = int32 "step" root
                Arm = text "arm" root
                Seed = int32 "seed" root
                Values = root.EnumerateObject() |> Seq.choose metric |> Map.ofSeq
            }
        with :? JsonException as error ->
            raise(FormatException("the line is no JSON", error))

    /// Reads a metrics file. A last line that was cut off (no end of line, and no whole JSON) is dropped and counted. Any other bad
    /// line raises `InvalidDataException` naming file, line and remedy. Empty lines are passed over.
    let read (path: string) =
        let content = File.ReadAllText path
        let rows = content.Split '\n'
        let lines = List<MetricLine>()
        let mutable truncated = 0

        rows
        |> Array.iteri(fun index row ->
            if not(String.IsNullOrWhiteSpace row) then
                try
                    lines.Add(parse row)
                with :? FormatException as error ->
                    if index = rows.Length - 1 && error.InnerException :? JsonException then
                        truncated <- 1
                    else
                        let message = $"{path}:{index + 1}: {error.Message}. Remove or mend this line."
                        raise(InvalidDataException(message, error)))

        { Lines = List.ofSeq lines; Truncated = truncated }

    /// The lines of each run, by step; where a step was done again after a restart, its later line stands.
    let byRun (lines: MetricLine seq) : Map<RunId, MetricLine[]> =
        lines
        |> Seq.groupBy _.Run
        |> Seq.map(fun (run, own) ->
            let latest = SortedDictionary<int, MetricLine>()

            for line in own do
                latest[line.Step] <- line

            run, Array.ofSeq latest.Values)
        |> Map.ofSeq

/// Appends lines to a metrics file and hands each to the operating system at once, so that a kill loses no finished step. Safe to use
/// from several threads; at most one writer may have the file open. A line cut off at the end of an existing file is removed first.
type MetricsWriter(path: string) =
    let gate = obj()
    let stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read)

    let isWhole (tail: string) =
        try
            Metrics.parse tail |> ignore
            true
        with :? FormatException ->
            false

    let mend () =
        let content = Array.zeroCreate<byte>(int stream.Length)
        stream.ReadExactly content
        let start = Array.LastIndexOf(content, byte '\n') + 1

        if start < content.Length then
            if isWhole(Encoding.UTF8.GetString(content, start, content.Length - start)) then
                stream.WriteByte(byte '\n')
            else
                stream.SetLength(int64 start)

        stream.Seek(0L, SeekOrigin.End) |> ignore

    do mend()

    /// Appends one line.
    member _.Write(line: MetricLine) =
        let bytes = Encoding.UTF8.GetBytes(Metrics.format line + "\n")

        lock gate (fun () ->
            stream.Write bytes
            stream.Flush())

    /// Waits until all lines so far are on the disk, where not even a power cut loses them.
    member _.Sync() = lock gate (fun () -> stream.Flush(flushToDisk = true))

    interface IDisposable with
        member _.Dispose() = lock gate stream.Dispose
