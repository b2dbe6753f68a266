/// Folders and files that a reader can take in.
module Levee.Tests.SourceTree

open System
open System.Diagnostics
open System.IO
open Xunit

/// The most source files that a folder holds; more of them want rooms.
let private mostFiles = 15

/// The most lines that a source file has; more of them want two files.
let private mostLines = 400

let private isSource (path: string) =
    List.contains (Path.GetExtension path) [ ".fs"; ".fsi"; ".fsx"; ".cs"; ".cpp"; ".h"; ".cu"; ".py"; ".mjs"; ".js" ]

let private git (folder: string) (arguments: string list) =
    let info =
        ProcessStartInfo("git", arguments, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true)
    use git =
        match Process.Start info with
        | null -> failwith "git did not start"
        | started -> started
    let errors = git.StandardError.ReadToEndAsync()
    let output = git.StandardOutput.ReadToEnd()
    git.WaitForExit()
    Assert.True((git.ExitCode = 0), $"git {arguments.Head}: {errors.Result}")
    output

/// The tracked files and folders of a repository that are too large, a line each.
let private faults (root: string) =
    // A file that is deleted and not yet committed is tracked still.
    let isThere (path: string) = File.Exists(Path.Combine(root, path))
    let sources =
        (git root [ "ls-files"; "-z" ]).Split('\000', StringSplitOptions.RemoveEmptyEntries)
        |> Array.filter(fun path -> isSource path && isThere path)
    [
        for folder, files in Array.groupBy (fun (path: string) -> Path.GetDirectoryName path) sources do
            if files.Length > mostFiles then
                $"{folder}/ holds {files.Length} source files, more than {mostFiles}: move some into folders named for their subjects"
        for path in sources do
            let lines = Seq.length(File.ReadLines(Path.Combine(root, path)))
            if lines > mostLines then
                $"{path} has {lines} lines, more than {mostLines}: split it by subject"
    ]

let private skipWithoutGit () =
    Assert.SkipUnless(Path.Exists(Path.Combine(Repository.root, ".git")), "Not in a checkout: there is no .git.")

[<Fact>]
let ``no folder has more than 15 source files, and no source file more than 400 lines`` () =
    skipWithoutGit()
    let found = faults Repository.root
    Assert.True(found.IsEmpty, String.concat "\n" found)

[<Fact>]
let ``a folder or a file that is too large is named`` () =
    skipWithoutGit()
    use place = new World.TemporaryFolder()
    let write (path: string) lines =
        let file = Path.Combine(place.Path, path)
        Directory.CreateDirectory(nonNull(Path.GetDirectoryName file)) |> ignore
        File.WriteAllLines(file, Array.replicate lines "// A line.")
    for index in 1..15 do
        write $"enough/File{index}.fs" 1
    write "enough/notes.md" 1000
    for index in 1..16 do
        write $"crowded/File{index}.cs" 1
    write "enough/room/Fits.py" 400
    write "enough/room/Long.py" 401
    git place.Path [ "init"; "--quiet" ] |> ignore
    Assert.Empty(faults place.Path)
    git place.Path [ "add"; "." ] |> ignore
    match faults place.Path with
    | [ crowded; long ] ->
        Assert.StartsWith("crowded/ holds 16 source files", crowded)
        Assert.StartsWith("enough/room/Long.py has 401 lines", long)
    | others -> Assert.Fail $"{others}"
