// Writes Atlas: a corpus of facts about countries, questions of one and two hops over it, and the words that both are made of.
//
//     dotnet fsi Experiments/data/generate.fsx        (needs npm and the network, once; the files it writes are committed)
//
// The same source version gives the same bytes: whatever looks random is an order by SHA-256 of an identifier. The framework has to be built:
// `dotnet fsi build.fsx build`.
#load "../levee.fsx"
#r "FSharp.SystemTextJson.dll"

open System
open System.Diagnostics
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.Json.Nodes
open System.Text.Json.Serialization
open Levee
open Levee.Interop.HuggingFace

let sourcePackage = "world-countries"
let sourceVersion = "5.1.0"

let devShare = 0.08
let testShare = 0.12

/// Longer lists are left out whole: a document states all values of its attribute or does not exist.
let longestList = 4

// ---------------------------------------------------------------------------------------------------------------- source

let run (folder: string) (program: string) (arguments: string list) =
    use proc = Process.Start(ProcessStartInfo(program, arguments, WorkingDirectory = folder, RedirectStandardOutput = true))
    proc.StandardOutput.ReadToEnd() |> ignore
    proc.WaitForExit()
    if proc.ExitCode <> 0 then
        failwithf "`%s %s` ended with code %d." program (String.concat " " arguments) proc.ExitCode

/// countries.json out of the npm package, downloaded into a temporary folder that is removed again.
let countriesJson () =
    let folder = Directory.CreateTempSubdirectory("atlas-").FullName
    try
        run folder "npm" [ "install"; $"{sourcePackage}@{sourceVersion}"; "--no-save"; "--silent" ]
        File.ReadAllText(Path.Combine(folder, "node_modules", sourcePackage, "countries.json"))
    finally
        Directory.Delete(folder, recursive = true)

// ----------------------------------------------------------------------------------------------------------------- facts

type Attribute = AtlasAttribute

type Country = { Code: string; Name: string; Facts: Map<Attribute, string list> }

type Split =
    | Train
    | Dev
    | Test

/// A value that a policy can write word by word and still match: not empty, one name only, the same after splitting and joining.
let answerable (value: string) =
    let form = AnswerText.normalise value
    form <> ""
    && form = AnswerText.normalise(String.concat " " (Atlas.words value))
    && not(value.Contains ',')
    && not(value.Contains " or ")

let private strings (node: JsonNode | null) =
    match node with
    | :? JsonArray as values -> [ for value in values -> string value ]
    | :? JsonObject as values -> [
        for KeyValue(_, value) in values ->
            match value with
            | :? JsonObject as record -> string record["name"]
            | value -> string value
      ]
    | :? JsonValue as value -> [ string value ]
    | _ -> []

let readCountries (json: string) =
    let nodes = (JsonNode.Parse json).AsArray() |> Seq.map _.AsObject() |> List.ofSeq
    let nameOf (node: JsonObject) = string node["name"].["common"]
    let nameOfCode = Map [ for node in nodes -> string node["cca3"], nameOf node ]
    [
        for node in nodes do
            let values attribute =
                match attribute with
                | Attribute.Capital -> strings node["capital"]
                | Attribute.Currency -> strings node["currencies"]
                | Attribute.Language -> strings node["languages"]
                | Attribute.Subregion -> strings node["subregion"]
                | Attribute.Demonym -> strings node["demonyms"].["eng"].["m"]
                | Attribute.Borders -> strings node["borders"] |> List.map(fun code -> nameOfCode[code])
            let facts = [
                for attribute in Attribute.All do
                    let values = values attribute |> List.distinct
                    if not values.IsEmpty && values.Length <= longestList && List.forall answerable values then
                        attribute, values
            ]
            if answerable(nameOf node) && not facts.IsEmpty then
                { Code = string node["cca3"]; Name = nameOf node; Facts = Map facts }
    ]
    |> List.sortBy _.Code

// ------------------------------------------------------------------------------------------------------------- documents

/// A number that depends on the text alone, for orders and choices that look random and are not.
let hash (text: string) = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes text).AsSpan(0, 4))

let phrasings attribute country value =
    match attribute with
    | Attribute.Capital -> [
        $"The capital of {country} is {value}"
        $"{value} is the capital of {country}"
        $"{country} has the capital {value}"
      ]
    | Attribute.Currency -> [
        $"The currency of {country} is {value}"
        $"{country} uses the currency {value}"
        $"People in {country} pay with the currency {value}"
      ]
    | Attribute.Language -> [
        $"A language of {country} is {value}"
        $"{country} has the official language {value}"
        $"People in {country} speak the language {value}"
      ]
    | Attribute.Subregion -> [ $"The subregion of {country} is {value}"; $"{country} lies in the subregion {value}" ]
    | Attribute.Demonym -> [ $"The demonym of {country} is {value}"; $"People from {country} have the demonym {value}" ]
    | Attribute.Borders -> [ $"{country} borders {value}"; $"On land {country} borders {value}" ]

let documentId (country: Country) (attribute: Attribute) = $"{country.Code}/{attribute.Word}"

let documentText (country: Country) (attribute: Attribute) =
    let joint = if attribute = Attribute.Language then " or " else " and "
    let choices = phrasings attribute country.Name (String.concat joint country.Facts[attribute])
    choices[int(hash(documentId country attribute) % uint32 choices.Length)]

// ------------------------------------------------------------------------------------------------------------- questions

type Question = {
    Id: string
    Text: string
    Answers: string list
    Country: Country
    /// The attribute and value by which a two-hop question names its country.
    Key: (Attribute * string) option
    Asked: Attribute
    Support: string list
}

