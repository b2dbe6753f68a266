namespace Levee.CommandLine

open System
open System.IO
open Levee
open TorchSharp

/// `levee train`: an experiment, as its script or as the config.json of a run says.
[<RequireQualifiedAccess>]
module Train =
    /// The command by which the user runs `levee`. A launcher may say another.
    let private levee = Environment.GetEnvironmentVariable "LEVEE_COMMAND" |> Option.ofObj |> Option.defaultValue "levee"

    let private front = { Program = $"{levee} train EXPERIMENT"; Resume = $"{levee} train --resume" }

    let private noScript _ = Usage.refuse "train needs an experiment: a script (.fsx), or the config.json of a run."

    /// `levee.fsx` refers to TorchSharp.dll in the place of our own assembly where this is defined.
    let private packageFlags =
        if typeof<torch.Tensor>.Assembly.GetName().Name = "TorchSharp" then
            [ "--define:TORCHSHARP" ]
        else
            []

    let private runScript (script: string) options =
        // fsi's own line editing would compete for the terminal; `--` keeps it from reading the script's options as its own.
        let variables = [ ScriptFront.programVariable, front.Program; ScriptFront.resumeVariable, front.Resume ]
        Child.run variables "dotnet" [ "fsi"; "--optimize+"; "--readline-"; yield! packageFlags; script; "--"; yield! options ]

    let private conduct (configuration: string) options =
        Command.checkOptions "train" (Command.options(Script.parser front)) options
        let arguments = [ "--from"; configuration; yield! options ]
        Script.conduct front noScript (Some { Script = configuration; Arguments = arguments }) arguments

    /// The file for a path, a script's name in Experiments/, or a run's folder.
    let private find (experiment: string) =
        [
            experiment
            experiment + ".fsx"
            Path.Combine("Experiments", experiment + ".fsx")
            Path.Combine(experiment, "config.json")
        ]
        |> List.tryFind File.Exists
        |> Option.map Path.GetFullPath
        |> Option.defaultWith(fun () ->
            Usage.refuse $"there is no experiment '{experiment}': give a script (.fsx), the config.json of a run, or a run's folder.")

    let private start (experiment: string) options =
        match find experiment with
        | script when script.EndsWith ".fsx" -> runScript script options
        | configuration when configuration.EndsWith ".json" -> conduct configuration options
        | other -> Usage.refuse $"{other} is no experiment: give a script (.fsx), or the config.json of a run."

    let private resume (folder: string) options =
        let folder = RunFolder.existing folder

        match RunFolder.call folder with
        | Some call when call.Script.EndsWith ".fsx" -> runScript call.Script [ "--resume"; folder.Path; yield! options ]
        | _ -> conduct folder.Configuration [ "--resume"; folder.Path; yield! options ]

    let private run _ (words: string list) =
        match words with
        | "--resume" :: folder :: options -> resume folder options
        | experiment :: options when not(experiment.StartsWith '-') -> start experiment options
        | _ -> noScript()

    let private usage () =
        "USAGE: levee train EXPERIMENT [options], or: levee train --resume RUN [options]\n\n"
        + "EXPERIMENT is a script (.fsx; by its name where it lies in Experiments/), the config.json of a run, or a run's folder.\n\n"
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
