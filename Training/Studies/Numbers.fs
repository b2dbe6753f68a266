namespace Levee.Training.Studies

open System
open System.Globalization

/// Numbers as a report writes them.
[<RequireQualifiedAccess>]
module internal Numbers =
    let private invariant = CultureInfo.InvariantCulture

    /// The sign that stands for a number that was not measured.
    let missing = "\u2013"

    let private minus (text: string) = text.Replace('-', '\u2212')

    /// Short enough for a table's cell: two decimals, fewer for hundreds, powers of ten beyond.
    let short (value: float) =
        let size = abs value
        if not(Double.IsFinite value) then missing
        elif size < 99.995 then value.ToString("0.00", invariant)
        elif size < 99999.5 then value.ToString("0", invariant)
        else value.ToString("0.0e0", invariant)
        |> minus

    /// A number as `short` writes it, always with its sign.
    let signed (value: float) = if value > 0.0 then "+" + short value else short value

    /// A whole number of things, or its mean.
    let count (value: float) = value.ToString("0.##", invariant) |> minus

    /// A p-value.
    let probability (value: float) =
        if value < 0.0001 then
            "< 0.0001"
        else
            "= " + value.ToString("0.####", invariant)

    /// Seconds as a clock shows them: `m:ss` or `h:mm:ss`.
    let duration (seconds: float) =
        if not(Double.IsFinite seconds) || seconds < 0.0 || seconds > 1e8 then
            missing
        else
            let time = TimeSpan.FromSeconds(round seconds)
            if time.TotalHours >= 1.0 then
                String.Format(invariant, "{0}:{1:00}:{2:00}", int time.TotalHours, time.Minutes, time.Seconds)
            else
                String.Format(invariant, "{0}:{1:00}", time.Minutes, time.Seconds)

    /// A label of an axis whose ticks are `step` apart.
    let tick (step: float) (value: float) =
        let value = if abs value < step * 1e-6 then 0.0 else value
        if value = 0.0 && step < 1e-4 then
            "0"
        elif abs value >= 1e5 || (value <> 0.0 && step < 1e-4) then
            value.ToString("0.##e0", invariant) |> minus
        else
            let decimals = max 0 (int(-(floor(log10 step + 1e-9))))
            value.ToString("F" + string decimals, invariant) |> minus
