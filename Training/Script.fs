namespace Levee.Training

open System
open System.IO
open System.Runtime.InteropServices
open System.Threading
open Argu
open Levee.Environments
open Levee.Training.Records
open Levee.Training.Studies
open Levee.Training.Terminal

/// The options that every experiment script understands on its command line.
type ScriptOption =
    | Full
    | Steps of count: int
    | Seeds of seed: int list
    | Workers of count: int
    | Threads of count: int
    | Device of name: string
    | [<AltCommandLine "--output">] Out of folder: string
    | Save_Every of steps: int
    | Resume of folder: string
    | From of configuration: string
    | Accept_Changes

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Full -> "run long enough, and on enough seeds, for a claim; the script says what that is."
            | Steps _ -> "train every arm for so many steps."
            | Seeds _ -> "run every arm with each of these seeds, such as --seeds 1 2 3."
            | Workers _ -> "runs at a time; the number of processors when not given."
            | Threads _ -> "threads of each tensor operation; 1 when not given."
            | Device _ -> "where policies are trained: cpu, cuda or cuda:N; cpu when not given."
            | Out _ -> "the folder that run folders are made in; runs when not given."
            | Save_Every _ -> "steps between the states that a stopped run can go on from; 10 when not given."
            | From _ -> "run the experiment that this config.json holds, instead of the script's own."
            | Accept_Changes ->
                "with a run to go on with: go on although its questions, corpus, start or tokenizer have changed since it began, and write that down."
            | Resume _ -> "go on with the run in this folder, with the arguments that it was begun with."

/// The ways of calling the program that runs experiments, for its help and its advice.
type ScriptFront = {
    /// The command that runs experiments.
    Program: string
    /// The command that goes on with a run; the run's folder follows it.
    Resume: string
}

[<RequireQualifiedAccess>]
module ScriptFront =
    /// The environment variables by which a launcher tells a script what the user typed: `Program` and `Resume` of its front.
    let programVariable, resumeVariable = "LEVEE_PROGRAM", "LEVEE_RESUME"

    /// The front that a launcher has told this process of; `otherwise` where none has.
    let launched (otherwise: ScriptFront) =
        let told (name: string) = Environment.GetEnvironmentVariable name |> Option.ofObj |> Option.filter((<>) "")
        {
            Program = told programVariable |> Option.defaultValue otherwise.Program
            Resume = told resumeVariable |> Option.defaultValue otherwise.Resume
        }

/// Ends a script: code 0 with its help, another with an error.
exception internal ScriptEnd of code: int * message: string

