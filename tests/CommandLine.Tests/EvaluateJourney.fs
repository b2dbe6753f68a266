module Levee.Tests.EvaluateJourney

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Levee
open Levee.Policies.Transformer
open Levee.CommandLine
open Levee.Tests.World
open Xunit

let private data = Path.Combine(Repository.root, "Experiments", "data")
let private warm = Path.Combine(data, "warm-start")

let private number (name: string) (output: string) = JsonDocument.Parse(output).RootElement.GetProperty(name).GetDouble()

[<Fact>]
let ``a policy that knows the task answers some questions and leaves its episodes as text`` () =
    use folder = new TemporaryFolder()
    let episodes = folder.File "episodes.txt"
    let words = [
        "evaluate"
        warm
        "--data"
        data
        "--questions"
        "24"
        "--batch"
        "10"
        "--output"
        episodes
        "--json"
    ]
    let output = succeeds words
    Assert.Equal(24.0, number "questions" output)
    Assert.InRange(number "exact_match" output, 0.2, 1.0)
    Assert.InRange(number "searches" output, 0.5, 4.0)
    let lines = File.ReadAllLines episodes |> Array.filter _.StartsWith("reward")
    Assert.Equal(24, lines.Length)
    let right = lines |> Array.filter _.StartsWith("reward 1") |> Array.length
    Assert.Equal(number "exact_match" output, float right / 24.0, 12)
    // Rows come and go, however many there are at a time; the episodes stand in the order of their questions.
    let text = File.ReadAllText episodes
    for batch in [ "24"; "1000"; "7" ] do
        Assert.Equal(output, succeeds(words |> List.map(fun word -> if word = "10" then batch else word)))
        Assert.Equal(text, File.ReadAllText episodes)

[<Fact>]
let ``questions and documents of one's own are searched and counted`` () =
    use folder = new TemporaryFolder()
    let questions =
        folder.Write(
            "q.jsonl",
            """{"id": "1", "question": "red", "golden_answers": ["blue"]}"""
            + "\n"
            + """{"id": "2", "question": "green", "golden_answers": ["red"]}"""
        )
    let corpus = folder.Write("c.jsonl", """{"id": "d", "contents": "red\nred is blue"}""")
    let index = folder.File "index.sqlite"
    let words = [
        "evaluate"
        policyIn folder
        "--questions-file"
        questions
        "--corpus"
        corpus
        "--index"
        index
        "--turns"
        "1"
        "--turn-tokens"
        "8"
    ]
    let output = succeeds words
    Assert.Matches(@"questions +2", output)
    Assert.Matches(@"exact match +\d\.\d{3} ± \d\.\d{3}", output)
    Assert.True(File.Exists index)
    Assert.Contains(
        "line 1: The field \"golden_answers\" is missing",
        fails 1 [
            "evaluate"
            policyIn folder
            "--corpus"
            corpus
            "--questions-file"
            folder.Write("bad.jsonl", """{"id": "1", "question": "red"}""")
        ]
    )

[<Fact>]
let ``empty files are refused by name, and what a user should know of the others is said`` () =
    use folder = new TemporaryFolder()
    let policy = policyIn folder
    let empty = folder.Write("empty.jsonl", "\n")
    let questions = folder.Write("q.jsonl", """{"id": "1", "question": "red", "golden_answers": ["The The"]}""")
    let corpus = folder.Write("c.jsonl", """{"id": "d", "contents": "東京\n東京は青い"}""")
    let words questions corpus = [
        "evaluate"
        policy
        "--questions-file"
        questions
        "--corpus"
        corpus
        "--turns"
        "1"
        "--turn-tokens"
        "4"
    ]
    Assert.Contains($"{empty}: The file is empty: it has no documents", fails 1 (words questions empty))
    Assert.Contains($"{empty}: The file is empty: it has no questions", fails 1 (words empty corpus))
    let code, _, errors = levee(words questions corpus)
    Assert.Equal(0, code)
    Assert.Contains($"note: {questions}: golden answers of nothing but articles and punctuation", errors)
    Assert.Contains("line 1 (\"The The\")", errors)
    Assert.Contains("single characters and pairs", errors)
    let code, _, errors = levee(words questions corpus @ [ "--analysis"; "words" ])
    Assert.Equal(0, code)
    Assert.Contains("analysis Words", errors)

[<Fact>]
let ``a split or a task that is not there is refused`` () =
    Assert.Contains("Give test, dev or train", fails 2 [ "evaluate"; warm; "--data"; data; "--split"; "tset" ])
    Assert.Contains("There is no task \"atlsa\"; there are: atlas", fails 2 [ "evaluate"; warm; "--data"; data; "--task"; "atlsa" ])

