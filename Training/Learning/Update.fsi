namespace Levee.Training.Learning

open System.Threading
open Levee.Algorithms.Objectives

/// Learning rates of one update.
type Rates = { PolicyRate: float; CriticRate: float }

/// The settings of an update.
type UpdatePlan = {
    Options: TrainingOptions
    Objective: Objective
    Rates: Rates
    /// True when no update happened since the mini-batch was sampled.
    OnPolicy: bool
}

/// The distance of the sampler's log-probabilities from the trainer's under the same weights.
type Mismatch = {
    /// Mean and largest |pi_trainer - pi_sampler| of a token.
    MeanDifference: float
    LargestDifference: float
    /// Mean log pi_sampler - log pi_trainer: the k1 estimate of their divergence, in nats.
    Kl: float
}

/// The results of one update.
type UpdateReport = {
    /// False when the loss or a gradient was not finite: the weights stayed as they were.
    Applied: bool
    /// Norm of the policy's gradient before clipping.
    GradientNorm: float
    /// Norm of the critic's gradient before clipping, where there is one.
    CriticGradientNorm: float option
    /// Mean entropy in nats over the mini-batch's action tokens, before the update.
    Entropy: float
    /// Largest likelihood ratio pi / pi_old of a token, before the update.
    LargestRatio: float
    /// The mismatch between sampler and trainer, where the update began with the very weights that sampled.
    Mismatch: Mismatch option
    /// The objective's measurements, by name.
    Metrics: (string * float) list
}

/// One update: forward, objective, backward pass, gradient clipped, AdamW.
[<RequireQualifiedAccess>]
module Update =
    /// One update of the learner on a mini-batch. A loss or gradient that is not finite changes nothing but the report. Cancellation is heeded between
    /// micro-batches and leaves the weights as they were.
    val run: plan: UpdatePlan -> cancellation: CancellationToken -> learner: Learner -> whole: Batch -> Learner * UpdateReport
