namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open TorchSharp

/// The rule by which per-token losses become one number. Every denominator is counted on the whole mini-batch.
type Aggregation =
    /// Mean over all action tokens of the mini-batch (DAPO, verl's `token-mean`).
    | TokenMean
    /// Mean over responses of each response's mean over its tokens (GRPO as first published, `seq-mean-token-mean`).
    | SequenceMeanTokenMean
    /// Mean over responses of each response's sum over its tokens (`seq-mean-token-sum`).
    | SequenceMeanTokenSum
    /// `SequenceMeanTokenSum` divided by a constant length, in place of the division by each response's own (Dr.GRPO).
    | SequenceSumOver of length: float

[<RequireQualifiedAccess>]
module Aggregation =
    /// Aggregates per-token values [R, N] of a part of the whole mini-batch to a scalar; parts add up to the whole. Responses without
    /// tokens do not count. Raises `ArgumentException` that names a tensor of the mini-batch, or the values, where the shape is wrong.
    let over aggregation (whole: Batch) : Batch -> torch.Tensor -> torch.Tensor =
        Batch.shape whole |> ignore
        let tokens = Tensors.atLeastOne(whole.Mask.sum())
        let responses = Tensors.atLeastOne((whole.Mask.sum(1L) |> Tensors.above 0.0 |> Tensors.indicator whole.Mask).sum())
        fun part values ->
            Shape.demand "values" (Shape.ofMatrix "Batch.Mask" part.Mask) values
            let perResponse () = (Tensors.keep part.Mask values).sum(1L)
            match aggregation with
            | TokenMean -> Tensors.maskedSum part.Mask values / tokens
            | SequenceMeanTokenMean -> (perResponse() / Tensors.atLeastOne(part.Mask.sum(1L))).sum() / responses
            | SequenceMeanTokenSum -> perResponse().sum() / responses
            | SequenceSumOver length -> perResponse().sum() / responses * (1.0 / length)
