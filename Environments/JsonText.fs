namespace Levee.Environments

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.Json
open System.Text.Unicode

/// A fault for which a text is not usable JSON: the line of the text, from 1, and what is wrong there, without a full stop.
type JsonFault = { Line: int; Problem: string }

/// JSON in UTF-8 as all readers of Levee's own files take it: RFC 8259, at most 64 levels deep, where every string is text (no half of a surrogate pair)
/// and no object gives a field twice.
[<RequireQualifiedAccess>]
module JsonText =
    let private fault (utf8: byte[]) (offset: int64) problem =
        let line = 1 + MemoryExtensions.Count(ReadOnlySpan(utf8, 0, int offset), byte '\n')
        Some { Line = line; Problem = problem }

    let private encodingFault (utf8: byte[]) =
        if Utf8.IsValid(ReadOnlySpan utf8) then
            None
        else
            let mutable sound = 0
            let mutable written = 0
            Utf8.ToUtf16(ReadOnlySpan utf8, Span(Array.zeroCreate<char> utf8.Length), &sound, &written, false) |> ignore
            fault utf8 sound "there are bytes that are no UTF-8; save the file as UTF-8"

    // Finds strings and fields that the grammar allows but no file can mean.
    let private stringFault (utf8: byte[]) =
        let mutable reader = Utf8JsonReader(ReadOnlySpan utf8)
        let objects = Stack<HashSet<string>>()
        let mutable found = None
        while found.IsNone && reader.Read() do
            let isName = reader.TokenType = JsonTokenType.PropertyName
            if reader.TokenType = JsonTokenType.StartObject then
                objects.Push(HashSet StringComparer.Ordinal)
            elif reader.TokenType = JsonTokenType.EndObject then
                objects.Pop() |> ignore
            elif isName || reader.TokenType = JsonTokenType.String && reader.ValueIsEscaped then
                try
                    let text = string(reader.GetString())
                    if isName && not(objects.Peek().Add text) then
                        found <- fault utf8 reader.TokenStartIndex $"the field \"{text}\" is given twice; remove one"
                with :? InvalidOperationException ->
                    found <-
                        fault
                            utf8
                            reader.TokenStartIndex
                            "a string holds half of a surrogate pair, which is no text; write the character whole"
        found

    let private grammarFault (error: JsonException) =
        let line = 1 + int(error.LineNumber.GetValueOrDefault())
        let column = 1L + error.BytePositionInLine.GetValueOrDefault()
        // The parser repeats the place, counted from 0, at the message's end.
        let problem = (error.Message.Split " LineNumber: ")[0]
        { Line = line; Problem = $"it is no JSON at byte {column}: {problem.TrimEnd '.'}" }

    /// The value that a text in UTF-8 holds, or what is wrong with it.
    let parse (utf8: byte[]) : Result<JsonElement, JsonFault> =
        try
            match encodingFault utf8 |> Option.orElseWith(fun () -> stringFault utf8) with
            | Some fault -> Error fault
            | None ->
                use document = JsonDocument.Parse(ReadOnlyMemory utf8)
                Ok(document.RootElement.Clone())
        with :? JsonException as error ->
            Error(grammarFault error)

    /// True when a text is JSON by its grammar, from its first byte to its last. A text that was cut off is not.
    let isWhole (utf8: byte[]) =
        try
            use _ = JsonDocument.Parse(ReadOnlyMemory utf8)
            true
        with :? JsonException ->
            false

    /// The object in a file. Raises `InvalidDataException` naming file, line and fault, and the remedy.
    let load (remedy: string) (path: string) =
        match parse(File.ReadAllBytes path) with
        | Ok root when root.ValueKind = JsonValueKind.Object -> root
        | Ok root -> raise(InvalidDataException $"{path}:1: a JSON object is expected, not {root.ValueKind}. {remedy}")
        | Error fault -> raise(InvalidDataException $"{path}:{fault.Line}: {fault.Problem}. {remedy}")

/// A line of a file.
type FileLine = {
    /// The number of the line, from 1.
    Number: int
    /// The bytes of the line, without its line feed.
    Bytes: byte[]
    /// True when a line feed ends the line. The last line of a file may lack it, as when its writer was killed.
    IsEnded: bool
} with

    /// True when the line holds nothing but JSON's white space.
    member this.IsBlank = this.Bytes |> Array.forall(fun letter -> letter = byte ' ' || letter = byte '\t' || letter = byte '\r')

[<RequireQualifiedAccess>]
module FileLines =
    let private byteOrderMark = [| 0xEFuy; 0xBBuy; 0xBFuy |]

    let private withoutMark number (bytes: byte[]) =
        if number = 1 && bytes.AsSpan().StartsWith(ReadOnlySpan byteOrderMark) then
            bytes[byteOrderMark.Length ..]
        else
            bytes

    /// The lines of a file, read as they are enumerated. UTF-8's byte order mark before the first is left out.
    let read (path: string) : FileLine seq =
        seq {
            use file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1)
            use pending = new MemoryStream()
            let buffer = Array.zeroCreate<byte> 65536
            let mutable number = 1
            let mutable count = file.Read(buffer, 0, buffer.Length)
            while count > 0 do
                let mutable start = 0
                while start < count do
                    let feed = Array.IndexOf(buffer, byte '\n', start, count - start)
                    let stop = if feed < 0 then count else feed
                    pending.Write(buffer, start, stop - start)
                    if feed >= 0 then
                        yield { Number = number; Bytes = withoutMark number (pending.ToArray()); IsEnded = true }
                        pending.SetLength 0L
                        number <- number + 1
                    start <- stop + 1
                count <- file.Read(buffer, 0, buffer.Length)
            if pending.Length > 0L then
                yield { Number = number; Bytes = withoutMark number (pending.ToArray()); IsEnded = false }
        }
