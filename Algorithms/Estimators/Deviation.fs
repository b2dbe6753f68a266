namespace Levee.Algorithms.Estimators

open System
open Levee

/// A way to bring rewards or advantages to unit spread: (x - mean) / (standard deviation + Epsilon).
type Deviation = {
    /// Subtracted from the count in the variance's denominator: 1 for the unbiased variance (torch's default), 0 for the variance of the numbers themselves.
    Ddof: int
    /// Added to the standard deviation; at least 0.
    Epsilon: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Deviation =
    /// Unbiased, + 1e-6, as the released Search-R1 and verl have it.
    let sample = { Ddof = 1; Epsilon = 1e-6 }

    /// verl's constants for `Advantage.whiten`.
    let whitening = { Ddof = 1; Epsilon = 1e-8 }

    /// True when numbers differ; rewards that do not differ give no signal. The comparison is exact: no mean is rounded on the way. False for fewer than
    /// two numbers.
    let differ (rewards: float[]) = rewards.Length > 1 && rewards |> Array.exists((<>) rewards[0])

    /// Mean and standard deviation as `moments` has them, of numbers that need not be finite and may be none (then 0 and 1).
    let internal momentsOf deviation (numbers: float[]) =
        if numbers.Length = 0 then
            0.0, 1.0
        elif differ numbers then
            let mean = Array.average numbers
            match numbers.Length - deviation.Ddof with
            | free when free < 1 -> mean, 1.0
            | free -> mean, sqrt((numbers |> Array.sumBy(fun r -> (r - mean) * (r - mean))) / float free)
        else
            numbers[0], (if numbers.Length > deviation.Ddof then 0.0 else 1.0)

    let internal demandFinite (rewards: float[]) =
        match rewards |> Array.tryFindIndex(Double.IsFinite >> not) with
        | Some index ->
            Setting.refuse
                $"Reward {index} of {rewards.Length} is {rewards[index]}, which is no reward: leave that trajectory out of its group, or mend the reward function."
        | None -> ()

    /// Mean and standard deviation; exactly the number itself and 0 of equal numbers. With no more numbers than `Ddof` the deviation is 1.
    let moments deviation rewards =
        demandFinite rewards
        momentsOf deviation rewards

    /// x / divisor; 0 where there is nothing to divide by.
    let internal over divisor x = if divisor = 0.0 then 0.0 else x / divisor
