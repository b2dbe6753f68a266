namespace Levee.Algorithms.Objectives

open Levee.Algorithms
open Levee.Algorithms.Formulas

/// Keeping the policy's choices open.
[<RequireQualifiedAccess>]
module Entropy =
    /// Minus the mean entropy (nats) of the distributions that action tokens were drawn from; weigh it by a small positive number
    /// (verl's default coefficient is 0.001). Metric: `actor/entropy_loss`, verl's name for the mean entropy itself.
    let bonus: Objective =
        Objective.create (Term.name "entropyBonus") (Set.singleton EntropyGradient) (fun whole ->
            let tokenMean = Aggregation.over TokenMean whole
            fun part forward ->
                let entropy = tokenMean part forward.Entropy
                { Value = -entropy; Metrics = [ "actor/entropy_loss", entropy.detach() ] })
