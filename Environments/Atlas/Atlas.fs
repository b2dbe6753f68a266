namespace Levee.Environments.Atlas

open System
open System.IO
open System.Text
open System.Text.Json
open System.Text.RegularExpressions
open Levee
open Levee.Environments

/// The small real world that experiments run on: facts about countries, documents that state them, questions of one and two hops.
type Atlas = {
    Documents: Document[]
    Train: Question[]
    Test: Question[]
    /// Answers to training questions, by the attribute asked for.
    Answers: Map<string, string[]>
    /// The words of a word-level tokenizer, special tokens first.
    Vocabulary: string[]
    /// Words that names are made of: of countries, and of all values that questions ask for or start from.
    NameWords: string[]
    /// Notices for the user about the questions, each in one line (`Dataset.loadQuestions`).
    Notices: string list
}

/// The facts that a demonstrator is told about a question besides its wording.
type AtlasHint = {
    Country: string
    /// The attribute that is asked for.
    Asked: string
    /// The attribute and value by which a question of two hops names its country; nothing for one hop.
    Key: (string * string) option
}

/// What documents state about a country and questions ask for.
[<RequireQualifiedAccess>]
type AtlasAttribute =
    | Capital
    | Currency
    | Language
    | Subregion
    | Demonym
    | Borders

    /// The word that documents, questions and queries use for it.
    member attribute.Word = (string attribute).ToLowerInvariant()

    /// All of them, in one order.
    static member All = [
        AtlasAttribute.Capital
        AtlasAttribute.Currency
        AtlasAttribute.Language
        AtlasAttribute.Subregion
        AtlasAttribute.Demonym
        AtlasAttribute.Borders
    ]

[<RequireQualifiedAccess>]
module Atlas =
    /// Tokens of their own wherever the protocol writes them; the vocabulary begins with these.
    let specialTokens = [
        "<pad>"
        "<unk>"
        "<eos>"
        "<think>"
        "</think>"
        "<search>"
        "</search>"
        "<information>"
        "</information>"
        "<answer>"
        "</answer>"
    ]

    /// A word as the vocabulary has it: one of ? : " ( ) alone, or what stands between them and white space.
    let wordPattern = """[?:"()]|[^\s?:"()]+"""

    let private word = Regex wordPattern

    /// The words of a text.
    let words text = [ for word in word.Matches text -> word.Value ]

    /// A text with each of its words put through a function.
    let mapWords (replace: string -> string) text = word.Replace(text, MatchEvaluator(_.Value >> replace))

    // Not names but what joins them, in documents and questions too.
    let private joints = set [ "("; ")"; "and"; "of"; "the"; "The" ]

    let private property (question: Question) (name: string) (metadata: JsonElement) =
        match metadata.TryGetProperty name with
        | true, value when value.ValueKind = JsonValueKind.String -> string(value.GetString())
        | _ ->
            let remedy = "Use the question files of Experiments/data, or write the field."
            raise(InvalidDataException $"Question {question.Id}: its metadata has no text \"{name}\". {remedy}")

    let private metadata (question: Question) =
        match JsonText.parse(Encoding.UTF8.GetBytes(if question.Metadata = "" then "{}" else question.Metadata)) with
        | Ok metadata when metadata.ValueKind = JsonValueKind.Object -> metadata
        | Ok metadata -> raise(InvalidDataException $"Question {question.Id}: its metadata is no JSON object but {metadata.ValueKind}.")
        | Error fault -> raise(InvalidDataException $"Question {question.Id}: its metadata cannot be read: {fault.Problem}.")

    /// The hint that a question's metadata hold. Raises `InvalidDataException` where they hold none.
    let hint (question: Question) =
        let metadata = metadata question
        let text name = property question name metadata
        {
            Country = text "country"
            Asked = text "asked"
            Key =
                match metadata.TryGetProperty "key" with
                | true, _ -> Some(text "key", text "value")
                | false, _ -> None
        }

    /// The files that the world is read from, in its folder.
    let files (folder: string) = [
        for name in [ "corpus.jsonl"; "train.jsonl"; "dev.jsonl"; "test.jsonl"; "vocabulary.txt" ] -> Path.Combine(folder, name)
    ]

    /// Reads the world from its folder, Experiments/data. `DatasetException` where a file is missing or cannot be used.
    let load (folder: string) =
        let path name = Path.Combine(folder, name)
        let documents = Dataset.readCorpus(path "corpus.jsonl") |> Array.ofSeq
        let train, aboutTrain = Dataset.loadQuestions(path "train.jsonl")
        let dev, aboutDev = Dataset.loadQuestions(path "dev.jsonl")
        let test, aboutTest = Dataset.loadQuestions(path "test.jsonl")
        let vocabulary = path "vocabulary.txt"
        if not(File.Exists vocabulary) then
            raise(DatasetException(vocabulary, 0, "There is no such file.", "Run `dotnet fsi Experiments/data/generate.fsx`.", null))
        {
            Documents = documents
            Train = train
            Test = test
            Answers =
                train
                |> Array.groupBy(hint >> _.Asked)
                |> Array.map(fun (asked, questions) -> asked, questions |> Array.collect(_.GoldenAnswers >> Array.ofList))
                |> Map.ofArray
            Vocabulary = File.ReadAllLines vocabulary
            NameWords =
                [|
                    for document in documents do
                        yield! words(document.Title.Trim '"')
                    for question in Seq.concat [ train; dev; test ] do
                        yield! question.GoldenAnswers |> Seq.collect words
                        yield! (hint question).Key |> Option.map(snd >> words) |> Option.defaultValue []
                |]
                |> Array.distinct
                |> Array.filter(joints.Contains >> not)
                |> Array.sortWith(fun a b -> String.CompareOrdinal(a, b))
            Notices = aboutTrain @ aboutDev @ aboutTest
        }
