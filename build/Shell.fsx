/// The tools of every build command: paths, messages and processes.
module Shell

open System
open System.ComponentModel
open System.Diagnostics
open System.IO
open Levee.CommandLine

/// Ends a command with a message for the user and the exit code of this process.
exception Stop of message: string * exitCode: int

/// Ends the command because something did not work: exit code 1.
let fail message = raise(Stop(message, 1))

/// Ends the command because the typed words make no sense: exit code 2.
let refuse message = raise(Stop(message, 2))

let root = Path.GetDirectoryName __SOURCE_DIRECTORY__ |> nonNull

/// A path of the repository, given relative to its root with forward slashes.
let inRepository (path: string) = Path.Combine(root, path)

/// This script as the user typed it, with what runs it.
let typed = $"dotnet fsi {fsi.CommandLineArgs[0]}"

/// One line of progress: what it is about, padded, then what happens to it.
let say (subject: string) (message: string) = printfn $"%-10s{subject} {message}"

let private start (info: ProcessStartInfo) =
    try
        match Process.Start info with
        | null -> fail $"cannot start {info.FileName}"
        | started -> started
    with :? Win32Exception as error ->
        fail $"cannot start {info.FileName}: {error.Message}"

/// Runs a program on this console, which it has to itself, and returns its exit code (`Child.run`).
let runIn (directory: string) (program: string) (arguments: string list) =
    try
        Child.run directory [] program arguments
    with :? InvalidOperationException as error ->
        fail error.Message

/// Runs a program in the repository's root without a console; returns its exit code and what it wrote, output and errors together.
let capture (program: string) (arguments: string list) =
    let info = ProcessStartInfo(program, UseShellExecute = false, WorkingDirectory = root)
    arguments |> List.iter info.ArgumentList.Add
    info.RedirectStandardInput <- true
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    info.Environment["DEBIAN_FRONTEND"] <- "noninteractive"
    use child = start info
    child.StandardInput.Close()
    let errors = child.StandardError.ReadToEndAsync()
    let output = child.StandardOutput.ReadToEnd()
    child.WaitForExit()
    child.ExitCode, output + errors.Result

/// Runs a program as `capture` does, and ends the command with all that the program wrote where it fails; returns its output.
let require (what: string) (program: string) (arguments: string list) =
    match capture program arguments with
    | 0, output -> output
    | code, output -> fail $"{output.TrimEnd()}\n{what} failed with exit code {code}"

/// True when a program of this name is on the PATH.
let isInstalled (program: string) =
    let extensions =
        if OperatingSystem.IsWindows() then
            [ ".exe"; ".cmd" ]
        else
            [ "" ]
    (Environment.GetEnvironmentVariable "PATH" |> Option.ofObj |> Option.defaultValue "").Split Path.PathSeparator
    |> Seq.exists(fun folder -> extensions |> List.exists(fun extension -> File.Exists(Path.Combine(folder, program + extension))))
