namespace Levee.CommandLine

open System
open System.ComponentModel
open System.Diagnostics
open System.Runtime.InteropServices

/// Programs that a command leaves the console to. build.fsx loads this file too, so that it needs nothing that is built.
[<RequireQualifiedAccess>]
module Child =
    [<DllImport("libc", EntryPoint = "kill")>]
    extern int private sendSignal(int processId, int signal)

    let private sigterm = 15

    /// Runs a program on this console, in a folder and with some environment variables besides this process's, and gives its exit code. Ctrl-C goes from
    /// the terminal to both, so this process only waits for the program's own clean end; a termination signal, which is sent to one process alone, is
    /// handed on. Raises `InvalidOperationException` where the program cannot be started.
    let run (folder: string) (variables: (string * string) list) (program: string) (arguments: string list) =
        let info = ProcessStartInfo(program, UseShellExecute = false, WorkingDirectory = folder)
        for name, value in variables do
            info.Environment[name] <- value
        arguments |> List.iter info.ArgumentList.Add
        let started =
            try
                Process.Start info
            with :? Win32Exception as error ->
                raise(InvalidOperationException($"cannot start {program}: {error.Message}", error))
        match started with
        | null -> invalidOp $"cannot start {program}."
        | child ->
            use child = child
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
