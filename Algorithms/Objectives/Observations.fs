namespace Levee.Algorithms.Objectives

open System
open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// Learning from what the environment answers.
[<RequireQualifiedAccess>]
module Observations =
    /// Numbers of observation tokens of a batch's responses, [R]; 0 for a response without action tokens, which does not count.
    let private lengths (batch: Batch) =
        let isThere = (Tensors.above 0.0 (batch.Mask.sum(1L))).cpu().data<bool>().ToArray()
        (batch.Trajectories, isThere)
        ||> Array.map2(fun t isThere ->
            if isThere then
                Trajectory.actionTokens(Trajectory.observed t)
            else
                0)

    /// [R, width] 1 where an observation token stands.
    let private mask (batch: Batch) (width: int64) =
        let rows = lengths batch |> Array.map(fun length -> Array.init (int width) (fun k -> if k < length then 1.0 else 0.0))
        torch.tensor(Array.concat rows, ReadOnlySpan [| rows.LongLength; width |]).``to``(batch.Mask.dtype).``to``(batch.Mask.device)

    /// Minus the mean log-probability of the mini-batch's observation tokens, each given what stands before it: the policy learns to expect what its actions
    /// lead to. Weigh it by a small number, 0.1 in ECHO (prime-rl). The trainer makes a second pass over the trajectories for it, forward and back, so that an
    /// update takes about twice as long. Metric: `observation/nll`. Raises `InvalidOperationException` on a forward pass without `Observations`.
    let crossEntropy: Objective =
        Objective.create (Term.name "observationLoss") (Set.singleton ObservationScores) (fun whole ->
            let count = lengths whole |> Array.sum |> max 1 |> float
            fun part forward ->
                match forward.Observations with
                | Some logProb ->
                    let value = Tensors.maskedSum (mask part logProb.shape[1]) -logProb / Tensors.scalar count
                    { Value = value; Metrics = [ "observation/nll", value.detach() ] }
                | None ->
                    invalidOp
                        "A loss on observations got a forward pass without their log-probabilities: compute them, as the trainer does for objectives that need ObservationScores.")
