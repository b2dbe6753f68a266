namespace Levee.Training.Records

open System.IO
open System.Text
open System.Text.Json
open Levee
open Levee.Interop.HuggingFace

/// Cuts files of a run folder back to the step that each run goes on from, so that what is done again does not stand there twice. Each file is replaced
/// or shortened at once: a kill meanwhile leaves it as it was or as it shall be.
[<RequireQualifiedAccess>]
module CutBack =
    let private place (line: string) =
        use json = JsonDocument.Parse line
        let field (name: string) = json.RootElement.GetProperty name
        { Arm = string(field("arm").GetString()); Seed = field("seed").GetInt32() }, field("step").GetInt32()

    let private stands (stepOf: RunId -> int) (path: string) index (line: string) =
        try
            let run, step = place line
            step <= stepOf run
        with error ->
            raise(InvalidDataException($"{path}:{index + 1}: {error.Message} Remove or mend this line.", error))

    /// All lines that were written to their end: a kill may have cut the last one off.
    let private whole (path: string) =
        let lines = File.ReadAllText(path).Split '\n'
        lines[.. lines.Length - 2]

    /// Keeps those lines of a file of JSON objects with `arm`, `seed` and `step` that stand at or before the step of their run. Raises
    /// `InvalidDataException` naming file, line and remedy where a line has no such fields.
    let lines (stepOf: RunId -> int) (path: string) =
        if File.Exists path then
            let kept = whole path |> Array.indexed |> Array.filter(fun (index, line) -> stands stepOf path index line)
            AtomicFile.Write(
                path,
                fun file ->
                    for _, line in kept do
                        file.Write(Encoding.UTF8.GetBytes(line + "\n"))
            )

    /// Keeps no more than the first bytes of a file.
    let bytes (length: int64) (path: string) =
        if File.Exists path then
            use file = File.Open(path, FileMode.Open)
            file.SetLength(min length file.Length)
