namespace Levee.CommandLine

open System.Collections.Generic
open System.IO
open System.Threading
open Argu
open Levee
open Levee.Policies.Transformer

/// The words that name a corpus's analysis.
[<RequireQualifiedAccess>]
type AnalysisKind =
    | Words
    | Pairs

/// The words of `levee evaluate`.
[<RequireQualifiedAccess>]
type EvaluateOption =
    | [<MainCommand>] Model of folder: string list
    | [<Unique>] Questions of count: int
    | [<Unique>] Task of name: string
    | [<Unique>] Split of name: string
    | [<Unique>] Data of folder: string
    | [<Unique>] Questions_File of file: string
    | [<Unique>] Corpus of file: string
    | [<Unique>] Index of file: string
    | [<Unique>] Analysis of AnalysisKind
    | [<Unique>] Documents of count: int
    | [<Unique>] Turns of count: int
    | [<Unique>] Turn_Tokens of count: int
    | [<Unique>] Temperature of number: float
    | [<Unique>] Seed of number: int
    | [<Unique>] Date of text: string
    | [<Unique>] Batch of count: int
    | [<Unique>] Adapter of folder: string
    | [<Unique>] Dtype of WeightType
    | [<Unique>] Device of name: string
    | [<Unique>] Output of file: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Model _ -> "the policy's folder."
            | Questions _ -> "ask so many questions at most (default: all)."
            | Task _ -> "a ready-made task: atlas for policies of whole words, atlas-text for language models (default: atlas)."
            | Split _ -> "which of the task's questions: test, dev or train (default: test)."
            | Data _ -> "the folder of the task's data (default: Experiments/data, here or in a folder above)."
            | Questions_File _ -> "questions of your own instead of a task's: JSON lines with id, question and golden_answers."
            | Corpus _ -> "what is searched for them: JSON lines with id and contents, the title in the first line."
            | Index _ -> "keep the corpus's index in this file, for a large corpus (default: in memory)."
            | Analysis _ ->
                "with --questions-file: find words, or also pairs of characters in scripts without blanks (default: what suits the corpus)."
            | Documents _ -> "with --questions-file: documents shown for a search (default: 3)."
            | Turns _ -> "with --questions-file: turns that may search, before a last one to answer (default: 3)."
            | Turn_Tokens _ -> "with --questions-file: tokens a turn at most (default: 500)."
            | Temperature _ -> "draw at this temperature (default: 0, the likeliest token)."
            | Seed _ -> "what the draws depend on (default: 0)."
            | Date _ -> "the date, or date and time, in UTC that a chat template may write (default: now)."
            | Batch _ -> "questions answered at a time; when one is answered, the next takes its place (default: 64)."
            | Adapter _ -> "an adapter of the policy, in PEFT's layout, to write with."
            | Dtype _ -> "the type of the weights (default: float32)."
            | Device _ -> "where to compute: cpu, cuda or cuda:N (default: cpu)."
            | Output _ -> "write every episode to this file, as readable text."
            | Json -> "write the score as one JSON object."

