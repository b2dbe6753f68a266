/// Experiment scripts: finding them by name, and running them.
module Scripts

open System
open System.IO
open System.Text.Json
open Shell

let private main = "collapse"

// Loaded by the others; asks no question of its own.
let private isExperiment (name: string) = name <> "levee" && name <> "again"

let private names () =
    Directory.GetFiles(inRepository "Experiments", "*.fsx")
    |> Array.map(Path.GetFileNameWithoutExtension >> string)
    |> Array.filter isExperiment
    |> Array.sort
    |> List.ofArray

/// The file for `collapse`, `collapse.fsx` or a path.
let private find (script: string) =
    let name = if script.EndsWith ".fsx" then script else script + ".fsx"

    [ Path.GetFullPath name; inRepository $"Experiments/{name}"; inRepository name ]
    |> List.tryFind File.Exists
    |> Option.defaultWith(fun () ->
        let known = names()
        refuse $"""unknown script '{script}'.{didYouMean script known} In Experiments/ there are: {String.Join(", ", known)}.""")

/// `levee.fsx` refers to TorchSharp.dll in the place of our own assembly where this is defined.
let private packageFlags () =
    if TorchSource.isPackage(TorchSource.chosen()) then
        [ "--define:TORCHSHARP" ]
    else
        []

/// Runs a script with its own options; returns its exit code. The script's advice names the commands that are typed here.
let private execute (script: string) (options: string list) =
    Environment.SetEnvironmentVariable("LEVEE_PROGRAM", $"{typed} run SCRIPT")
    Environment.SetEnvironmentVariable("LEVEE_RESUME", $"{typed} resume")
    Setup.quietly false
    Projects.ensure Projects.scriptDependencies
    // fsi's own line editing would compete for the terminal; `--` keeps it from reading the script's options as its own.
    let fsi = [ "fsi"; "--optimize+"; "--readline-"; yield! packageFlags(); script; "--"; yield! options ]
    let program, arguments = TorchSource.start fsi
    runIn (Directory.GetCurrentDirectory()) program arguments

/// Runs a script with its own options: the first argument names it unless that is an option, or is a run's configuration, which is run again. Returns the
/// script's exit code.
let run (arguments: string list) =
    match arguments with
    | configuration :: options when configuration.EndsWith ".json" ->
        execute (find "again") [ "--from"; Path.GetFullPath configuration; yield! options ]
    | name :: options when not(name.StartsWith '-') -> execute (find name) options
    | options -> execute (find main) options

let private runFolders () = [ Path.GetFullPath "runs"; inRepository "runs" ] |> List.distinct

/// Names of runs, newest first.
let private runNames () =
    runFolders()
    |> List.filter Directory.Exists
    |> List.collect(fun folder -> DirectoryInfo(folder).GetDirectories() |> List.ofArray)
    |> List.sortByDescending _.LastWriteTimeUtc
    |> List.map _.Name

/// The folder for a path or a name under runs/.
let private findRun (run: string) =
    Path.GetFullPath run :: [ for folder in runFolders() -> Path.Combine(folder, run) ]
    |> List.tryFind Directory.Exists
    |> Option.defaultWith(fun () ->
        let known = runNames()

        let newest =
            if known.IsEmpty then
                "There are none in runs/."
            else
                $"""The newest are: {known |> List.truncate 5 |> String.concat ", "}."""

        refuse $"unknown run '{run}'.{didYouMean run known} {newest}")

/// The script that made a run.
let private scriptOf (folder: string) =
    let path = Path.Combine(folder, "run.json")

    if not(File.Exists path) then
        refuse $"{folder} has no run.json: no script made it, or it was stopped before it began. Run the script again."

    use json = JsonDocument.Parse(File.ReadAllText path)
    let script = string(json.RootElement.GetProperty("script").GetString())

    if not(File.Exists script) then
        refuse $"{path}: there is no script {script} any more. Bring it back, or give its new place there."

    script

/// Goes on with a run that was stopped; options after it go to its script. Returns the script's exit code.
let resume (arguments: string list) =
    match arguments with
    | run :: options when not(run.StartsWith '-') ->
        let folder = findRun run

        match scriptOf folder with
        | configuration when configuration.EndsWith ".json" ->
            execute (find "again") [ "--from"; configuration; "--resume"; folder; yield! options ]
        | script -> execute script [ "--resume"; folder; yield! options ]
    | _ -> refuse "resume needs the run to go on with: its folder, or its name under runs/."
