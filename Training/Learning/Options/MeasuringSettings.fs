namespace Levee.Training.Learning

open Levee

/// The per-sample measure of displacement (arXiv 2512.04220, Eq. 3), taken while a run trains: one update on one question's trajectories, and what it does
/// to the likelihood of the correct ones.
type PerSampleOptions = {
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
module PerSampleOptions =
    /// Every 50 steps, 50 questions, 8 trajectories each, an empty optimiser.
    let defaults = { Every = 50; Questions = 50; GroupSize = 8; FreshOptimiser = true }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate (options: PerSampleOptions) =
        Setting.atLeast 1 "perSample every" options.Every
        Setting.atLeast 1 "perSample questions" options.Questions
        Setting.atLeast 2 "perSample groupSize" options.GroupSize

/// What a run measures besides its updates, and how often.
type MeasuringSettings = {
    /// Steps between evaluations on held-out questions; there is one after the last step in any case.
    EvaluateEvery: int
    /// Held-out questions an evaluation asks; all when fewer exist.
    EvaluationQuestions: int
    /// Steps between measurements of the probe's log-likelihood.
    ProbeEvery: int
    /// Steps between measurements of what the updates did to the step's own trajectories, which take one more forward pass over them.
    DisplacementEvery: int
    /// The per-sample measure, where it is taken.
    PerSample: PerSampleOptions option
}

[<RequireQualifiedAccess>]
module MeasuringSettings =
    /// Displacement at every step, the probe at every fifth, 100 held-out questions at every hundredth.
    let defaults = {
        EvaluateEvery = 100
        EvaluationQuestions = 100
        ProbeEvery = 5
        DisplacementEvery = 1
        PerSample = None
    }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate (measuring: MeasuringSettings) =
        Setting.atLeast 1 "evaluateEvery" measuring.EvaluateEvery
        Setting.atLeast 1 "evaluationQuestions" measuring.EvaluationQuestions
        Setting.atLeast 1 "probeEvery" measuring.ProbeEvery
        Setting.atLeast 1 "displacementEvery" measuring.DisplacementEvery
        Option.iter PerSampleOptions.validate measuring.PerSample