/// The edge between an experiment script and the world: its command line, its exit code, Ctrl-C.
[<RequireQualifiedAccess>]
module Script =
    /// The command line of a script, which goes by the name of a front.
    let parser (front: ScriptFront) =
        ArgumentParser.Create<ScriptOption>(
            programName = front.Program,
            helpTextMessage =
                "Runs an experiment into a new run folder. Ctrl-C stops after the current step, saves the state and still writes the report; a second one stops at once."
        )

    /// This script and the arguments behind its name.
    let private call () =
        let words = Environment.GetCommandLineArgs()
        match words |> Array.tryFindIndex(fun word -> word.EndsWith(".fsx", StringComparison.OrdinalIgnoreCase)) with
        | Some script ->
            Some {
                Script = Path.GetFullPath words[script]
                Arguments = words |> Array.skip(script + 1) |> Array.filter((<>) "--") |> List.ofArray
            }
        | None -> None

    /// The arguments behind the script's own name, without a lone `--`.
    let arguments () = call() |> Option.map(fun call -> List.toArray call.Arguments) |> Option.defaultValue [||]

    /// A word that is a whole number from 1 on.
    let (|Positive|_|) (word: string) =
        match Int32.TryParse word with
        | true, number when number > 0 -> Some number
        | _ -> None

    let private fail code (message: string) = raise(ScriptEnd(code, message))

    let private parse front (arguments: string list) =
        try
            (parser front).Parse(List.toArray arguments)
        with :? ArguParseException as error ->
            fail (if error.ErrorCode = ErrorCode.HelpText then 0 else 2) error.Message

    let private positive name value =
        if value < 1 then
            fail 2 $"--{name} {value} is out of range: give 1 or more."

    let private adjust (options: ParseResults<ScriptOption>) (experiment: Experiment) =
        let experiment =
            match options.TryGetResult Steps with
            | None -> experiment
            | Some count ->
                positive "steps" count
                experiment |> Experiment.adjust(fun training -> { training with Steps = count })
        match options.TryGetResult Seeds with
        | None -> experiment
        | Some seeds -> { experiment with Seeds = List.distinct seeds }

    let private study call (options: ParseResults<ScriptOption>) =
        let workers = options.GetResult(Workers, StudyOptions.defaults.Workers)
        let threads = options.GetResult(Threads, StudyOptions.defaults.Threads)
        let saveEvery = options.GetResult(Save_Every, StudyOptions.defaults.SaveEvery)
        positive "workers" workers
        positive "threads" threads
        positive "save-every" saveEvery
        {
            Out = options.GetResult(Out, StudyOptions.defaults.Out)
            Workers = workers
            Threads = threads
            Device = options.GetResult(Device, StudyOptions.defaults.Device)
            SaveEvery = saveEvery
            Script = call
            AcceptChanges = options.Contains Accept_Changes
        }

    let private fromHere (path: string) = Path.GetRelativePath(Directory.GetCurrentDirectory(), path)

    let private describe (front: ScriptFront) (outcome: StudyOutcome) (experiment: Experiment) =
        StudyConsole.verdict (Summary.defaultWindow(Study.steps experiment)) outcome.Arms
        for run, message in outcome.Failed do
            eprintfn "%O failed: %s" run message
        if outcome.Cancelled then
            printfn "Interrupted: the table shows what there is."
        printfn "Report: %s" (fromHere outcome.Folder.Report)
        if outcome.Cancelled || not outcome.Failed.IsEmpty then
            printfn "To go on: %s %s" front.Resume (fromHere outcome.Folder.Path)

    /// Errors that say what to do are shown without a stack trace.
    let isExpected (error: exn) =
        match error with
        | :? ArgumentException
        | :? DatasetException
        | :? InvalidDataException
        | :? IOException
        | :? UnauthorizedAccessException
        | :? DllNotFoundException -> true
        | _ -> false

    /// Does the work of a script that is no experiment: an error that says what to do ends the process with code 1 and without a stack trace.
    let guarded (work: unit -> unit) =
        try
            work()
        with error when isExpected error ->
            eprintfn "%s" error.Message
            exit 1

    /// The work for each experiment: to go on with it, in the folder of a run that was stopped, or to run it.
    let private jobs (resumed: RunFolder option) study experiments =
        match resumed with
        | None -> [ for experiment in experiments -> experiment, Study.run study experiment ]
        | Some folder ->
            let name = File.ReadAllText folder.Configuration |> Configuration.name
            match experiments |> List.tryFind(fun (experiment: Experiment) -> experiment.Name = name) with
            | Some experiment -> [ experiment, Study.resume study folder experiment ]
            | None ->
                raise(
                    InvalidDataException $"{folder.Path} is a run of the experiment \"{name}\", which this script does not have any more."
                )

    /// The token that Ctrl-C cancels, or the signal of a machine about to be taken away. A second Ctrl-C ends the process at once.
    let onSignals (cancellation: CancellationTokenSource) =
        Console.CancelKeyPress.Add(fun key ->
            key.Cancel <- not cancellation.IsCancellationRequested
            cancellation.Cancel())
        PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            fun signal ->
                signal.Cancel <- true
                cancellation.Cancel()
        )

    /// The script's own experiments, or the one that a configuration holds.
    let private chosen (choose: bool -> Experiment list) (options: ParseResults<ScriptOption>) =
        match options.TryGetResult From with
        | Some path -> [ Configuration.ofJson path (File.ReadAllText path) ]
        | None -> choose(options.Contains Full)

    let private run
        front
        (choose: bool -> Experiment list)
        (call: ScriptCall option)
        (resumed: RunFolder option)
        (options: ParseResults<ScriptOption>)
        =
        use cancellation = new CancellationTokenSource()
        use _ = onSignals cancellation
        let experiments = chosen choose options |> List.map(adjust options)
        let outcomes = [
            for experiment, start in jobs resumed (study call options) experiments do
                if not cancellation.IsCancellationRequested then
                    printfn "%s: %s" experiment.Name experiment.Question
                    Study.notices experiment |> List.iter(eprintfn "note: %s")
                    let outcome = start cancellation.Token
                    describe front outcome experiment
                    outcome
        ]
        if cancellation.IsCancellationRequested then
            130
        elif outcomes |> List.exists(fun outcome -> not outcome.Failed.IsEmpty) then
            1
        else
            0

    /// Runs the experiments that `choose` gives for the quick size (`false`) or for `--full` (`true`), one after another, as a command line says, and gives
    /// the process's exit code: 0, 1 after an error, 2 for a command line that cannot be read, 130 after Ctrl-C. `--resume` goes on with one of them
    /// instead, with the arguments that it was begun with; others given besides count more. `call` is written down, for going on.
    let conduct front (choose: bool -> Experiment list) (call: ScriptCall option) (arguments: string list) =
        try
            let given = parse front arguments
            let resumed = given.TryGetResult Resume |> Option.map RunFolder.existing
            if given.Contains Accept_Changes && resumed.IsNone then
                fail 2 "--accept-changes belongs to a run to go on with: give --resume and its folder too."
            let begun = resumed |> Option.bind RunFolder.call |> Option.map _.Arguments |> Option.defaultValue []
            run front choose call resumed (parse front (begun @ arguments))
        with
        | ScriptEnd(0, help) ->
            printfn "%s" help
            0
        | ScriptEnd(code, message) ->
            eprintfn "%s" message
            code
        | error when isExpected error ->
            eprintfn "%s" error.Message
            1

    /// A script that was started by itself, as the user typed it.
    let private ownFront (call: ScriptCall option) =
        let script = call |> Option.map(_.Script >> fromHere) |> Option.defaultValue "SCRIPT"
        { Program = $"dotnet fsi {script} --"; Resume = $"dotnet fsi {script} -- --resume" }

    /// The script's own command line, conducted; ends the process with its exit code.
    let main (choose: bool -> Experiment list) : unit =
        let call = call()
        match conduct (ScriptFront.launched(ownFront call)) choose call (call |> Option.map _.Arguments |> Option.defaultValue []) with
        | 0 -> ()
        | code -> exit code