let private episode answer (golden: string list) : Trajectory = {
    Trajectory.empty with
        Question = { Id = ""; Text = "?"; GoldenAnswers = golden; Metadata = "" }
        Segments = [ Prompt [| 1 |]; Action([| 1; 2; 3 |], [| 0f; 0f; 0f |]) ]
        Answer = answer
        Searches = [
            { Turn = 0; Query = ""; Documents = []; Failure = Some "down" }
            { Turn = 1; Query = ""; Documents = []; Failure = None }
        ]
        InvalidActions = 1
}

[<Fact>]
let ``a score counts what happened`` () =
    let score =
        Score.ofTrajectories [|
            episode (Some "The Blue!") [ "blue" ]
            episode (Some "dark blue") [ "blue" ]
            episode None [ "blue" ]
            episode (Some "red") [ "blue" ]
        |]
    Assert.Equal(
        {
            Questions = 4
            ExactMatch = 0.25
            ExactMatchError = sqrt(0.25 * 0.75 / 4.0)
            SubstringMatch = 0.5
            Answered = 0.75
            Searches = 2.0
            FailedSearches = 1.0
            InvalidActions = 1.0
            Tokens = 3.0
            Date = None
        },
        score
    )

/// A template that writes other words on other days.
let private dated =
    "{% set day = strftime_now('%d')|int %}{{ 'red' if day % 2 else 'blue' }} {{ 'green' if day > 15 else '?' }} {{ messages[0].content }} {{ day }}"

/// A policy that reads dated prompts, and the words that ask it.
let private asking (folder: TemporaryFolder) =
    use policy = policy()
    let config = policy.Files.TokenizerConfig.With(Interop.HuggingFace.ChatTemplates.Of dated)
    let path = folder.File "dated"
    Policy.save path { policy with Files = { policy.Files with TokenizerConfig = config } }
    let questions = folder.Write("q.jsonl", """{"id": "1", "question": "red", "golden_answers": ["blue"]}""")
    let corpus = folder.Write("c.jsonl", """{"id": "d", "contents": "red\nred is blue"}""")
    [
        "evaluate"
        path
        "--questions-file"
        questions
        "--corpus"
        corpus
        "--turns"
        "1"
        "--turn-tokens"
        "8"
        "--json"
    ]

let private dateOf (output: string) = JsonDocument.Parse(output).RootElement.GetProperty("date").GetString()

[<Fact>]
let ``a date decides what a template writes, and the score says which it was`` () =
    use folder = new TemporaryFolder()
    let words = asking folder
    let episodes date =
        let output = succeeds(words @ [ "--date"; date; "--output"; folder.File "e.txt" ])
        dateOf output, File.ReadAllText(folder.File "e.txt")
    let first = episodes "2024-07-26"
    Assert.Equal("2024-07-26T00:00:00Z", fst first)
    Assert.Equal(first, episodes "2024-07-26")
    Assert.NotEqual<string>(snd first, snd(episodes "2024-07-09"))
    Assert.Equal(snd first, snd(episodes "2024-07-26T23:59:59Z"))
    Assert.Contains("--date 26.7.2024 is no date: give one such as 2024-07-26", fails 2 (words @ [ "--date"; "26.7.2024" ]))

[<Fact>]
let ``a score of prompts without a date tells none`` () =
    use folder = new TemporaryFolder()
    let words = asking folder |> List.map(fun word -> if word = folder.File "dated" then policyIn folder else word)
    Assert.False(JsonDocument.Parse(succeeds words).RootElement.TryGetProperty "date" |> fst)

[<Fact>]
let ``prompts do not follow the machine's time zone`` () =
    use folder = new TemporaryFolder()
    let words = asking folder
    let inZone (zone: string) =
        let file = folder.File(zone.Replace("/", "-"))
        let info =
            ProcessStartInfo("dotnet", typeof<Command>.Assembly.Location :: words @ [ "--output"; file ], RedirectStandardOutput = true)
        info.Environment["TZ"] <- zone
        match Process.Start info with
        | null -> failwith "dotnet did not start"
        | started ->
            use child = started
            let output = child.StandardOutput.ReadToEnd()
            child.WaitForExit()
            Assert.Equal(0, child.ExitCode)
            dateOf output, File.ReadAllText file
    // A day apart by their clocks.
    let eastDate, east = inZone "Pacific/Kiritimati"
    let westDate, west = inZone "Pacific/Niue"
    if DateTime.Parse(nonNull eastDate).Day = DateTime.Parse(nonNull westDate).Day then
        Assert.Equal(east, west)
    Assert.InRange(DateTime.UtcNow - DateTime.Parse(nonNull westDate).ToUniversalTime(), TimeSpan.Zero, TimeSpan.FromMinutes 5.0)
