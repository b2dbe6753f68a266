namespace Levee.Training.Records

open System.IO
open System.Text
open System.Text.Json
open Levee.Environments
open Levee.Interop.HuggingFace

/// Cuts the files of a run folder back to the step that each run goes on from; otherwise the steps that are done again would stand there twice. Each file is
/// replaced or shortened at once, so that a process killed meanwhile leaves it either as it was or as it should be.
[<RequireQualifiedAccess>]
module CutBack =
    let private stands (stepOf: RunId -> int) (path: string) (line: FileLine) =
        let place = JsonLines.parseLine path JsonLines.ofElement<LinePlace> line
        place.Step <= stepOf place.Run

    /// Keeps those lines of a file of JSON objects with `arm`, `seed` and `step` whose step is at most that of their run. A last line that a kill has cut off
    /// is dropped. Raises `InvalidDataException` naming file, line and remedy where a line has no such fields.
    let lines (stepOf: RunId -> int) (path: string) =
        if File.Exists path then
            let ended = FileLines.read path |> Seq.filter(fun line -> line.IsEnded && not line.IsBlank)
            let kept = ended |> Seq.filter(stands stepOf path) |> List.ofSeq
            AtomicFile.Write(
                path,
                fun file ->
                    for line in kept do
                        file.Write line.Bytes
                        file.WriteByte(byte '\n')
            )

    /// Keeps no more than the first `length` bytes of a file.
    let bytes (length: int64) (path: string) =
        if File.Exists path then
            use file = File.Open(path, FileMode.Open)
            file.SetLength(min length file.Length)
