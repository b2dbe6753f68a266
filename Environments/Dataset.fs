namespace Levee.Environments

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.Json
open Levee
open Levee.Algorithms.Objectives

/// A document of a corpus.
type Document = {
    Id: string
    /// The first line of the file's `contents`, as it stands there (Search-R1's corpora put it in double quotes).
    Title: string
    /// The other lines.
    Text: string
}

/// A data file that cannot be used. The message names file, line and remedy.
type DatasetException(path: string, line: int, problem: string, remedy: string, cause: exn | null) =
    inherit
        Exception(
            (if line > 0 then
                 $"{path}, line {line}: {problem} {remedy}"
             else
                 $"{path}: {problem} {remedy}"),
            cause
        )

    /// The file.
    member _.Path = path

    /// The line, from 1; 0 where the file as a whole is meant.
    member _.Line = line

/// Search-R1's corpora and FlashRAG's question files: JSON lines in UTF-8, read as they are enumerated. Blank lines are skipped;
/// any other line that cannot be used is a `DatasetException`.
[<RequireQualifiedAccess>]
module Dataset =
    let private failAt path line problem remedy : 'a = raise(DatasetException(path, line, problem, remedy, null))

    let private nextLine path line (reader: StreamReader) =
        try
            Option.ofObj(reader.ReadLine())
        with :? DecoderFallbackException as cause ->
            raise(DatasetException(path, line, "Bytes that are no UTF-8 at or after this line.", "Save the file as UTF-8.", cause))

    let private parse path line (text: string) =
        try
            use document = JsonDocument.Parse(text)
            let root = document.RootElement.Clone()

            if root.ValueKind = JsonValueKind.Object then
                root
            else
                failAt path line "The line is no JSON object." "Write one JSON object a line."
        with :? JsonException as cause ->
            let problem = $"The line is no JSON: {cause.Message}"
            raise(DatasetException(path, line, problem, "Write one JSON object a line.", cause))

    let private field path line (name: string) (root: JsonElement) =
        match root.TryGetProperty name with
        | true, value -> value
        | false, _ -> failAt path line $"The field \"{name}\" is missing." "Add it to the object."

    let private text path line (name: string) (value: JsonElement) =
        match
            value.ValueKind,
            (if value.ValueKind = JsonValueKind.String then
                 value.GetString()
             else
                 null)
        with
        | JsonValueKind.String, NonNull content when not(String.IsNullOrWhiteSpace content) -> content
        | _ -> failAt path line $"The field \"{name}\" is no text, or empty." "Give it a string that is not blank."

    let private identifier path line (root: JsonElement) =
        let value = field path line "id" root

        if value.ValueKind = JsonValueKind.Number then
            value.GetRawText()
        else
            text path line "id" value

    let private readLines path (read: int -> JsonElement -> 'a) =
        seq {
            if not(File.Exists path) then
                failAt path 0 "There is no such file." "Check the path."

            let seen = HashSet<string>()
            use reader = new StreamReader(path, UTF8Encoding(false, true))
            let mutable line = 1
            let mutable content = nextLine path line reader

            while content.IsSome do
                if not(String.IsNullOrWhiteSpace content.Value) then
                    let root = parse path line content.Value
                    let id = identifier path line root

                    if not(seen.Add id) then
                        failAt path line $"The id \"{id}\" stands on an earlier line too." "Make every id unique."

                    yield read line root

                line <- line + 1
                content <- nextLine path line reader
        }

    /// The documents of a corpus, lines of `{"id", "contents"}` with the title on the first line of `contents`.
    let readCorpus (path: string) : Document seq =
        readLines path (fun line root ->
            let contents = field path line "contents" root |> text path line "contents"

            let title, body =
                match contents.IndexOf '\n' with
                | -1 -> contents, ""
                | at -> contents[.. at - 1], contents[at + 1 ..]

            { Id = identifier path line root; Title = title.TrimEnd '\r'; Text = body })

    let private goldenAnswers path line (root: JsonElement) =
        let answers = field path line "golden_answers" root

        if answers.ValueKind <> JsonValueKind.Array || answers.GetArrayLength() = 0 then
            failAt path line "The field \"golden_answers\" is no array, or empty." "Give at least one answer."

        [ for answer in answers.EnumerateArray() -> text path line "golden_answers" answer ]

    let private metadata (root: JsonElement) =
        match root.TryGetProperty "metadata" with
        | true, value when value.ValueKind <> JsonValueKind.Null -> value.GetRawText()
        | _ -> ""

    /// The questions of a file, lines of `{"id", "question", "golden_answers"}` and perhaps `"metadata"`. A question that does
    /// not end in '?' gets one.
    let readQuestions (path: string) : Question seq =
        readLines path (fun line root ->
            let question = (field path line "question" root |> text path line "question").Trim()

            {
                Id = identifier path line root
                Text = if question.EndsWith '?' then question else question + "?"
                GoldenAnswers = goldenAnswers path line root
                Metadata = metadata root
            })
