namespace Levee.CommandLine

open System
open System.IO
open Levee
open TorchSharp

/// `levee train`: an experiment, as its script or as the config.json of a run says. `build.fsx run` and `build.fsx resume` are this command.
[<RequireQualifiedAccess>]
module Train =
    let private front = ScriptFront.launched { Program = "levee train EXPERIMENT"; Resume = "levee train --resume" }

    /// The environment variable by which a launcher names the checkout that it stands in.
    let private checkoutVariable = "LEVEE_CHECKOUT"

    /// The folders below which Experiments/ and runs/ are looked for: the working folder, and a launcher's checkout.
    let private places () =
        [
            Directory.GetCurrentDirectory()
            yield! Environment.GetEnvironmentVariable checkoutVariable |> Option.ofObj |> Option.toList
        ]
        |> List.distinct

    let private noScript _ = Usage.refuse "train needs an experiment: a script (.fsx), or the config.json of a run."

    /// `levee.fsx` refers to TorchSharp.dll in the place of our own assembly where this is defined.
    let private packageFlags =
        if typeof<torch.Tensor>.Assembly.GetName().Name = "TorchSharp" then
            [ "--define:TORCHSHARP" ]
        else
            []

    let private runScript (script: string) options =
        // fsi's own line editing would compete for the terminal; `--` keeps it from reading the script's options as its own.
        let words = [ "fsi"; "--optimize+"; "--readline-"; yield! packageFlags; script; "--"; yield! options ]
        let variables = [ ScriptFront.programVariable, front.Program; ScriptFront.resumeVariable, front.Resume ]
        Child.run (Directory.GetCurrentDirectory()) variables "dotnet" words

    let private conduct (configuration: string) options =
        Command.checkOptions "train" (Command.options(Script.parser front)) options
        let arguments = [ "--from"; configuration; yield! options ]
        Script.conduct front noScript (Some { Script = configuration; Arguments = arguments }) arguments

    /// Names of the scripts in Experiments/. `levee.fsx` is loaded by the others and asks no question of its own.
    let private scriptNames () =
        [ for place in places() -> Path.Combine(place, "Experiments") ]
        |> List.filter Directory.Exists
        |> List.collect(fun folder -> [ for file in Directory.GetFiles(folder, "*.fsx") -> string(Path.GetFileNameWithoutExtension file) ])
        |> List.filter((<>) "levee")
        |> List.distinct
        |> List.sort

    /// The file for a path, a script's name in Experiments/, or a run's folder.
    let private find (experiment: string) =
        let inExperiments = Path.Combine("Experiments", experiment)
        [
            for place in places() do
                for path in
                    [
                        experiment
                        experiment + ".fsx"
                        inExperiments
                        inExperiments + ".fsx"
                        Path.Combine(experiment, "config.json")
                    ] do
                    Path.Combine(place, path)
        ]
        |> List.tryFind File.Exists
        |> Option.defaultWith(fun () ->
            let known = scriptNames()
            let near = Spelling.didYouMean experiment known
            let names =
                if known.IsEmpty then
                    ""
                else
                    $"""; in Experiments/ there are: {String.concat ", " known}"""
            Usage.refuse
                $"unknown experiment '{experiment}'.{near} Give a script (.fsx{names}), the config.json of a run, or a run's folder.")

    let private start (experiment: string) options =
        match find experiment with
        | script when script.EndsWith ".fsx" -> runScript script options
        | configuration when configuration.EndsWith ".json" -> conduct configuration options
        | other -> Usage.refuse $"{other} is no experiment: give a script (.fsx), or the config.json of a run."

    /// Names of the runs in runs/, newest first.
    let private runNames () =
        [ for place in places() -> DirectoryInfo(Path.Combine(place, "runs")) ]
        |> List.filter _.Exists
        |> List.collect(fun folder -> List.ofArray(folder.GetDirectories()))
        |> List.sortByDescending _.LastWriteTimeUtc
        |> List.map _.Name

    /// The folder for a path or a name under runs/.
    let private findRun (run: string) =
        Path.GetFullPath run :: [ for place in places() -> Path.Combine(place, "runs", run) ]
        |> List.tryFind Directory.Exists
        |> Option.defaultWith(fun () ->
            let known = runNames()
            let newest =
                if known.IsEmpty then
                    "There are none in runs/."
                else
                    $"""The newest are: {known |> List.truncate 5 |> String.concat ", "}."""
            Usage.refuse $"unknown run '{run}'.{Spelling.didYouMean run known} {newest}")

    let private resume (run: string) options =
        let folder = RunFolder.existing(findRun run)
        match RunFolder.call folder with
        // With `--from` the experiment stands in the configuration, whichever script was started.
        | Some call when call.Script.EndsWith ".fsx" && not(List.contains "--from" call.Arguments) ->
            if not(File.Exists call.Script) then
                Usage.refuse $"{folder.Call}: there is no script {call.Script} any more. Bring it back, or give its new place there."
            runScript call.Script [ "--resume"; folder.Path; yield! options ]
        | _ -> conduct folder.Configuration [ "--resume"; folder.Path; yield! options ]

    let private run _ (words: string list) =
        // A lone `--` has only kept this command from reading the options behind it as its own.
        match words |> List.filter((<>) "--") with
        | "--resume" :: folder :: options when not(folder.StartsWith '-') -> resume folder options
        | "--resume" :: _ -> Usage.refuse "--resume needs the run to go on with: its folder, or its name under runs/."
        | experiment :: options when not(experiment.StartsWith '-') -> start experiment options
        | _ -> noScript()

    let private usage () =
        "USAGE: levee train EXPERIMENT [options], or: levee train --resume RUN [options]\n\n"
        + "EXPERIMENT is a script (.fsx; by its name where it lies in Experiments/), the config.json of a run, or a run's folder.\n"
        + "RUN is a run's folder, or its name under runs/. After a lone `--`, all options are the script's, --help too.\n\n"
        + (Script.parser front).PrintUsage().TrimEnd()

    let command = {
        Name = "train"
        Summary = "Run an experiment into a new run folder, or go on with one that was stopped."
        Examples = [
            "collapse --steps 20 --seeds 7", "a script in Experiments/, with options of the script"
            "runs/A/config.json --output elsewhere --workers 4", "the experiment of a run again, from what it wrote down"
            "--resume runs/A", "go on with a run that was stopped, to the same result"
            "--resume runs/A --accept-changes", "although its data have changed since it began; that is written down"
        ]
        Usage = usage
        Run = run
    }
