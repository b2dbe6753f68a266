/// What every build command needs: paths, messages, processes, and near matches for mistyped names.
module Shell

open System
open System.ComponentModel
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices

/// Ends a command with a message for the user and the exit code of this process.
exception Stop of message: string * exitCode: int

/// Something did not work: exit code 1.
let fail message = raise(Stop(message, 1))

/// What was typed makes no sense: exit code 2.
let refuse message = raise(Stop(message, 2))

let root = Path.GetDirectoryName __SOURCE_DIRECTORY__ |> nonNull

/// A path of the repository, given relative to its root with forward slashes.
let inRepository (path: string) = Path.Combine(root, path)

/// This script as the user typed it, with what runs it.
let typed = $"dotnet fsi {fsi.CommandLineArgs[0]}"

/// One line of progress: what it is about, padded, then what happens to it.
let say (subject: string) (message: string) = printfn $"%-10s{subject} {message}"

[<DllImport("libc", EntryPoint = "kill")>]
extern int private sendSignal(int processId, int signal)

let private sigterm = 15

let private startInfo (directory: string) (program: string) (arguments: string list) =
    let info = ProcessStartInfo(program, UseShellExecute = false, WorkingDirectory = directory)
    arguments |> List.iter info.ArgumentList.Add
    info

let private start (info: ProcessStartInfo) =
    try
        match Process.Start info with
        | null -> fail $"cannot start {info.FileName}"
        | started -> started
    with :? Win32Exception as error ->
        fail $"cannot start {info.FileName}: {error.Message}"

/// Runs a program on this console and returns its exit code. Ctrl-C goes from the terminal to the whole group of processes, so this one
/// only waits for the program's own clean end; a termination signal, which is sent to one process alone, is handed on.
let runIn (directory: string) (program: string) (arguments: string list) =
    use child = startInfo directory program arguments |> start
    use _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, (fun signal -> signal.Cancel <- true))

    use _terminate =
        PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            fun signal ->
                if not(OperatingSystem.IsWindows()) then
                    signal.Cancel <- true
                    sendSignal(child.Id, sigterm) |> ignore
        )

    child.WaitForExit()
    child.ExitCode

/// Runs a program in the repository's root without a console; returns its exit code and what it wrote, output and errors together.
let capture (program: string) (arguments: string list) =
    let info = startInfo root program arguments
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

/// As `capture`, for a program that has to succeed: shows all that it wrote when it does not.
let require (what: string) (program: string) (arguments: string list) =
    match capture program arguments with
    | 0, output -> output
    | code, output -> fail $"{output.TrimEnd()}\n{what} failed with exit code {code}"

/// Whether a program of this name is on the PATH.
let isInstalled (program: string) =
    let extensions =
        if OperatingSystem.IsWindows() then
            [ ".exe"; ".cmd" ]
        else
            [ "" ]

    (Environment.GetEnvironmentVariable "PATH" |> Option.ofObj |> Option.defaultValue "").Split Path.PathSeparator
    |> Seq.exists(fun folder -> extensions |> List.exists(fun extension -> File.Exists(Path.Combine(folder, program + extension))))

/// Levenshtein's distance: the fewest single letters inserted, removed or replaced between two words.
let private distance (left: string) (right: string) =
    let next (previous: int[]) (letter: char) =
        let row = Array.zeroCreate(right.Length + 1)
        row[0] <- previous[0] + 1

        for column in 1 .. right.Length do
            let replaced = previous[column - 1] + (if right[column - 1] = letter then 0 else 1)
            row[column] <- min replaced (1 + min previous[column] row[column - 1])

        row

    left |> Seq.fold next [| 0 .. right.Length |] |> Array.last

/// " Did you mean ...?" with the known names near to a mistyped one, nearest first; empty when none is near.
let didYouMean (typed: string) (known: string list) =
    let isNear (name: string) =
        let sharesStart = typed.Length >= 3 && (name.StartsWith typed || typed.StartsWith name)
        sharesStart || distance typed name <= max 2 (typed.Length / 3)

    match known |> List.filter isNear |> List.sortBy(distance typed) |> List.truncate 3 with
    | [] -> ""
    | names -> $""" Did you mean {String.Join(" or ", names)}?"""
