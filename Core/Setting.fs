namespace Levee

open System

/// Settings that are out of range or do not go together. One style for all: the message names the setting, its value, and what would do.
[<RequireQualifiedAccess>]
module Setting =
    /// Raises the one exception for them, an `ArgumentException` that names no parameter: .NET would write a parameter's name behind the message, which is
    /// made for the user as it stands.
    let refuse (message: string) : 'result = raise(ArgumentException message)

    /// Refuses with the message where the condition does not hold.
    let demand holds message =
        if not holds then
            refuse message

    /// Refuses a count below the least that is allowed.
    let atLeast (least: int) name (value: int) = demand (value >= least) $"{name} {value} is out of range: give {least} or more."

    /// Refuses a number that is not above 0, or not finite.
    let positive name (value: float) =
        demand (value > 0.0 && Double.IsFinite value) $"{name} {value} is out of range: give a number above 0."

    /// Refuses a number outside a range, both ends allowed; `meaning` says what the number is.
    let within (least: float) (most: float) meaning name (value: float) =
        demand (value >= least && value <= most) $"{name} {value} is out of range: it is {meaning}, from {least} to {most}."
