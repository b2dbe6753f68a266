namespace Levee.CommandLine

open Levee

/// Words that cannot be read as a command; the message says what would do. Exit code 2.
exception UsageError of message: string with
    override this.Message = this.message

/// Checks of what a user typed.
[<RequireQualifiedAccess>]
module Usage =
    /// Ends the command: what was typed makes no sense.
    let refuse message = raise(UsageError message)

    let private inRange isIn name (value: obj) range =
        if not isIn then
            refuse $"{name} {value} is out of range: give {range}."

    /// A count from 1.
    let positive name (value: int) =
        inRange (value >= 1) name value "1 or more"
        value

    /// A text that is not empty.
    let filled name (text: string) =
        if text = "" then
            refuse $"{name} is empty: give a text, or leave it out."
        text

    /// A share up to 1.
    let share name isEnough (value: float) =
        inRange (isEnough value && value <= 1.0) name value "a share up to 1"
        value

    /// A number of bytes, such as 2000000, 500MB or 2GB.
    let bytes name (text: string) =
        let units = [ "GB", 1e9; "MB", 1e6; "KB", 1e3; "B", 1.0; "", 1.0 ]
        let suffix, factor = units |> List.find(fun (suffix, _) -> text.EndsWith(suffix, System.StringComparison.OrdinalIgnoreCase))
        match System.Double.TryParse(text[.. text.Length - suffix.Length - 1], System.Globalization.CultureInfo.InvariantCulture) with
        | true, number when number * factor >= 1.0 && number * factor < 1e18 -> int64(number * factor)
        | _ -> refuse $"{name} {text} is no size: give bytes, such as 500MB or 2GB."

    /// The moment that chat templates may write as today's date.
    let date (text: string) =
        match Moment.tryParse text with
        | Some moment -> moment
        | None -> refuse $"--date {text} is no date: give one such as 2024-07-26, or 2024-07-26T18:30:00, in UTC."

    /// A sampling temperature.
    let temperature (value: float) =
        inRange (value >= 0.0 && System.Double.IsFinite value) "--temperature" value "0 (the likeliest token) or more"
        value
