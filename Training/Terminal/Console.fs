namespace Levee.Training.Terminal

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Threading
open Levee.Training.Records
open Levee.Training.Studies
open Spectre.Console
open Spectre.Console.Rendering

/// Progress as plain lines, each flushed: the first, the last and every `every`-th step of each run.
type PlainProgress(output: TextWriter, every: int -> int) =
    let gate = obj()
    let clock = Stopwatch.StartNew()
    let mutable study = StudyProgress.start []

    let write (text: string) =
        output.WriteLine text
        output.Flush()

    let find run = study.Runs |> List.tryFind(fun progress -> progress.Run = run)

    interface IProgressSink with
        member _.Started(run, steps) =
            lock gate (fun () ->
                study <- StudyProgress.started clock.Elapsed run steps study
                write $"{run}: started, {steps} steps")

        member _.Step line =
            lock gate (fun () ->
                study <- StudyProgress.step clock.Elapsed line study
                match find line.Run with
                | Some run when run.Done = 1 || run.Step = run.Steps || run.Done % every run.Steps = 0 -> write(ProgressView.line run)
                | _ -> ())

        member _.Message text = lock gate (fun () -> write text)

        member _.Finished run =
            lock gate (fun () ->
                study <- StudyProgress.finished run study
                match find run with
                | Some ended ->
                    // A run that was complete when it was taken up again has no step to tell of.
                    let isShort = ended.Done > 0 && ended.Step < ended.Steps
                    let did =
                        if isShort then
                            $"stopped at step {ended.Step}/{ended.Steps}"
                        else
                            "finished"
                    write $"{run}: {did} after {Numbers.duration (clock.Elapsed - ended.Started).TotalSeconds}"
                | None -> ())

        member _.Dispose() = ()

/// Progress as a table that is redrawn in place four times a second, by a thread of its own. Ctrl-C, the end of the process and
/// disposing all stop it and give the cursor back; what is reported later comes as plain lines.
type LiveProgress(console: IAnsiConsole, plan: (RunId * int) list) =
    let gate = obj()
    let clock = Stopwatch.StartNew()
    let messages = ConcurrentQueue<string>()
    let stop = new ManualResetEventSlim(false)
    let mutable study = StudyProgress.start plan
    let mutable drawing = true

    let frame () : IRenderable =
        let now = clock.Elapsed
        let current = lock gate (fun () -> study)
        let size = console.Profile
        let lines = ProgressView.render size.Capabilities.Unicode (size.Width - 1) (size.Height - 1) now current
        Rows(lines |> List.map(fun line -> Markup line :> IRenderable))

    let say () =
        let mutable text = ""
        while messages.TryDequeue &text do
            console.WriteLine text

    /// Redraws until the display is to stop or the terminal's width changes; true for the latter.
    let session () =
        let width = console.Profile.Width
        let unchanged () = console.Profile.Width = width
        console
            .Live(frame())
            .Overflow(VerticalOverflow.Crop)
            .Start(fun live ->
                let mutable running = true
                while running do
                    running <- not(stop.Wait 250) && unchanged()
                    if unchanged() then
                        say()
                        live.UpdateTarget(frame()))
        not stop.IsSet

    let draw () =
        try
            try
                while session() do
                    // Lines drawn for another width have been wrapped by the terminal and cannot be drawn over.
                    console.Clear()
            with error ->
                // A display that fails, as when the terminal is gone, must not end the training with it.
                messages.Enqueue $"The live display stopped: {error.Message}"
        finally
            Volatile.Write(&drawing, false)

    let painter = Thread(draw, IsBackground = true, Name = "progress")

    let halt () =
        stop.Set()
        painter.Join(TimeSpan.FromSeconds 2.0) |> ignore

    let interrupted = ConsoleCancelEventHandler(fun _ _ -> halt())
    let exiting = EventHandler(fun _ _ -> halt())

    do
        Console.CancelKeyPress.AddHandler interrupted
        AppDomain.CurrentDomain.ProcessExit.AddHandler exiting
        painter.Start()

    let advance change = lock gate (fun () -> study <- change clock.Elapsed study)

    interface IProgressSink with
        member _.Started(run, steps) = advance(fun now -> StudyProgress.started now run steps)
        member _.Step line = advance(fun now -> StudyProgress.step now line)

        member _.Message text =
            if Volatile.Read &drawing then
                messages.Enqueue text
            else
                console.WriteLine text

        member _.Finished run = advance(fun _ -> StudyProgress.finished run)

        member _.Dispose() =
            halt()
            say()
            Console.CancelKeyPress.RemoveHandler interrupted
            AppDomain.CurrentDomain.ProcessExit.RemoveHandler exiting

