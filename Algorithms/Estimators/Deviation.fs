namespace Levee.Algorithms.Estimators

/// How rewards or advantages are brought to unit spread: (x - mean) / (standard deviation + Epsilon).
type Deviation = {
    /// Subtracted from the count in the variance's denominator: 1 unbiased (torch's default), 0 of the numbers themselves.
    Ddof: int
    /// Added to the standard deviation; at least 0.
    Epsilon: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Deviation =
    /// Unbiased, + 1e-6, as the released Search-R1 and verl have it.
    let sample = { Ddof = 1; Epsilon = 1e-6 }

    /// Mean and standard deviation. With no more numbers than `Ddof` the deviation is 1.
    let moments deviation (rewards: float[]) =
        if rewards.Length = 0 then
            0.0, 1.0
        else
            let mean = Array.average rewards
            match rewards.Length - deviation.Ddof with
            | free when free < 1 -> mean, 1.0
            | free -> mean, sqrt((rewards |> Array.sumBy(fun r -> (r - mean) * (r - mean))) / float free)

    /// verl's constants for `Advantage.whiten`.
    let whitening = { Ddof = 1; Epsilon = 1e-8 }
