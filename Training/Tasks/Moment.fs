namespace Levee.Training.Tasks

open System
open System.Globalization

/// The moment that chat templates may write as today's date: in UTC whatever the machine's time zone, to the second.
[<RequireQualifiedAccess>]
module Moment =
    let private formats = [|
        "yyyy-MM-dd"
        for separator in [ "'T'"; " " ] do
            for time in [ "HH:mm"; "HH:mm:ss"; "HH:mm:ss.FFFFFFF" ] do
                $"yyyy-MM-dd{separator}{time}K"
    |]

    /// A time as a moment. One that does not say its zone is in UTC.
    let ofTime (time: DateTime) =
        let utc =
            match time.Kind with
            | DateTimeKind.Local -> time.ToUniversalTime()
            | _ -> DateTime.SpecifyKind(time, DateTimeKind.Utc)
        utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond))

    /// The moment of the call.
    let now () = ofTime DateTime.UtcNow

    /// The moment that an ISO date ("2024-07-26", midnight) or date and time ("2024-07-26T18:30", "2024-07-26T18:30:00+02:00") names, in UTC where
    /// the text names no offset; none of another text.
    let tryParse (text: string) =
        let style = DateTimeStyles.AssumeUniversal ||| DateTimeStyles.AdjustToUniversal
        match DateTime.TryParseExact(text.Trim(), formats, CultureInfo.InvariantCulture, style) with
        | true, time -> Some(ofTime time)
        | _ -> None

    /// A moment as text that `tryParse` reads: "2024-07-26T18:30:00Z".
    let text (moment: DateTime) = (ofTime moment).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
