namespace Levee.Training.Records

open System
open System.Buffers
open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json
open Levee.Algorithms.Objectives
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
    let private relaxed = JsonWriterOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

    /// A JSON object as text, without the end of line, of the fields that `write` gives it.
    let format (write: Utf8JsonWriter -> unit) =
        let buffer = ArrayBufferWriter<byte>()
        use json = new Utf8JsonWriter(buffer, relaxed)
        json.WriteStartObject()
        write json
        json.WriteEndObject()
        json.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan

    /// Writes a number so that it reads back the same; one that is not finite becomes null.
    let writeNumber (json: Utf8JsonWriter) (name: string) value =
        if Double.IsFinite value then
            json.WriteNumber(name, value)
        else
            json.WriteNull name

    let private field (name: string) (line: JsonElement) =
        match line.TryGetProperty name with
        | true, value -> value
        | _ -> raise(FormatException $"the field \"{name}\" is missing")

    /// An integer field. Raises `FormatException` saying what is wrong, as do the others.
    let int32 name line =
        let value = field name line
        let mutable number = 0

        if value.ValueKind = JsonValueKind.Number && value.TryGetInt32 &number then
            number
        else
            raise(FormatException $"\"{name}\" is no integer")

    /// A field that holds text.
    let text name line =
        let value = field name line

        match value.ValueKind with
        | JsonValueKind.String -> nonNull(value.GetString())
        | _ -> raise(FormatException $"\"{name}\" is no text")

    /// A number; `None` for null, which stands for one that is not finite.
    let numberOf name (value: JsonElement) =
        match value.ValueKind with
        | JsonValueKind.Null -> None
        | JsonValueKind.Number ->
            match value.GetDouble() with
            | number when Double.IsFinite number -> Some number
            | _ -> raise(FormatException $"\"{name}\" is too large a number")
        | kind -> raise(FormatException $"\"{name}\" must be a number or null, not {kind}")

    /// A field that holds a number or null.
    let number name line = line |> field name |> numberOf name

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
