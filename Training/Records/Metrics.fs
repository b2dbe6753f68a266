namespace Levee.Training.Records

open System
open System.Collections.Generic
open System.Text.Json
open Levee
open Levee.Algorithms.Diagnosis

/// One run of a study: an arm with one seed.
type RunId = {
    Arm: string
    Seed: int
} with

    override this.ToString() = $"{this.Arm}, seed {this.Seed}"

/// The measurements of one training step of one run; one line of `metrics.jsonl`.
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
    /// Mean outcome reward (here: exact match) of those of the step's rollouts that were judged, in [0, 1].
    let reward = "critic/score/mean"
    /// Number of the step's trajectories that could not be judged and were left out: a reward function failed.
    let unjudged = "env/unjudged"
    /// Share of the step's trajectories whose last action was cut off at a token limit, the turn's or the context's.
    let truncated = "response_length/clip_ratio"
    /// Share of the step's trajectories whose last action was cut off at the largest number of tokens of a turn.
    let truncatedByTurn = "response_length/clip_ratio/turn"
    /// Share of the step's trajectories that ended because the context was full.
    let truncatedByContext = "response_length/clip_ratio/context"
    /// Mean log-probability per token, in nats, of the step's correct responses.
    let correct = "lld/log_likelihood/correct"
    /// Mean log-probability per token, in nats, of the step's incorrect responses.
    let incorrect = "lld/log_likelihood/incorrect"
    /// Mean log-probability per token, in nats, of fixed good demonstrations on held-out questions.
    let probe = "lld/probe"
    /// Mean log-probability per token, in nats, of fixed good responses of the policy's own: correct ones of the first step that had any.
    let probeOwn = "lld/probe/own"
    /// Mean number of tokens that the policy wrote in one correct trajectory.
    let correctLength = "response_length/correct"
    /// Mean number of tokens that the policy wrote in one incorrect trajectory.
    let incorrectLength = "response_length/incorrect"
    /// Mean advantage over the action tokens that the step learns from.
    let advantage = "critic/advantages/mean"
    /// Share of the absolute advantages of the step's action tokens that is negative, in [0, 1].
    let negativeMass = "lld/negative_mass"
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
    /// Number of an evaluation's episodes, sampled and greedy together, that could not be judged.
    let heldOutUnjudged = "val/unjudged"
    /// Share of the step's groups without signal: all rewarded alike, or fewer than two judged (TRL's name).
    let noSignal = "frac_reward_zero_std"
    /// The per-sample measure of displacement (arXiv 2512.04220, Eq. 3): its mean over questions, in nats.
    let perSampleChange = "lld/per_sample/mean"
    /// Share of the questions whose correct responses one update on them makes less likely.
    let perSampleDisplaced = "lld/per_sample/displaced"
    /// The phase of collapse after the step: 0 healthy, 1 stagnation, 2 decay, 3 acceleration, 4 collapse.
    let phase = Phase.metric
    /// The value at the step of the controller of that name, which coefficients follow.
    let coefficient (name: string) = $"coefficient/{name}"
    /// Mean change of log-probability per token, in nats, of correct responses under their own step's updates.
    let changeCorrect = "lld/change/correct"
    /// Mean change of log-probability per token, in nats, of incorrect responses under their own step's updates.
    let changeIncorrect = "lld/change/incorrect"
    /// Mean change of log-probability per token, in nats, of responses in groups rewarded alike under their own step's updates.
    let changeNoSignal = "lld/change/no_signal"
    /// Share of the correct responses with an advantage that the step's updates did not make more likely (arXiv 2512.04220, Def. 4.1).
    let lldShare = "lld/share"
    /// Share of the incorrect responses, in groups with a correct one, whose first search returned the documents of a correct one's.
    let firstSearchOverlap = "lld/first_search_overlap"
    /// A quantile, such as "p50", of the tokens' likelihood ratio after a step's updates to before.
    let likelihoodRatio (quantile: string) = $"lld/likelihood_ratio/{quantile}"
    /// A metric of responses, told by their n-th action alone, from 1.
    let ofAction (metric: string) (number: int) = $"{metric}/action_{number}"
    /// A metric of responses, told by the tokens of a role alone: "reasoning", "search" or "answer".
    let ofRole (metric: string) (role: string) = $"{metric}/{role}"
    /// Negative log-likelihood per token, in nats, of responses with so many searches carried out.
    let nllOfSearches (number: int) = $"lld/nll/searches_{number}"
    /// Seconds of wall time that the step took.
    let seconds = "timing_s/step"

/// The step and the run that every line of a run folder's files belongs to.
type internal LinePlace = {
    Step: int
    Arm: string
    Seed: int
} with

    member this.Run: RunId = { Arm = this.Arm; Seed = this.Seed }

/// Reading and writing of `metrics.jsonl`: one JSON object a line, `{"step":12,"arm":"GRPO","seed":3,"<metric>":number or null}`.
[<RequireQualifiedAccess>]
module Metrics =
    let private isField name = List.contains name [ "step"; "arm"; "seed" ]

    /// The line as JSON text, without the end of line. A number that is not finite becomes null; any other is written so that it
    /// reads back the same.
    let format (line: MetricLine) =
        let fields = Dictionary<string, obj>()
        fields["step"] <- line.Step
        fields["arm"] <- line.Arm
        fields["seed"] <- line.Seed
        for KeyValue(name, value) in line.Values do
            if isField name then
                Setting.refuse $"a metric cannot be named \"{name}\": the line has a field of that name"
            fields[name] <- value
        JsonLines.format fields

    /// A number; `None` for null, which stands for one that is not finite.
    let private number name (value: JsonElement) =
        match value.ValueKind with
        | JsonValueKind.Null -> None
        | JsonValueKind.Number ->
            match value.GetDouble() with
            | number when Double.IsFinite number -> Some number
            | _ -> raise(FormatException $"\"{name}\" is too large a number")
        | kind -> raise(FormatException $"\"{name}\" must be a number or null, not {kind}")

    let private metric (property: JsonProperty) =
        if isField property.Name then
            None
        else
            number property.Name property.Value |> Option.map(fun value -> property.Name, value)

    let private ofJson (line: JsonElement) : MetricLine =
        let place: LinePlace = JsonLines.ofElement line
        {
            Step = place.Step
            Arm = place.Arm
            Seed = place.Seed
            Values = line.EnumerateObject() |> Seq.choose metric |> Map.ofSeq
        }

    /// The line that a JSON text holds; null metrics are left out. Raises `FormatException` saying what is wrong.
    let parse json = JsonLines.parse ofJson json

    /// Reads a metrics file, as `JsonLines.read` does.
    let read path = JsonLines.read ofJson path

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

/// Appends lines to a metrics file, as `JsonLinesWriter` does.
type MetricsWriter(path: string) =
    inherit JsonLinesWriter<MetricLine>(path, Metrics.format)