/// The lines that a study shows on the console.
[<RequireQualifiedAccess>]
module StudyConsole =
    /// True when the console can redraw what it has written: a terminal, not `TERM=dumb`, and no continuous integration log.
    let canRedraw (console: IAnsiConsole) =
        let capabilities = console.Profile.Capabilities
        not Console.IsOutputRedirected
        && capabilities.Ansi
        && capabilities.Interactive
        && Environment.GetEnvironmentVariable "TERM" <> "dumb"

    /// Progress for this process's console: a live display where it can redraw (without colours if `NO_COLOR` is set), else plain lines,
    /// about twenty a run. `plan` names the runs to come and their steps, for the time left; it may be empty.
    let progress (plan: (RunId * int) list) : IProgressSink =
        if canRedraw AnsiConsole.Console then
            new LiveProgress(AnsiConsole.Console, plan)
        else
            new PlainProgress(Console.Out, fun steps -> max 1 (steps / 20))

    /// The table as aligned text, without markup, its arms in blocks that fit into `width` columns.
    let plainTable (width: int) (arms: ArmSummary list) : string list =
        let rows = Verdict.rows arms
        let first = rows |> List.map _.Measure.Length |> List.fold max 0
        let cells =
            arms
            |> List.mapi(fun i arm ->
                let column = arm.Arm :: (rows |> List.map(fun row -> row.Cells[i]))
                let size = column |> List.map String.length |> List.max
                column |> List.map _.PadLeft(size))
        let measures = "" :: (rows |> List.map _.Measure) |> List.map _.PadRight(first)
        let rec blocks taken room columns =
            match columns with
            | [] -> if List.isEmpty taken then [] else [ List.rev taken ]
            | (column: string list) :: rest ->
                let size = column.Head.Length + 2
                if size <= room || List.isEmpty taken then
                    blocks (column :: taken) (room - size) rest
                else
                    List.rev taken :: blocks [] (width - first) columns
        [
            for block in blocks [] (width - first) cells do
                for cells in List.transpose(measures :: block) do
                    (String.concat "  " cells).TrimEnd()
                ""
        ]

    let private richTable (arms: ArmSummary list) =
        let table = Table().Border(TableBorder.Simple).AddColumn ""
        for arm in arms do
            table.AddColumn(TableColumn($"[bold]{Markup.Escape arm.Arm}[/]").RightAligned()) |> ignore
        for row in Verdict.rows arms do
            table.AddRow(row.Measure :: row.Cells |> List.map Markup.Escape |> Array.ofList) |> ignore
        table

    /// Writes the outcome: the verdict table, what its numbers are, and the sentences.
    let verdict (window: int) (arms: ArmSummary list) =
        let console = AnsiConsole.Console
        let paragraphs = Verdict.sentences arms @ [ Verdict.legend window ]
        if Console.IsOutputRedirected then
            for line in plainTable 100 arms @ paragraphs do
                Console.Out.WriteLine line
            Console.Out.Flush()
        else
            let columns = (console.Profile.Width - 40) / 22 |> max 1
            for block in List.chunkBySize columns arms do
                console.Write(richTable block)
            for paragraph in paragraphs do
                console.WriteLine paragraph
                console.WriteLine()
