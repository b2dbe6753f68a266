namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

type Clip = private {
    Below: float
    Above: float
} with

    member this.Low = this.Below
    member this.High = this.Above

[<RequireQualifiedAccess>]
module Clip =
    let symmetric epsilon =
        if not(epsilon > 0.0 && epsilon < 1.0) then
            Setting.refuse $"A clip of {epsilon} is out of range: give a number above 0 and below 1, such as 0.2."
        { Below = epsilon; Above = epsilon }

    let asymmetric low high =
        if not(low > 0.0 && low < 1.0 && high > 0.0 && System.Double.IsFinite high) then
            Setting.refuse
                $"A clip of {low} below and {high} above is out of range: give two numbers above 0, the first below 1, such as 0.2 and 0.28."
        { Below = low; Above = high }

    let apply (clip: Clip) (ratio: torch.Tensor) =
        Shape.ofMatrix "ratio" ratio |> ignore
        Tensors.clamp (1.0 - clip.Low) (1.0 + clip.High) ratio

type SapoTemperature = { Positive: float; Negative: float }

type DppoOptions = { Low: float; High: float; Cap: float }

type VespoKernel = { Power: float; Decay: float }

type VespoOptions = { Praised: VespoKernel; Blamed: VespoKernel }

[<RequireQualifiedAccess>]
module Surrogate =
    let private logRatioOf (part: Batch) (forward: Forward) =
        forward.LogProb - part.LogProbOld |> Tensors.keep part.Mask |> Tensors.clamp -20.0 20.0

    let logRatio (part: Batch) (forward: Forward) =
        Forward.demand (Batch.shape part) forward
        logRatioOf part forward

    let private create term aggregation (losses: Batch -> Forward -> torch.Tensor * torch.Tensor) : Objective =
        Objective.create term Set.empty (fun whole ->
            let aggregate, tokenMean = Aggregation.over aggregation whole, Aggregation.over TokenMean whole
            fun part forward ->
                let loss, isBound = losses part forward
                let tokens = part.Mask.shape
                Shape.demand "The loss of each token" tokens loss
                Shape.demand "The places where a bound is in force" tokens isBound
                let value = aggregate part loss
                {
                    Value = value
                    Metrics = [
                        "actor/pg_loss", value.detach()
                        "actor/pg_clipfrac", tokenMean part (isBound |> Tensors.indicator part.Mask)
                        "actor/ppo_kl", tokenMean part (-(logRatioOf part forward).detach())
                    ]
                })

    let ofTokens formula aggregation losses = create (Term.name formula) aggregation losses

    /// A surrogate of the library: `name(arguments, aggregation)`.
    let private named name arguments (aggregation: Aggregation) losses =
        create (Term.Call(name, arguments @ [ Term.argument(Term.ofCase aggregation) ])) aggregation losses

    let private clipArguments (clip: Clip) = [ Term.number "low" clip.Low; Term.number "high" clip.High ]

    let private never (part: Batch) = Tensors.above 1.0 part.Mask

    let reinforceOver aggregation =
        named "reinforce" [] aggregation (fun part forward -> -part.Advantage * Tensors.keep part.Mask forward.LogProb, never part)

    let reinforce = reinforceOver TokenMean

    /// The larger of -rho A and its clipped version, and the places where the clipped one is the larger.
    let private pessimistic clip (advantage: torch.Tensor) (ratio: torch.Tensor) =
        let free, bound = -advantage * ratio, -advantage * Clip.apply clip ratio
        torch.maximum(free, bound), bound.gt free

    let clippedOver aggregation (clip: Clip) =
        named "clipped" (clipArguments clip) aggregation (fun part forward ->
            pessimistic clip part.Advantage ((logRatioOf part forward).exp()))

    let clipped clip = clippedOver TokenMean clip

    let dualClippedOver aggregation (clip: Clip) c =
        if not(c > 1.0) then
            Setting.refuse $"A dual clip of {c} is out of range: give a number above 1, such as 3."
        named "dualClipped" (clipArguments clip @ [ Term.number "c" c ]) aggregation (fun part forward ->
            let loss, isBound = pessimistic clip part.Advantage ((logRatioOf part forward).exp())
            let ceiling = -part.Advantage * c
            let isNegative = part.Advantage.lt(Tensors.scalar 0.0)
            let isCapped = isNegative.logical_and(loss.gt ceiling)
            torch.where(isCapped, ceiling, loss), isBound.logical_or isCapped)

    let gspoOver aggregation (clip: Clip) =
        named "gspo" (clipArguments clip) aggregation (fun part forward ->
            let logSequence = logRatioOf part forward |> Tensors.rowMean part.Mask |> _.detach().unsqueeze(1L)
            let logProb = Tensors.keep part.Mask forward.LogProb
            let logRatio = logProb - logProb.detach() + logSequence
            pessimistic clip part.Advantage (logRatio.clamp_max(Tensors.scalar 10.0).exp()))

    let gspo clip = gspoOver SequenceMeanTokenMean clip

    let gmpo epsilon =
        if not(epsilon > 0.0) then
            Setting.refuse $"A GMPO clip of {epsilon} is out of range: give a number above 0, such as 0.4."
        create (Term.Call("gmpo", [ Term.argument(Term.Number epsilon) ])) SequenceMeanTokenMean (fun part forward ->
            let advantage = Tensors.rowMean part.Mask part.Advantage |> _.unsqueeze(1L)
            let free = logRatioOf part forward
            let clipped = Tensors.clamp -epsilon epsilon free
            let bound = torch.where(Tensors.above 0.0 advantage, torch.minimum(free, clipped), torch.maximum(free, clipped))
            let ratio = (Tensors.rowMean part.Mask bound).exp().unsqueeze(1L)
            (-advantage * ratio).expand_as free, bound.ne free)

    let cispoOver aggregation cap =
        if not(cap >= 1.0) then
            Setting.refuse $"A CISPO cap of {cap} is out of range: give 1 or more, such as 1.28."
        named "cispo" [ Term.number "cap" cap ] aggregation (fun part forward ->
            let ratio = (logRatioOf part forward).detach().exp()
            let weight = ratio.clamp_max(Tensors.scalar cap)
            -part.Advantage * weight * Tensors.keep part.Mask forward.LogProb, Tensors.above cap ratio)

    let cispo cap = cispoOver TokenMean cap

    let sapoOver aggregation (temperature: SapoTemperature) =
        if not(temperature.Positive > 0.0 && temperature.Negative > 0.0) then
            Setting.refuse
                $"SAPO temperatures of {temperature.Positive} and {temperature.Negative} are out of range: give numbers above 0, such as 1 and 1.05."
        named
            "sapo"
            [ Term.number "positive" temperature.Positive; Term.number "negative" temperature.Negative ]
            aggregation
            (fun part forward ->
                let ratio = (logRatioOf part forward).exp()
                let soft (tau: float) = ((ratio - 1.0) * tau).sigmoid() * (4.0 / tau)
                let gate = torch.where(Tensors.above 0.0 part.Advantage, soft temperature.Positive, soft temperature.Negative)
                -part.Advantage * gate, never part)

    let sapo = sapoOver TokenMean { Positive = 1.0; Negative = 1.05 }

    let luspo clip = gspoOver SequenceMeanTokenSum clip

    let dppoOver aggregation (options: DppoOptions) =
        let isShare x = x > 0.0 && x <= 1.0
        if not(isShare options.Low && isShare options.High && options.Cap >= 1.0 && System.Double.IsFinite options.Cap) then
            Setting.refuse
                $"A DPPO of {options.Low} below and {options.High} above with a cap of {options.Cap} is out of range: give two numbers above 0 and at most 1, such as 0.2, and a cap of 1 or more, such as 20."
        let arguments = [ Term.number "low" options.Low; Term.number "high" options.High; Term.number "cap" options.Cap ]
        named "dppo" arguments aggregation (fun part forward ->
            let clean = Tensors.keep part.Mask
            let ratio = (logRatioOf part forward).detach().exp()
            let moved = (clean forward.LogProb).detach().exp() - (clean part.LogProbOld).exp()
            let isOut =
                torch.where(Tensors.above 0.0 part.Advantage, Tensors.above options.High moved, moved.lt(Tensors.scalar -options.Low))
            let weight = ratio.clamp_max(Tensors.scalar options.Cap) * Tensors.indicator ratio (isOut.logical_not())
            -part.Advantage * weight * clean forward.LogProb, isOut.logical_or(Tensors.above options.Cap ratio))

    let dppo options = dppoOver TokenMean options

    /// The least log W that VESPO tells apart: log 1e-8, as TRL has it.
    let private leastLogWeight = log 1e-8

    let vespoOver aggregation (options: VespoOptions) =
        let isSound (kernel: VespoKernel) =
            kernel.Power >= 0.0 && kernel.Decay >= 0.0 && System.Double.IsFinite(kernel.Power + kernel.Decay)
        if not(isSound options.Praised && isSound options.Blamed) then
            Setting.refuse
                $"VESPO kernels of power {options.Praised.Power} and decay {options.Praised.Decay}, and of power {options.Blamed.Power} and decay {options.Blamed.Decay}, are out of range: give numbers of 0 or more, such as 2 and 3."
        let arguments = [
            Term.number "praisedPower" options.Praised.Power
            Term.number "praisedDecay" options.Praised.Decay
            Term.number "blamedPower" options.Blamed.Power
            Term.number "blamedDecay" options.Blamed.Decay
        ]
        named "vespo" arguments aggregation (fun part forward ->
            let sums = (logRatioOf part forward).detach().sum(1L, keepdim = true)
            let logWeight = (sums |> Tensors.clamp leastLogWeight 20.0).expand_as part.Advantage
            let phi (kernel: VespoKernel) = (logWeight * kernel.Power + (1.0 - logWeight.exp()) * kernel.Decay).exp()
            let weight = torch.where(Tensors.notBelow 0.0 part.Advantage, phi options.Praised, phi options.Blamed)
            -part.Advantage * weight * Tensors.keep part.Mask forward.LogProb, never part)

    let vespo = vespoOver TokenMean { Praised = { Power = 2.0; Decay = 3.0 }; Blamed = { Power = 3.0; Decay = 2.0 } }

    let negativeLogLikelihood = Objective.ofTokens "nll" "train/loss" TokenMean (fun _ forward -> -forward.LogProb)
