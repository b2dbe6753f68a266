namespace Levee

/// Settings that are out of range or do not go together.
[<RequireQualifiedAccess>]
module Setting =
    /// Raises the one exception for them, an `ArgumentException` that names no parameter: .NET would write a parameter's name behind the message, which is
    /// made for the user as it stands and says which setting is wrong, and what would do.
    let refuse (message: string) : 'result = raise(System.ArgumentException message)

    /// Refuses with a message where a condition does not hold.
    let demand (holds: bool) (message: string) =
        if not holds then
            refuse message
