/// Compiles projects with the .NET SDK, and only when something changed since the last time.
module Projects

open System
open System.Diagnostics
open System.IO
open System.Security.Cryptography
open System.Text
open Shell

let solution = "Framework.sln"

let private leftBehind = set [ ".git"; ".vs"; ".idea"; "artifacts"; "runs"; "node_modules"; "bin"; "obj" ]

let private allFiles =
    let rec under (folder: string) : string seq =
        seq {
            yield! Directory.EnumerateFiles folder
            for inner in Directory.EnumerateDirectories folder do
                if not(leftBehind.Contains(Path.GetFileName inner)) then
                    yield! under inner
        }
    lazy (under root |> Seq.map(fun file -> Path.GetRelativePath(root, file)) |> Seq.sort |> List.ofSeq)

/// The files of the repository with one of these extensions, relative to its root, without what builds and runs leave behind.
let files (extensions: string list) = allFiles.Value |> List.filter(fun file -> List.contains (Path.GetExtension file) extensions)

// Scripts, documents and an experiment's data are read when they are needed, never compiled in.
let private isCompiled (file: string) = not(file.StartsWith "Experiments" || List.contains (Path.GetExtension file) [ ".fsx"; ".md" ])

/// A short text that changes with every file that a build could read.
let private fingerprint () =
    let describe (file: string) =
        let info = FileInfo(inRepository file)
        $"{file}|{info.Length}|{info.LastWriteTimeUtc.Ticks}"
    let text = allFiles.Value |> List.filter isCompiled |> List.map describe |> String.concat "\n"
    Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes text))

let private stampOf (target: string) = inRepository $"artifacts/stamps/{Path.GetFileName target}"

/// Builds a project or the solution (Release). MSBuild shows its errors in full; true when it succeeded.
let build (target: string) =
    let now = fingerprint()
    let isBuilt known = File.Exists(stampOf known) && File.ReadAllText(stampOf known) = now
    if isBuilt target || isBuilt solution then
        true
    else
        say "build" $"{target} (Release)"
        let clock = Stopwatch.StartNew()
        // `dotnet msbuild` where `dotnet build` would add a summary. A server that outlives the build would keep a caller's pipe open.
        let settings = [
            "-p:Configuration=Release"
            "-p:UseSharedCompilation=false"
            "-nodeReuse:false"
            "-v:quiet"
            "-nologo"
        ]
        let isGood = runIn root "dotnet" ("msbuild" :: inRepository target :: "-restore" :: settings) = 0
        if isGood then
            say "build" $"{target}: done in {clock.Elapsed.TotalSeconds:F0} s"
            Directory.CreateDirectory(inRepository "artifacts/stamps") |> ignore
            File.WriteAllText(stampOf target, now)
        isGood

/// Builds as `build` does, and ends the command where that fails.
let ensure (target: string) =
    if not(build target) then
        fail $"{target} does not build."

/// The command line `levee`.
let commandLine = "CommandLine/CommandLine.fsproj"

/// The program that a project builds, to be run by `dotnet`.
let program (project: string) = inRepository $"artifacts/bin/{project}/release/{project}.dll"
