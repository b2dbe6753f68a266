namespace Levee.CommandLine

open System
open System.IO
open Levee

/// The source of an evaluation's questions.
type QuestionSource =
    /// A ready-made task's questions, by the name of the split, and the folder of its data.
    | OfTask of task: string * split: string * data: string option
    /// A file of questions, and one of documents to search in, with a file for its index where one is kept.
    | OfFiles of
        questions: string *
        corpus: string *
        index: string option *
        analysis: TextAnalysis option *
        search: SearchOptions *
        rollout: RolloutOptions

/// The questions of an evaluation, and the world they are answered in.
[<RequireQualifiedAccess>]
module Questions =
    /// Experiments/data in the current folder or one above it.
    let private dataFolder () =
        let rec above (folder: DirectoryInfo | null) =
            match folder with
            | null ->
                Usage.refuse "there is no Experiments/data in this folder or above: say where the task's data lies with --data FOLDER."
            | folder ->
                let data = Path.Combine(folder.FullName, "Experiments", "data")
                if Directory.Exists data then data else above folder.Parent
        above(DirectoryInfo(Directory.GetCurrentDirectory()))

    let private ofSplit (task: LearningTask) split =
        let file = Path.Combine(task.Folder, split + ".jsonl")
        if File.Exists file then
            Dataset.readQuestions file |> Array.ofSeq
        else
            Usage.refuse $"the task {task.Name} has no questions '{split}': there is no {file}. Give test, dev or train."

    let private retriever (corpus: string) index (analysis: TextAnalysis option) : IRetriever =
        let documents = Dataset.readCorpus corpus
        let retriever =
            match index with
            | Some path -> SqliteRetriever.Cached(path, documents, ?analysis = analysis)
            | None -> SqliteRetriever.InMemory(documents, ?analysis = analysis)
        eprintfn $"search: {retriever.Description}"
        retriever

    /// The world and the questions of a source. Raises `DatasetException` where a file cannot be used.
    let load source : LearningTask * Question[] =
        match source with
        | OfTask(name, split, data) ->
            let task =
                try
                    Tasks.named name (data |> Option.defaultWith dataFolder)
                with :? ArgumentException as error ->
                    Usage.refuse error.Message
            task, ofSplit task split
        | OfFiles(questionsFile, corpus, index, analysis, search, rollout) ->
            let questions, notices = Dataset.loadQuestions questionsFile
            for notice in notices do
                eprintfn $"note: {notice}"
            {
                Name = "questions"
                Folder = ""
                Files = questionsFile :: corpus :: Option.toList index
                Train = [||]
                HeldOut = questions
                Environment = SearchEnvironment(search, retriever corpus index analysis)
                Rollout = rollout
                Demonstrate = (fun _ _ _ _ -> invalidOp "Questions from a file have no teacher.")
                Beginner = None
                AsChat = true
                Date = None
            },
            questions
