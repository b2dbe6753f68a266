namespace Levee.Environments

open System
open System.Collections.Generic
open System.IO
open System.Text.Json
open Levee

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
/// any other line that cannot be used is a `DatasetException` (`JsonText` says what JSON is), and so is a file without lines to use.
[<RequireQualifiedAccess>]
module Dataset =
    let private failAt path line problem remedy : 'a = raise(DatasetException(path, line, problem, remedy, null))

    let private parse path (line: FileLine) =
        match JsonText.parse line.Bytes with
        | Ok root when root.ValueKind = JsonValueKind.Object -> root
        | Ok _ -> failAt path line.Number "The line is no JSON object." "Write one JSON object a line."
        | Error fault -> failAt path line.Number $"The line cannot be read: {fault.Problem}." "Write one JSON object a line."

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

    // Each value with its line.
    let private readLines path (items: string) (read: int -> JsonElement -> 'a) =
        seq {
            if not(File.Exists path) then
                failAt path 0 "There is no such file." "Check the path."
            let seen = HashSet<string>()
            for line in FileLines.read path do
                if not line.IsBlank then
                    let root = parse path line
                    let id = identifier path line.Number root
                    if not(seen.Add id) then
                        failAt path line.Number $"The id \"{id}\" stands on an earlier line too." "Make every id unique."
                    yield struct (line.Number, read line.Number root)
            if seen.Count = 0 then
                failAt path 0 $"The file is empty: it has no {items}." "Check the path, or write one JSON object a line."
        }

    /// The documents of a corpus, lines of `{"id", "contents"}` with the title on the first line of `contents`.
    let readCorpus (path: string) : Document seq =
        readLines path "documents" (fun line root ->
            let contents = field path line "contents" root |> text path line "contents"
            let title, body =
                match contents.IndexOf '\n' with
                | -1 -> contents, ""
                | at -> contents[.. at - 1], contents[at + 1 ..]
            { Id = identifier path line root; Title = title.TrimEnd '\r'; Text = body })
        |> Seq.map(fun struct (_, document) -> document)

    let private goldenAnswers path line (root: JsonElement) =
        let answers = field path line "golden_answers" root
        if answers.ValueKind <> JsonValueKind.Array || answers.GetArrayLength() = 0 then
            failAt path line "The field \"golden_answers\" is no array, or empty." "Give at least one answer."
        [ for answer in answers.EnumerateArray() -> text path line "golden_answers" answer ]

    let private metadata (root: JsonElement) =
        match root.TryGetProperty "metadata" with
        | true, value when value.ValueKind <> JsonValueKind.Null -> value.GetRawText()
        | _ -> ""

    let private questionLines path =
        readLines path "questions" (fun line root ->
            let question = (field path line "question" root |> text path line "question").Trim()
            {
                Id = identifier path line root
                Text = if question.EndsWith '?' then question else question + "?"
                GoldenAnswers = goldenAnswers path line root
                Metadata = metadata root
            })

    /// The questions of a file, lines of `{"id", "question", "golden_answers"}` and perhaps `"metadata"`. A question that does
    /// not end in '?' gets one.
    let readQuestions (path: string) : Question seq = questionLines path |> Seq.map(fun struct (_, question) -> question)

    let private shownPlaces = 3

    let private voidAnswers (path: string) lines =
        let places = [
            for struct (line, question) in lines do
                for answer in question.GoldenAnswers do
                    if AnswerText.isVoid answer then
                        $"line {line} (\"{answer}\")"
        ]
        let first = places |> List.truncate shownPlaces |> String.concat ", "
        let more = if places.Length > shownPlaces then ", ..." else ""
        match places.Length with
        | 0 -> []
        | count -> [
            $"{path}: golden answers of nothing but articles and punctuation, which only the same answer matches: {count}; {first}{more}"
          ]

    /// All questions of a file, as `readQuestions` reads them, with notices for the user, each in one line: how many golden answers normalising leaves
    /// nothing of, and the first of them with their lines.
    let loadQuestions (path: string) : Question[] * string list =
        let lines = Array.ofSeq(questionLines path)
        lines |> Array.map(fun struct (_, question) -> question), voidAnswers path lines
