namespace Levee.CommandLine

open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Serialization

/// Results for programs.
[<RequireQualifiedAccess>]
module Json =
    let private options =
        JsonSerializerOptions(
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
        )

    /// A value as one line of JSON, without the fields that are null.
    let line value = JsonSerializer.Serialize(value, options)
