namespace Levee.Training.Records

open System
open System.IO
open System.Text.Json
open Levee.Environments
open Levee.Interop.HuggingFace

/// The call that made a run folder; `levee train --resume` repeats it.
type ScriptCall = { Script: string; Arguments: string list }

/// The folder that a study writes into, and the names in it.
type RunFolder = {
    Path: string
} with

    member this.Configuration = Path.Combine(this.Path, "config.json")
    member this.Metrics = Path.Combine(this.Path, "metrics.jsonl")
    member this.Events = Path.Combine(this.Path, "events.jsonl")
    /// The per-sample measure, a line a question. Earlier versions called it `lld_probe.jsonl`, and a run that they began goes on in it.
    member this.PerSample =
        let earlier = Path.Combine(this.Path, "lld_probe.jsonl")
        if File.Exists earlier then
            earlier
        else
            Path.Combine(this.Path, "per_sample.jsonl")
    /// The `ScriptCall`, where a script made the folder.
    member this.Call = Path.Combine(this.Path, "run.json")
    /// The lock, held by the process that writes into the folder.
    member this.Lock = Path.Combine(this.Path, "lock")
    member this.Report = Path.Combine(this.Path, "report.html")
    member this.WarmStart index = Path.Combine(this.Path, "warm-start", string index)
    member this.Policy run = Path.Combine(this.Path, "policies", RunFolder.FileName run)
    /// The file that explains, as text, why the most displaced question of a run was so after a step.
    member this.Displacement(run, step: int) = Path.Combine(this.Path, "displacement", $"{RunFolder.FileName run}-step{step}.txt")
    /// The policy of a run as it was after a step.
    member this.PolicyAt(run, step: int) = $"{this.Policy run}-step{step}"
    member this.Trajectories run = Path.Combine(this.Path, "trajectories", RunFolder.FileName run + ".txt")

    /// The folder of a run's event files; TensorBoard shows the folder above with all runs in it.
    member this.TensorBoard run = Path.Combine(this.Path, "tensorboard", RunFolder.FileName run)
    /// The states that a run can go on from.
    member this.States run = Path.Combine(this.Path, "states", RunFolder.FileName run)

    /// A run's name as a file's: letters, digits and dashes.
    static member FileName(run: RunId) =
        let plain = run.Arm.ToLowerInvariant() |> String.map(fun c -> if Char.IsAsciiLetterOrDigit c then c else '-')
        let words = plain.Split('-', StringSplitOptions.RemoveEmptyEntries) |> String.concat "-"
        $"{words}-seed{run.Seed}"

[<RequireQualifiedAccess>]
module RunFolder =
    /// Makes `root/name-yyyyMMdd-HHmmss`, with a number behind it where that exists. Raises `IOException` naming the folder and a remedy when it
    /// cannot be made.
    let create (root: string) (name: string) (now: DateTime) =
        let time = now.ToString "yyyyMMdd-HHmmss"
        let stem = Path.Combine(root, $"{name}-{time}")
        let path = Seq.initInfinite(fun k -> if k = 0 then stem else $"{stem}-{k + 1}") |> Seq.find(Directory.Exists >> not)
        try
            for folder in
                [
                    path
                    yield! [ for name in [ "trajectories"; "policies"; "displacement" ] -> Path.Combine(path, name) ]
                ] do
                Directory.CreateDirectory folder |> ignore
            { Path = Path.GetFullPath path }
        with
        | :? UnauthorizedAccessException
        | :? IOException as error ->
            raise(IOException($"Cannot make the run folder {path}: {error.Message} Choose another place with --out FOLDER.", error))

    /// Writes down what a study is and how it was made. A folder can be resumed from then on.
    let describe (folder: RunFolder) (call: ScriptCall option) (configuration: string) =
        for call in Option.toList call do
            AtomicFile.WriteText(folder.Call, JsonSerializer.Serialize(call, Json.options))
        AtomicFile.WriteText(folder.Configuration, configuration)

    /// A folder that a study was begun in. Raises `DirectoryNotFoundException` or `FileNotFoundException` with a remedy where none was.
    let existing (path: string) =
        let folder = { Path = Path.GetFullPath path }
        if not(Directory.Exists folder.Path) then
            raise(DirectoryNotFoundException $"There is no run folder {folder.Path}.")
        if not(File.Exists folder.Configuration) then
            raise(
                FileNotFoundException
                    $"{folder.Path} has no config.json: nothing was begun in it, so there is nothing to resume. Run the script again."
            )
        folder

    /// The call that made the folder, where a script made it. Raises `InvalidDataException` naming the file where it holds something else.
    let call (folder: RunFolder) =
        if File.Exists folder.Call then
            let remedy = "Mend it, or run the script again."
            let json = JsonText.load remedy folder.Call
            try
                JsonSerializer.Deserialize<ScriptCall>(json, Json.options) |> Option.ofObj
            with :? JsonException as error ->
                raise(InvalidDataException($"{folder.Call}: it does not say which script made the run: {error.Message}. {remedy}", error))
        else
            None

    /// Keeps other processes out until it is disposed or this one ends, however it ends. Raises `IOException` where another one is at work.
    let enter (folder: RunFolder) : IDisposable =
        try
            new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose)
        with :? IOException as error ->
            raise(IOException($"Another process is writing into {folder.Path}: let it end, or stop it first.", error))

    /// Removes what was being written when a process was killed.
    let sweep (folder: RunFolder) =
        for place in [ "policies"; "warm-start" ] do
            AtomicFolder.RemoveUnfinished(Path.Combine(folder.Path, place))