[<RequireQualifiedAccess>]
module Evaluate =
    type private Options = ParseResults<EvaluateOption>

    let private ofFiles (options: Options) questions corpus =
        let count name value = Option.defaultValue value >> Usage.positive name
        OfFiles(
            questions,
            corpus,
            options.TryGetResult EvaluateOption.Index,
            options.TryGetResult EvaluateOption.Analysis
            |> Option.map(function
                | AnalysisKind.Words -> TextAnalysis.Words
                | AnalysisKind.Pairs -> TextAnalysis.Pairs),
            {
                SearchOptions.defaults with
                    TopK = options.TryGetResult EvaluateOption.Documents |> count "--documents" SearchOptions.defaults.TopK
            },
            {
                RolloutOptions.defaults with
                    MaxTurns = options.TryGetResult EvaluateOption.Turns |> count "--turns" RolloutOptions.defaults.MaxTurns
                    TurnTokens = options.TryGetResult EvaluateOption.Turn_Tokens |> count "--turn-tokens" RolloutOptions.defaults.TurnTokens
            }
        )

    let private exclude (reason: string) (given: (string * bool) list) =
        for name, isGiven in given do
            if isGiven then
                Usage.refuse $"{name} belongs to {reason}"

    let private source (options: Options) =
        match options.TryGetResult EvaluateOption.Questions_File, options.TryGetResult EvaluateOption.Corpus with
        | Some questions, Some corpus ->
            exclude "a task, not to --questions-file: leave one out." [
                "--task", options.Contains EvaluateOption.Task
                "--split", options.Contains EvaluateOption.Split
                "--data", options.Contains EvaluateOption.Data
            ]
            ofFiles options questions corpus
        | Some _, None -> Usage.refuse "--questions-file needs --corpus too: what is to be searched."
        | None, Some _ -> Usage.refuse "--corpus needs --questions-file too: what is to be asked."
        | None, None ->
            exclude "--questions-file: a task brings its own." [
                "--index", options.Contains EvaluateOption.Index
                "--analysis", options.Contains EvaluateOption.Analysis
                "--documents", options.Contains EvaluateOption.Documents
                "--turns", options.Contains EvaluateOption.Turns
                "--turn-tokens", options.Contains EvaluateOption.Turn_Tokens
            ]
            OfTask(
                options.GetResult(EvaluateOption.Task, "atlas"),
                options.GetResult(EvaluateOption.Split, "test"),
                options.TryGetResult EvaluateOption.Data
            )

    /// Writes episodes as text in the order of their questions, each as soon as those before it are there.
    let private inOrder (tokenizer: ITokenizer) (output: TextWriter) =
        let waiting = Dictionary<int, Trajectory>()
        let mutable next = 0
        fun number trajectory ->
            waiting[number] <- trajectory
            while waiting.ContainsKey next do
                output.WriteLine(Readable.trajectory tokenizer waiting[next])
                waiting.Remove next |> ignore
                next <- next + 1
            output.Flush()

    let private answer (options: Options) task (policy: Policy) (output: TextWriter option) cancellation (questions: Question[]) =
        let temperature = options.GetResult(EvaluateOption.Temperature, 0.0) |> Usage.temperature
        let seed = options.GetResult(EvaluateOption.Seed, 0) |> Seed.ofInt
        let batch = options.GetResult(EvaluateOption.Batch, 64) |> Usage.positive "--batch"
        let episodes = questions |> Array.mapi(fun number question -> question, Seed.derive number seed)
        let sampling = { SamplingOptions.at temperature with MaxSequences = Some batch }
        let write = output |> Option.map(inOrder policy.Tokenizer) |> Option.defaultValue(fun _ _ -> ())
        Progress.over "answering" questions.Length (fun report ->
            let told number trajectory =
                write number trajectory
                report 1
            LearningTask.rolloutsTelling told task sampling policy episodes cancellation)

    let private run cancellation (options: Options) =
        let folder = Loading.folder "evaluate" (options.GetResult(EvaluateOption.Model, []))
        let source = source options
        let count = options.TryGetResult EvaluateOption.Questions |> Option.map(Usage.positive "--questions")
        use policy =
            Loading.policy
                (options.GetResult(EvaluateOption.Dtype, Float32))
                (options.GetResult(EvaluateOption.Device, "cpu"))
                (options.TryGetResult EvaluateOption.Adapter)
                folder
        let date = options.TryGetResult EvaluateOption.Date |> Option.map Usage.date |> Option.defaultWith Moment.now
        let task, questions = Questions.load source
        let task = { task with Date = Some date }
        let dateRead =
            if task.AsChat && PromptFrame.readsDate policy then
                Some date
            else
                None
        let questions = count |> Option.map(fun count -> Array.truncate count questions) |> Option.defaultValue questions
        if questions.Length = 0 then
            Usage.refuse "there are no questions to ask: the file is empty."
        use output = options.TryGetResult EvaluateOption.Output |> Option.map File.CreateText |> Option.toObj
        let score =
            answer options task policy (Option.ofObj output) cancellation questions
            |> Score.ofTrajectories
            |> Score.readingDate dateRead
        printfn
            "%s"
            (if options.Contains EvaluateOption.Json then
                 Score.json score
             else
                 Score.text score)
        0

    let command =
        Command.create
            "evaluate"
            "Ask a policy questions that it answers with a search engine, and count the right answers."
            [
                "Experiments/data/warm-start", "all held-out questions of Atlas, the likeliest answers"
                "MODEL --task atlas-text --questions 100 --dtype bfloat16 --output episodes.txt",
                "a language model, with every episode as text"
                "MODEL --questions-file nq.jsonl --corpus wiki.jsonl --index wiki.sqlite --json", "questions and documents of your own"
            ]
            run
