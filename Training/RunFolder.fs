namespace Levee

open System
open System.IO

/// The folder that a study writes into, and the names in it.
type RunFolder = {
    Path: string
} with

    member this.Configuration = Path.Combine(this.Path, "config.json")
    member this.Metrics = Path.Combine(this.Path, "metrics.jsonl")
    member this.Events = Path.Combine(this.Path, "events.jsonl")
    member this.Bars = Path.Combine(this.Path, "lld_probe.jsonl")
    member this.Report = Path.Combine(this.Path, "report.html")
    member this.WarmStart index = Path.Combine(this.Path, "warm-start", string index)
    member this.Policy run = Path.Combine(this.Path, "policies", RunFolder.FileName run)
    /// Why a run's most displaced questions are so, as text.
    member this.Displacement run = Path.Combine(this.Path, "displacement", RunFolder.FileName run + ".txt")
    /// The policy of a run as it was after a step.
    member this.PolicyAt(run, step: int) = $"{this.Policy run}-step{step}"
    member this.Trajectories run = Path.Combine(this.Path, "trajectories", RunFolder.FileName run + ".txt")

    /// The folder of a run's event files; TensorBoard shows the folder above with all runs in it.
    member this.TensorBoard run = Path.Combine(this.Path, "tensorboard", RunFolder.FileName run)

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