let ask asked who =
    match asked with
    | Attribute.Borders -> $"What country borders {who}?"
    | Attribute.Language -> $"What is a language of {who}?"
    | _ -> $"What is the {asked.Word} of {who}?"

/// All questions about one country. `isUnique attribute value`: no other country has this value, so it may stand for the country.
let questionsAbout isUnique (country: Country) = [
    for KeyValue(asked, answers) in country.Facts do
        let questionOf key (id: string) who support = {
            Id = id
            Text = ask asked who
            Answers = answers
            Country = country
            Key = key
            Asked = asked
            Support = support
        }
        questionOf None (documentId country asked) country.Name [ documentId country asked ]
        for key in [ Attribute.Capital; Attribute.Demonym ] do
            match Map.tryFind key country.Facts with
            | Some [ value ] when key <> asked && AnswerText.normalise value <> AnswerText.normalise country.Name && isUnique key value ->
                questionOf (Some(key, value)) $"{country.Code}/{key.Word}/{asked.Word}" $"the country whose {key.Word} is {value}" [
                    documentId country key
                    documentId country asked
                ]
            | _ -> ()
]

/// A question that does not hold its own answer.
let isOpen (question: Question) =
    let text = $" {AnswerText.normalise question.Text} "
    not(question.Answers |> List.exists(fun answer -> text.Contains $" {AnswerText.normalise answer} "))

let splitOf (countries: Country list) =
    let ordered = countries |> List.sortBy(fun country -> hash $"split/{country.Code}")
    let count share = int(Math.Round(share * float ordered.Length))
    let test, rest = List.splitAt (count testShare) ordered
    let dev, train = List.splitAt (count devShare) rest
    Map [
        for split, members in [ Train, train; Dev, dev; Test, test ] do
            for country in members -> country.Name, split
    ]

/// Neighbours are countries too: a training question may not have one of another split as its answer.
let keepsSplit (split: Map<string, Split>) (question: Question) =
    split[question.Country.Name] <> Train
    || question.Asked <> Attribute.Borders
    || question.Answers |> List.forall(fun answer -> Map.tryFind answer split = Some Train)

// ---------------------------------------------------------------------------------------------------------------- output

type DocumentLine = { Id: string; Contents: string }

type Metadata = {
    Hops: int
    Country: string
    Key: Skippable<string>
    Value: Skippable<string>
    Asked: string
    Support: string list
}

type QuestionLine = { Id: string; Question: string; GoldenAnswers: string list; Metadata: Metadata }

let documentLine country attribute =
    let line: DocumentLine = {
        Id = documentId country attribute
        Contents = $"\"{country.Name}\"\n{documentText country attribute}"
    }
    JsonLines.format line

let questionLine (question: Question) =
    let line: QuestionLine = {
        Id = question.Id
        Question = question.Text
        GoldenAnswers = question.Answers
        Metadata = {
            Hops = if question.Key.IsSome then 2 else 1
            Country = question.Country.Name
            Key = question.Key |> Option.map(fun (attribute, _) -> attribute.Word) |> Skippable.ofOption
            Value = question.Key |> Option.map snd |> Skippable.ofOption
            Asked = question.Asked.Word
            Support = question.Support
        }
    }
    JsonLines.format line

/// Words that demonstrations, feedback and prompts use beside those of corpus and questions.
let protocolWords =
    Atlas.words
        """ Question: Doc 1(Title: ) 2 3 4 5 "
        I need to find first search for now know so it then let me look up from the results that answer again hmm maybe not sure about this think
        country of whose is a which
        My previous action was invalid. I should search or answer again. """

let write (name: string) (lines: string seq) =
    let path = Path.Combine(__SOURCE_DIRECTORY__, name)
    AtomicFile.WriteText(path, String.concat "\n" lines + "\n")
    printfn "%-16s %6d lines %8d bytes" name (Seq.length lines) (FileInfo path).Length

let countries = readCountries(countriesJson())
let split = splitOf countries

let isUnique =
    let holders =
        countries
        |> List.collect(fun country -> [
            for KeyValue(attribute, values) in country.Facts do
                for value in values -> (attribute, AnswerText.normalise value)
        ])
        |> List.countBy id
        |> Map.ofList
    fun attribute value -> holders[attribute, AnswerText.normalise value] = 1

let questions =
    countries
    |> List.collect(questionsAbout isUnique)
    |> List.filter(fun question -> isOpen question && keepsSplit split question)
    |> List.sortBy(fun question -> hash $"order/{question.Id}", question.Id)

let documents = [
    for country in countries do
        for KeyValue(attribute, _) in country.Facts -> country, attribute
]

let vocabulary =
    [
        for country, attribute in documents do
            country.Name
            documentText country attribute
        for question in questions do
            question.Text
            yield! question.Answers
    ]
    |> List.collect Atlas.words
    |> List.append protocolWords
    |> List.distinct
    |> List.sortWith(fun a b -> String.CompareOrdinal(a, b))

write "corpus.jsonl" [ for country, attribute in documents -> documentLine country attribute ]

for part, name in [ Train, "train.jsonl"; Dev, "dev.jsonl"; Test, "test.jsonl" ] do
    let inPart = questions |> List.filter(fun question -> split[question.Country.Name] = part)
    write name (List.map questionLine inPart)
    let twoHop = inPart |> List.filter _.Key.IsSome |> List.length
    let subjects = inPart |> List.distinctBy _.Country.Code |> List.length
    printfn "%16s %d countries, %d questions of one hop, %d of two" "" subjects (inPart.Length - twoHop) twoHop

write "vocabulary.txt" (Atlas.specialTokens @ vocabulary)
