namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// Staying near another policy.
[<RequireQualifiedAccess>]
module Kl =
    /// The mean over all action tokens of the KL to a policy, as a loss. Metric: `actor/kl_loss`. Raises `InvalidOperationException` on a batch without
    /// that policy's log-probabilities.
    let toward reference estimator =
        let arguments = [
            Term.argument(Term.ofCase estimator)
            if reference <> Reference.Initial then
                Term.argument(Term.ofCase reference)
        ]
        Objective.create (Term.Call("kl", arguments)) (Batch.needs reference) (fun whole ->
            let tokenMean = Aggregation.over TokenMean whole
            fun part forward ->
                let clean = Tensors.keep part.Mask
                let value = tokenMean part (KlEstimator.estimate estimator (clean forward.LogProb) (clean(Batch.logProb reference part)))
                { Value = value; Metrics = [ "actor/kl_loss", value.detach() ] })

    /// `toward` the reference policy: the policy as it was before training.
    let toReference estimator = toward Reference.Initial estimator
