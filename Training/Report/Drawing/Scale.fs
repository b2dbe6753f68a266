namespace Levee.Training.Report.Drawing

open System
open Levee.Training.Studies

/// An axis: an interval, linear or logarithmic, that contains all that is drawn on it.
type Scale = {
    Low: float
    /// Above `Low`.
    High: float
    /// Needs `Low` above 0.
    Logarithmic: bool
}

/// Axes with round ticks. Pure; defined for every finite input.
[<RequireQualifiedAccess>]
module Scale =
    let private largest = 1e300

    let private bounded value = value |> max -largest |> min largest

    let private padded low high =
        // Less than this is the rounding of a constant.
        if high - low > 1e-9 * max (abs low) (abs high) then
            let margin = (high - low) * 0.04
            low - margin, high + margin
        else
            let margin = max (abs low * 0.1) 0.5
            low - margin, high + margin

    /// The values' interval with a little air; `floor`, where given, is in it, and nothing is drawn below it if no value lies below.
    let linear (floor: float option) (values: float seq) =
        let values = values |> Seq.filter Double.IsFinite |> Seq.map bounded |> Array.ofSeq
        let values = Array.append (Option.toArray floor) values
        if values.Length = 0 then
            { Low = 0.0; High = 1.0; Logarithmic = false }
        else
            let low, high = padded (Array.min values) (Array.max values)
            match floor with
            | Some floor when Array.min values >= floor -> { Low = floor; High = high; Logarithmic = false }
            | _ -> { Low = low; High = high; Logarithmic = false }

    /// A logarithmic interval where all values are positive and span more than a factor of ten, else a linear one from 0.
    let spanning (values: float seq) =
        let values = values |> Seq.filter Double.IsFinite |> Seq.map bounded |> Array.ofSeq
        if values.Length > 0 && Array.min values > 0.0 && log(Array.max values) - log(Array.min values) > log 10.0 then
            { Low = Array.min values / 1.15; High = Array.max values * 1.15; Logarithmic = true }
        else
            linear (Some 0.0) values

    /// The place of a value on the axis: 0 at `Low`, 1 at `High`; values outside are moved to the nearer end.
    let place (scale: Scale) (value: float) =
        let share =
            if scale.Logarithmic then
                (log(max value scale.Low) - log scale.Low) / (log scale.High - log scale.Low)
            else
                (bounded value - scale.Low) / (scale.High - scale.Low)
        share |> max 0.0 |> min 1.0

    let private roundStep atLeast (rough: float) =
        let power = 10.0 ** floor(log10 rough)
        let step = [ 1.0; 2.0; 5.0; 10.0 ] |> List.map((*) power) |> List.find(fun step -> step >= rough * 0.999)
        max atLeast step

    let private linearTicks atLeast count scale =
        let step = roundStep atLeast ((scale.High - scale.Low) / float count)
        let first = ceil(scale.Low / step - 1e-9)
        let last = floor(scale.High / step + 1e-9)
        // Beyond 2^53 neighbouring multiples are no longer distinct; such an axis needs no ticks.
        if abs first > 9e15 || abs last > 9e15 then
            []
        else
            [
                for multiple in 0 .. int(min (last - first) 100.0) do
                    let value = (first + float multiple) * step
                    value, Numbers.tick step value
            ]

    let private decadeTicks scale =
        let first, last = floor(log10 scale.Low), ceil(log10 scale.High)
        let every = max 1 (int(last - first) / 5)
        let factors = if last - first > 2.0 then [ 1.0 ] else [ 1.0; 2.0; 5.0 ]
        [
            for power in int first .. every .. int last do
                for factor in factors do
                    let value = factor * 10.0 ** float power
                    if value >= scale.Low && value <= scale.High then
                        value, Numbers.tick (min 1.0 value) value
        ]

    /// About `count` round values on the axis with their labels.
    let ticks (count: int) scale =
        if scale.Logarithmic then
            decadeTicks scale
        else
            linearTicks 0.0 count scale

    /// About `count` round integers on the axis with their labels.
    let integerTicks (count: int) scale = linearTicks 1.0 count scale
