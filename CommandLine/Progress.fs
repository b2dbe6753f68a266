namespace Levee.CommandLine

open System
open Spectre.Console

/// Shows how far a command has come, on the error stream, so that the command's result can be piped.
[<RequireQualifiedAccess>]
module Progress =
    let private console () = AnsiConsole.Create(AnsiConsoleSettings(Out = AnsiConsoleOutput Console.Error))

    let private canRedraw (console: IAnsiConsole) =
        not Console.IsErrorRedirected
        && console.Profile.Capabilities.Ansi
        && Environment.GetEnvironmentVariable "TERM" <> "dumb"

    let private bar (console: IAnsiConsole) (title: string) total (work: (int -> unit) -> 'a) =
        let columns: ProgressColumn[] = [| TaskDescriptionColumn(); ProgressBarColumn(); PercentageColumn(); RemainingTimeColumn() |]
        console
            .Progress()
            .Columns(columns)
            .Start(fun context ->
                let task = context.AddTask(Markup.Escape title, true, float total)
                work(fun count -> task.Increment(float count)))

    let private lines (title: string) total (work: (int -> unit) -> 'a) =
        let mutable finished = 0
        work(fun count ->
            let before = finished
            finished <- finished + count
            // About ten lines in all.
            if finished * 10 / total > before * 10 / total then
                eprintfn $"{title}: {finished} of {total}")

    /// Does work that says, as it goes, how many more of `total` items are done: a bar on a terminal, else about ten lines.
    let over title total work =
        let console = console()
        if canRedraw console then
            bar console title total work
        else
            lines title total work
