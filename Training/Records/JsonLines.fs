namespace Levee.Training.Records

open System
open System.IO
open System.Text
open System.Text.Json
open Microsoft.FSharp.Reflection
open Levee.Environments

/// The lines of a file, and how many were lost at its end.
type LineFile<'line> = {
    Lines: 'line list
    /// 1 where the last line was cut off, as when the process that wrote it was killed; else 0.
    Truncated: int
}

/// Text files of one JSON object a line.
[<RequireQualifiedAccess>]
module JsonLines =
    /// A line as JSON text, without the end of line.
    let format (line: 'line) = JsonSerializer.Serialize(line, Json.lines)

    let private isReadable (target: Type) (value: JsonElement) =
        try
            JsonSerializer.Deserialize(value, target, Json.lines) |> ignore
            true
        with :? JsonException ->
            false

    let private demand (target: Type) =
        if target = typeof<int> then "is no integer"
        elif target = typeof<string> then "is no text"
        else "must be a number or null"

    /// What keeps an object from being read as a record: a field that is missing, or does not fit.
    let private fault (target: Type) (line: JsonElement) =
        FSharpType.GetRecordFields(target, true)
        |> Seq.tryPick(fun field ->
            let name = JsonNamingPolicy.SnakeCaseLower.ConvertName field.Name
            match line.TryGetProperty name with
            | true, value when isReadable field.PropertyType value -> None
            | true, _ -> Some $"\"{name}\" {demand field.PropertyType}"
            | false, _ -> Some $"the field \"{name}\" is missing")

    /// The record, of integers, texts and optional numbers, that an object holds. Raises `FormatException` saying which field is missing or does not fit.
    let ofElement<'line> (line: JsonElement) : 'line =
        try
            match JsonSerializer.Deserialize(line, typeof<'line>, Json.lines) with
            | :? 'line as read -> read
            | _ -> raise(FormatException "the line is null")
        with :? JsonException as error ->
            raise(FormatException(fault typeof<'line> line |> Option.defaultValue error.Message, error))

    let private parseBytes (read: JsonElement -> 'line) (json: byte[]) =
        match JsonText.parse json with
        | Ok root when root.ValueKind = JsonValueKind.Object -> read root
        | Ok _ -> raise(FormatException "the line is no JSON object")
        | Error fault -> raise(FormatException $"the line cannot be read: {fault.Problem}")

    /// The result of `read` for the JSON object that a text holds. Raises `FormatException` saying what is wrong.
    let parse (read: JsonElement -> 'line) (json: string) = parseBytes read (Encoding.UTF8.GetBytes json)

    /// The result of `read` for a line of the file at `path`. Raises `InvalidDataException` naming file, line and remedy.
    let parseLine (path: string) (read: JsonElement -> 'line) (line: FileLine) =
        try
            parseBytes read line.Bytes
        with :? FormatException as error ->
            raise(InvalidDataException($"{path}:{line.Number}: {error.Message}. Remove or mend this line.", error))

    let private isTorn (line: FileLine) = not line.IsEnded && not(JsonText.isWhole line.Bytes)

    /// Reads a file of objects. A last line that was cut off (no end of line, and no whole JSON) is dropped and counted. Any other bad line raises
    /// `InvalidDataException` naming file, line and remedy. Empty lines are passed over.
    let read (read: JsonElement -> 'line) (path: string) =
        let torn, whole = FileLines.read path |> Seq.filter(fun line -> not line.IsBlank) |> List.ofSeq |> List.partition isTorn
        { Lines = whole |> List.map(parseLine path read); Truncated = torn.Length }

/// Appends lines to a file and hands each to the operating system at once, so that a kill loses no finished line. Safe to use from several
/// threads; at most one writer may have the file open. A line cut off at the end of an existing file is removed first.
type JsonLinesWriter<'line>(path: string, format: 'line -> string) =
    let gate = obj()
    let stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read)

    let mend () =
        let content = Array.zeroCreate<byte>(int stream.Length)
        stream.ReadExactly content
        let start = Array.LastIndexOf(content, byte '\n') + 1
        if start < content.Length then
            if JsonText.isWhole content[start..] then
                stream.WriteByte(byte '\n')
            else
                stream.SetLength(int64 start)
        stream.Seek(0L, SeekOrigin.End) |> ignore

    do mend()

    /// Appends one line.
    member _.Write(line: 'line) =
        let bytes = Encoding.UTF8.GetBytes(format line + "\n")
        lock gate (fun () ->
            stream.Write bytes
            stream.Flush())

    /// Waits until all lines so far are on the disk, where not even a power cut loses them.
    member _.Sync() = lock gate (fun () -> stream.Flush(flushToDisk = true))

    interface IDisposable with
        member _.Dispose() = lock gate stream.Dispose
