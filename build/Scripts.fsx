/// Experiment scripts: finding them by name, and running them.
module Scripts

open System
open System.IO
open Shell

let private main = "collapse"

// Loaded by the others; asks no question of its own.
let private isExperiment (name: string) = name <> "levee"

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

/// Runs a script with its own options: the first argument names it unless that is an option. Returns the script's exit code.
let run (arguments: string list) =
    let script, options =
        match arguments with
        | name :: options when not(name.StartsWith '-') -> find name, options
        | options -> find main, options

    Setup.quietly false
    Projects.ensure Projects.scriptDependencies
    // fsi's own line editing would compete for the terminal; `--` keeps it from reading the script's options as its own.
    runIn (Directory.GetCurrentDirectory()) "dotnet" [ "fsi"; "--optimize+"; "--readline-"; script; "--"; yield! options ]
