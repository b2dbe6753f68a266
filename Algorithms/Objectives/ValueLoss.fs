namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// The loss that a critic learns from.
[<RequireQualifiedAccess>]
module ValueLoss =
    /// Half the mean over action tokens of max((V - R)^2, (clip(V, V_old - range, V_old + range) - R)^2), with R the return that the estimator gave and
    /// V_old the critic when the batch was sampled (PPO's clipped value loss, as verl and Search-R1 have it; range 0.5 there). Metrics:
    /// `critic/vf_loss`, `critic/vf_clipfrac`, `critic/vpred_mean`. Raises `ArgumentException` unless range > 0, `InvalidOperationException` on a batch
    /// without a critic.
    let clipped (range: float) : Objective =
        if not(range > 0.0) then
            Setting.refuse $"A value clip of {range} is out of range: give a number above 0, such as 0.5."
        Objective.create (Term.Call("value", [ Term.number "clip" range ])) (Set.singleton CriticValues) (fun whole ->
            let tokenMean = Aggregation.over TokenMean whole
            fun part forward ->
                match forward.Values, part.ValuesOld, part.Returns with
                | Some value, Some old, Some target ->
                    let clean = Tensors.keep part.Mask
                    let value, old, target = clean value, clean old, clean target
                    let near = torch.minimum(torch.maximum(value, old - range), old + range)
                    let free, bound = (value - target).square(), (near - target).square()
                    let loss = tokenMean part (torch.maximum(free, bound)) * 0.5
                    {
                        Value = loss
                        Metrics = [
                            "critic/vf_loss", loss.detach()
                            "critic/vf_clipfrac", tokenMean part (bound.gt free |> Tensors.indicator part.Mask)
                            "critic/vpred_mean", tokenMean part (value.detach())
                        ]
                    }
                | _ ->
                    invalidOp
                        "A value loss got a batch without a critic's values and returns: pair it with an estimator that uses a critic, such as Advantage.gae.")
