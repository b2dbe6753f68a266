namespace Levee.Training.Records

open System
open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Serialization

/// Numbers in a file of measurements: one that is not finite is written as null, and none that is too large for a float is read.
type private FiniteConverter() =
    inherit JsonConverter<float>()

    override _.Read(reader, _, _) =
        match reader.GetDouble() with
        | number when Double.IsFinite number -> number
        | _ -> raise(JsonException "the number is too large")

    override _.Write(writer, number, _) =
        if Double.IsFinite number then
            writer.WriteNumberValue number
        else
            writer.WriteNullValue()

/// How values become JSON and are read back: one set of options, and what each kind of file changes of it.
///
/// Records are objects with fields in camelCase, an option is its value or null, a union is the name of its case, or an object of that name where the case has
/// fields, and a `Skippable` field that is `Skip` is left out. Characters stand as themselves, and a number is written so that it reads back the same.
[<RequireQualifiedAccess>]
module Json =
    let private unions =
        JsonUnionEncoding.ExternalTag ||| JsonUnionEncoding.NamedFields ||| JsonUnionEncoding.UnwrapFieldlessTags

    let private make (unions: JsonUnionEncoding) change =
        let options =
            JsonSerializerOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase)
        options.Converters.Add(JsonFSharpConverter unions)
        change options
        options

    let private unwrapping = make(unions ||| JsonUnionEncoding.UnwrapOption)

    /// For values on one line.
    let options = unwrapping ignore

    /// For `config.json`: indented, and with options as unions, as every such file has had them.
    let configuration = make unions (fun options -> options.WriteIndented <- true)

    /// For `state.json`: indented, with fields as the record names them, as every such file has had them, and all numbers, also those that JSON cannot write.
    let state =
        unwrapping(fun options ->
            options.WriteIndented <- true
            options.PropertyNamingPolicy <- null
            options.NumberHandling <- JsonNumberHandling.AllowNamedFloatingPointLiterals)

    /// For lines of measurements: fields in snake_case, numbers that are not finite as null.
    let lines =
        unwrapping(fun options ->
            options.PropertyNamingPolicy <- JsonNamingPolicy.SnakeCaseLower
            options.Converters.Insert(0, FiniteConverter()))

    /// A result for programs, on one line.
    let line result = JsonSerializer.Serialize(result, options)
