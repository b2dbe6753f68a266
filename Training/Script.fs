namespace Levee

open System
open System.IO
open System.Runtime.InteropServices
open System.Threading
open Argu
open Levee.Report

/// What every experiment script understands on its command line.
type ScriptOption =
    | Full
    | Steps of count: int
    | Seeds of seed: int list
    | Workers of count: int
    | Threads of count: int
    | Out of folder: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Full -> "run long enough, and on enough seeds, for a claim; the script says what that is."
            | Steps _ -> "train every arm for so many steps."
            | Seeds _ -> "run every arm with each of these seeds, such as --seeds 1 2 3."
            | Workers _ -> "runs at a time; the number of processors when not given."
            | Threads _ -> "threads of each tensor operation; 1 when not given."
            | Out _ -> "the folder that run folders are made in; runs when not given."

/// The edge between an experiment script and the world: its command line, its exit code, Ctrl-C.
[<RequireQualifiedAccess>]
module Script =
    let private parser () =
        ArgumentParser.Create<ScriptOption>(
            programName = "build.fsx run SCRIPT",
            helpTextMessage = "Runs an experiment into a new run folder. Ctrl-C stops after the current update and still writes the report."
        )

    /// The arguments behind the script's own name.
    let private arguments () =
        match Environment.GetCommandLineArgs() |> Array.tryFindIndex(fun a -> a.EndsWith(".fsx", StringComparison.OrdinalIgnoreCase)) with
        | Some script -> Environment.GetCommandLineArgs() |> Array.skip(script + 1) |> Array.filter((<>) "--")
        | None -> [||]

    let private fail code (message: string) =
        eprintfn "%s" message
        exit code

    let private parse () =
        try
            (parser()).Parse(arguments())
        with :? ArguParseException as error ->
            // Argu gives help the code 0 and everything else another.
            if error.ErrorCode = ErrorCode.HelpText then
                printfn "%s" error.Message
                exit 0
            else
                fail 2 error.Message

    let private positive name value =
        if value < 1 then
            fail 2 $"--{name} {value} is out of range: give 1 or more."

    let private adjust (options: ParseResults<ScriptOption>) (experiment: Experiment) =
        let experiment =
            match options.TryGetResult Steps with
            | None -> experiment
            | Some count ->
                positive "steps" count
                {
                    experiment with
                        Arms =
                            experiment.Arms
                            |> List.map(fun arm -> { arm with Adjust = arm.Adjust >> (fun training -> { training with Steps = count }) })
                }
        match options.TryGetResult Seeds with
        | None -> experiment
        | Some seeds -> { experiment with Seeds = List.distinct seeds }

    let private study (options: ParseResults<ScriptOption>) =
        let workers = options.GetResult(Workers, StudyOptions.defaults.Workers)
        let threads = options.GetResult(Threads, StudyOptions.defaults.Threads)
        positive "workers" workers
        positive "threads" threads
        { Out = options.GetResult(Out, StudyOptions.defaults.Out); Workers = workers; Threads = threads }

    let private describe (outcome: StudyOutcome) (experiment: Experiment) =
        StudyConsole.verdict (Summary.defaultWindow(Study.steps experiment)) outcome.Arms
        for run, message in outcome.Failed do
            eprintfn "%O failed: %s" run message
        if outcome.Cancelled then
            printfn "Interrupted: the table shows what there is."
        printfn "Report: %s" (Path.GetRelativePath(Directory.GetCurrentDirectory(), outcome.Folder.Report))

    /// Errors that say what to do are shown without a stack trace.
    let private isExpected (error: exn) =
        match error with
        | :? ArgumentException
        | :? DatasetException
        | :? InvalidDataException
        | :? IOException
        | :? UnauthorizedAccessException
        | :? DllNotFoundException -> true
        | _ -> false

    /// Runs the experiments that `choose` gives for the quick size (`false`) or for `--full` (`true`), one after another, and ends the process: code 0, 1 after
    /// an error, 2 for a command line that cannot be read, 130 after Ctrl-C.
    let main (choose: bool -> Experiment list) : unit =
        let options = parse()
        let study = study options
        use cancellation = new CancellationTokenSource()
        Console.CancelKeyPress.Add(fun key ->
            key.Cancel <- true
            cancellation.Cancel())
        // What a machine about to be taken away sends.
        use _ =
            PosixSignalRegistration.Create(
                PosixSignal.SIGTERM,
                fun signal ->
                    signal.Cancel <- true
                    cancellation.Cancel()
            )
        try
            let outcomes = [
                for experiment in choose(options.Contains Full) |> List.map(adjust options) do
                    if not cancellation.IsCancellationRequested then
                        printfn "%s: %s" experiment.Name experiment.Question
                        let outcome = Study.run study experiment cancellation.Token
                        describe outcome experiment
                        outcome
            ]
            if cancellation.IsCancellationRequested then
                exit 130
            if outcomes |> List.exists(fun outcome -> not outcome.Failed.IsEmpty) then
                exit 1
        with error when isExpected error ->
            fail 1 error.Message
