namespace Levee.Training.Learning

open System
open Levee.Policies
open Levee.Policies.Sampling
open Levee.Policies.Weights

/// The per-sample measure of displacement (arXiv 2512.04220, Eq. 3), taken while a run trains.
type LldProbeOptions = {
    /// Steps between measurements; there is one before the first step and one after the last.
    Every: int
    /// The first so many training questions are asked; the paper takes 50.
    Questions: int
    /// Trajectories sampled for each question; the paper takes 8.
    GroupSize: int
    /// True when the one update begins with an empty optimiser, so that it shows what this question alone does; otherwise with the run's moments.
    FreshOptimiser: bool
}

[<RequireQualifiedAccess>]
module LldProbeOptions =
    /// Every 50 steps, 50 questions, 8 trajectories each, an empty optimiser.
    let defaults = { Every = 50; Questions = 50; GroupSize = 8; FreshOptimiser = true }

/// The precision in which the weights of a policy in training are kept.
[<RequireQualifiedAccess>]
type Precision =
    | Float32
    /// The model computes in bfloat16; the optimiser keeps the weights, and its moments, in float32 besides, so that small updates add up.
    | BFloat16

[<RequireQualifiedAccess>]
module Precision =
    /// The type as torch has it.
    let dtype precision =
        match precision with
        | Precision.Float32 -> TorchSharp.torch.float32
        | Precision.BFloat16 -> TorchSharp.torch.bfloat16

/// Settings for training one arm of an experiment.
type TrainingOptions = {
    /// Trajectories sampled for each question (verl's `rollout.n`); at least 2, since advantages are relative to the group.
    GroupSize: int
    /// Questions a step (verl's `train_batch_size`).
    Questions: int
    /// Updates that one pass over a step's trajectories is split into; at most `Questions`.
    MiniBatches: int
    /// Passes over a step's trajectories (verl's `ppo_epochs`).
    Epochs: int
    /// Trajectories written at a time; when one has finished, the next takes its place. None writes all of a step's at once. Bounds the memory of keys
    /// and values.
    Slots: int option
    /// True when the writing of a token is recorded as a CUDA graph (docs/gpu.md).
    Graphs: bool
    /// Trajectories held in memory with their graph at a time; changes memory and time, not results beyond rounding.
    MicroBatch: int
    Precision: Precision
    /// True when sequences are trained on one behind the other, without padding; pays where lengths differ much.
    Packing: bool
    /// True when each layer is computed again on the way back instead of being kept (gradient checkpointing): a third more time, for the memory of one
    /// layer instead of all.
    Checkpointing: bool
    /// Low-rank products that are trained beside the policy's weights, which then stay as they are; all weights are trained where there is none.
    Adapter: LoraOptions option
    Steps: int
    Schedule: Schedule
    /// The critic's learning rate, where the recipe has a critic.
    CriticSchedule: Schedule
    AdamW: AdamW
    /// The norm that longer gradients are cut back to.
    ClipNorm: float
    /// True when token embeddings stay as they are. In a small vocabulary of names, updates would otherwise push away every name that no rollout meets,
    /// and with it all that was learnt about copying it.
    FreezeEmbedding: bool
    /// True when the first update after a rollout takes its own log-probabilities for the sampler's, which are the same but for rounding. Then the
    /// ratio is exactly 1 and LLDS exactly nothing there. Otherwise rounding alone opens LLDS's gates on about half of the tokens, whose slope does
    /// not depend on how far they fell.
    ExactFirstUpdate: bool
    /// The temperature that tokens are sampled and trained at, from 0.01 to 100: beyond, rounding of the logits decides what is learnt.
    Temperature: float
    /// The share of a step's trajectories, from 0 to 1, that may be left out because they could not be judged: a run in which more are stops with the
    /// reason.
    UnjudgedLimit: float
    /// Steps between evaluations on held-out questions; there is one after the last step in any case.
    EvaluateEvery: int
    /// Held-out questions an evaluation asks; all when fewer exist.
    EvaluationQuestions: int
    /// Steps between measurements of the probe's log-likelihood.
    ProbeEvery: int
    /// Steps between measurements of what the updates did to the step's own trajectories, which take one more forward pass over them.
    DisplacementEvery: int
    LldProbe: LldProbeOptions option
    /// The thresholds by which phases of collapse are told, and what is done about the phases.
    Watch: PhaseWatch
    /// Any of them ends the run after the step at which it is met.
    StopRules: StopRule list
}

