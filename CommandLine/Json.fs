namespace Levee.CommandLine

open System.Text.Encodings.Web
open System.Text.Json

/// Results for programs.
[<RequireQualifiedAccess>]
module Json =
    let private options = JsonSerializerOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

    /// A value as one line of JSON.
    let line value = JsonSerializer.Serialize(value, options)
