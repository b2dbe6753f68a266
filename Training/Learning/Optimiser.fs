namespace Levee.Training.Learning

open Levee
open Levee.Algorithms.Estimators
open TorchSharp

/// Constants of AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101).
type AdamW = {
    Beta1: float
    Beta2: float
    Epsilon: float
    /// Decoupled weight decay, times the learning rate a step.
    WeightDecay: float
}

/// The state that AdamW keeps between steps, one number a parameter each, in float32 at least. The tensors belong to it and are updated in place.
type OptimiserState = {
    /// Updates done so far.
    Updates: int
    FirstMoment: torch.Tensor
    SecondMoment: torch.Tensor
    /// The parameters in float32, where they are of half precision: these are updated, and the parameters are rounded from them. Otherwise a step of 1e-6 of
    /// a weight would be lost.
    Master: torch.Tensor option
}

[<RequireQualifiedAccess>]
module Optimiser =
    /// torch's defaults: 0.9, 0.999, 1e-8, weight decay 0.01.
    let adamW = { Beta1 = 0.9; Beta2 = 0.999; Epsilon = 1e-8; WeightDecay = 0.01 }

    /// The state before the first update of parameters that lie in one flat tensor.
    let start (values: torch.Tensor) =
        let isHalf = Tensors.isHalf values
        let dtype = if isHalf then torch.float32 else values.dtype
        let zeros () = torch.zeros(values.shape, dtype = dtype, device = values.device).DetachFromDisposeScope()
        {
            Updates = 0
            FirstMoment = zeros()
            SecondMoment = zeros()
            Master =
                if isHalf then
                    Some(values.detach().``to``(dtype).DetachFromDisposeScope())
                else
                    None
        }

    /// Brings a state back to that before the first update: its moments become zero, in place.
    let reset state =
        state.FirstMoment.zero_() |> ignore
        state.SecondMoment.zero_() |> ignore
        { state with Updates = 0 }

    /// Releases the state's tensors.
    let dispose state =
        state.FirstMoment.Dispose()
        state.SecondMoment.Dispose()
        state.Master |> Option.iter _.Dispose()

    /// Parameters updated at a time, so that an update's temporary memory is small beside the parameters' own.
    let private window = 4_194_304L

    let private parts (flat: torch.Tensor) =
        seq { for start in 0L .. window .. flat.shape[0] - 1L -> start, min window (flat.shape[0] - start) }

    /// The Euclidean norm of a flat gradient. Squares are added up in parts: torch's own norm loses digits over millions of numbers.
    let norm (gradient: torch.Tensor) =
        Tensors.released(fun () ->
            let total = torch.zeros(1L, dtype = torch.float64, device = gradient.device)
            for start, count in parts gradient do
                Tensors.released(fun () -> total.add_(Tensors.widened(gradient.narrow(0L, start, count)).square().sum()) |> ignore)
            sqrt(total.ToDouble()))

    /// One AdamW update in place of flat `values` with flat `gradient`, the latter multiplied by `scale` first (gradient clipping).
    let step options (learningRate: float) (scale: float) (values: torch.Tensor) (gradient: torch.Tensor) state =
        use _ = torch.no_grad()
        let scalar = Tensors.scalar
        let updates = state.Updates + 1
        let correction1 = 1.0 - options.Beta1 ** float updates
        let correction2 = sqrt(1.0 - options.Beta2 ** float updates)
        for start, count in parts values do
            use _ = torch.NewDisposeScope()
            let here (t: torch.Tensor) = t.narrow(0L, start, count)
            let p, g = here(Option.defaultValue values state.Master), Tensors.widened(here gradient)
            let first, second = here state.FirstMoment, here state.SecondMoment
            first.mul_(scalar options.Beta1).add_(g, scalar(scale * (1.0 - options.Beta1))) |> ignore
            second.mul_(scalar options.Beta2).addcmul_(g, g, scalar(scale * scale * (1.0 - options.Beta2))) |> ignore
            let denominator = second.sqrt().div_(scalar correction2).add_(scalar options.Epsilon)
            p.mul_(scalar(1.0 - learningRate * options.WeightDecay)) |> ignore
            p.addcdiv_(first, denominator, scalar(-learningRate / correction1)) |> ignore
            if state.Master.IsSome then
                (here values).copy_ p |> ignore
        { state with Updates = updates }