[<RequireQualifiedAccess>]
module TrainingOptions =
    let defaults = {
        GroupSize = 5
        Questions = 8
        MiniBatches = 2
        Epochs = 3
        Slots = None
        Graphs = false
        MicroBatch = 5
        Precision = Precision.Float32
        Packing = false
        Checkpointing = false
        Adapter = None
        Steps = 200
        Schedule = { Peak = 3e-4; WarmUp = 0.06; Decay = Constant }
        CriticSchedule = { Peak = 1e-3; WarmUp = 0.06; Decay = Constant }
        AdamW = Optimiser.adamW
        ClipNorm = 1.0
        FreezeEmbedding = false
        ExactFirstUpdate = true
        Temperature = 1.0
        UnjudgedLimit = 0.5
        EvaluateEvery = 100
        EvaluationQuestions = 100
        ProbeEvery = 5
        DisplacementEvery = 1
        LldProbe = None
        Watch = PhaseWatch.defaults
        StopRules = []
    }

    /// These options with another learning rate after the warm-up.
    let learningRate rate options = { options with Schedule = { options.Schedule with Peak = rate } }

    /// The settings that trajectories are sampled with.
    let sampling options = { SamplingOptions.at options.Temperature with Slots = options.Slots; Graphs = options.Graphs }

    /// The settings that trajectories are scored with.
    let scoring options = {
        Temperature = options.Temperature
        Packing = options.Packing
        Checkpointing = options.Checkpointing
    }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate options =
        let demand holds message =
            if not holds then
                raise(ArgumentException message)
        let atLeast least name value = demand (value >= least) $"{name} {value} is out of range: give {least} or more."
        demand
            (options.GroupSize >= 2)
            $"A group size of {options.GroupSize} gives no advantage: GRPO compares a question's trajectories with one another, so give 2 or more."
        atLeast 1 "questions" options.Questions
        atLeast 1 "miniBatches" options.MiniBatches
        demand
            (options.MiniBatches <= options.Questions)
            $"miniBatches {options.MiniBatches} is more than the {options.Questions} questions of a step: a mini-batch holds whole groups, so give {options.Questions} or less."
        atLeast 1 "epochs" options.Epochs
        Option.iter (atLeast 1 "slots") options.Slots
        atLeast 1 "microBatch" options.MicroBatch
        Option.iter LoraOptions.validate options.Adapter
        atLeast 1 "steps" options.Steps
        atLeast 1 "evaluateEvery" options.EvaluateEvery
        atLeast 1 "evaluationQuestions" options.EvaluationQuestions
        atLeast 1 "probeEvery" options.ProbeEvery
        atLeast 1 "displacementEvery" options.DisplacementEvery
        for probe in Option.toList options.LldProbe do
            atLeast 1 "lldProbe every" probe.Every
            atLeast 1 "lldProbe questions" probe.Questions
            atLeast 2 "lldProbe groupSize" probe.GroupSize
        List.iter StopRule.validate options.StopRules
        let above name value =
            demand (value > 0.0 && Double.IsFinite value) $"{name} {value} is out of range: give a number above 0."
        above "learningRate" options.Schedule.Peak
        above "critic learningRate" options.CriticSchedule.Peak
        above "clipNorm" options.ClipNorm
        demand
            (options.Temperature >= 0.01 && options.Temperature <= 100.0)
            $"temperature {options.Temperature} is out of range: give a number from 0.01 to 100 to train with."
        demand
            (options.UnjudgedLimit >= 0.0 && options.UnjudgedLimit <= 1.0)
            $"unjudgedLimit {options.UnjudgedLimit} is out of range: it is a share of a step's trajectories, from 0 to 1."
        demand
            (options.Schedule.WarmUp >= 0.0 && options.Schedule.WarmUp <= 1.0)
            $"warmUp {options.Schedule.WarmUp} is out of range: it is a share of all steps, from 0 to 1."
