/// Makes one folder that runs on a GPU machine without .NET and without a network: programs, their runtime, the C++ sources, a script.
module Bundle

open System
open System.IO
open System.Runtime.InteropServices
open Shell

let private name = "levee-gpu"

/// The largest size of the packed folder, in bytes.
let private limit = 64L * 1024L * 1024L

let private platform = "linux-x64"

/// Projects whose programs go in. Those that this checkout does not have are left out.
let private programs = [
    "tests/Framework.Tests"
    "tests/Policies.Tests"
    "tests/Interop.Tests"
    "tests/Training.Tests"
    "tests/Benchmarks"
    "CommandLine"
]

/// The files and folders that the programs read, by their paths in the repository.
let private data = [
    "tests/oracles"
    "tests/Framework.Tests/curves"
    "tests/Policies.Tests/merge_adapter.py"
    "tests/Training.Tests/read_events.py"
    "tests/Benchmarks/peer"
    "Experiments/data"
    "Interop.LibTorch/native"
]

let private copyFile (source: string) (target: string) =
    Directory.CreateDirectory(Path.GetDirectoryName target |> nonNull) |> ignore
    File.Copy(source, target, overwrite = true)

/// Copies the files that are wanted, by their path in the folder.
let private copyFolder (isWanted: string -> bool) (source: string) (target: string) =
    for file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories) do
        let path = Path.GetRelativePath(source, file)
        if isWanted path then
            copyFile file (Path.Combine(target, path))

let private copy (source: string) (target: string) =
    if File.Exists source then
        copyFile source target
    else
        copyFolder (fun path -> not(path.Contains "__pycache__")) source target

/// Documentation, symbols and other platforms' libraries stay behind, and so do the programs' own hosts, which ask for an installed .NET.
let private isRun (output: string) (path: string) =
    let isForeign = path.StartsWith "runtimes" && not(path.StartsWith(Path.Combine("runtimes", platform)))
    let isForTools = List.contains (Path.GetExtension path) [ ".pdb"; ".xml" ]
    let isHost = File.Exists(Path.Combine(output, path + ".dll"))
    not(isForeign || isForTools || isHost)

/// The .NET runtime that runs this script: its host, and the one shared framework that the programs ask for.
let private runtime (target: string) =
    let host = Environment.ProcessPath |> nonNull
    let dotnet = Path.GetDirectoryName host |> nonNull
    if Path.GetFileNameWithoutExtension host <> "dotnet" then
        fail $"the bundle takes the .NET runtime from `dotnet`, which should run this script; {host} does."
    let framework = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd '/'
    let version = Path.GetFileName framework
    for part in [ "dotnet"; "LICENSE.txt"; "ThirdPartyNotices.txt" ] do
        copyFile (Path.Combine(dotnet, part)) (Path.Combine(target, part))
    for part in [ $"host/fxr/{version}"; $"shared/Microsoft.NETCore.App/{version}" ] do
        copyFolder (fun _ -> true) (Path.Combine(dotnet, part)) (Path.Combine(target, part))

/// A starter for the command line, whatever its program is called.
let private starter (output: string) (target: string) =
    match Directory.GetFiles(output, "*.runtimeconfig.json") with
    | [| configuration |] ->
        let program = (Path.GetFileName configuration).Replace(".runtimeconfig.json", "")
        File.WriteAllText(
            target,
            "#!/usr/bin/env bash\n"
            + "# The command line; `./run.sh build` makes the native library that it needs.\n"
            + "here=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\n"
            + "export DOTNET_ROOT=\"$here/runtime\" LEVEE_TORCH_LIBRARY=\"${LEVEE_TORCH_LIBRARY:-${OUT:-$PWD/out}/native/libLeveeTorch.so}\"\n"
            + $"exec \"$here/runtime/dotnet\" \"$here/programs/{program}.dll\" \"$@\"\n"
        )
        File.SetUnixFileMode(target, UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute)
    | found -> fail $"{output} holds {found.Length} programs; one was expected."

let private fill (folder: string) =
    for project in programs |> List.filter(inRepository >> Directory.Exists) do
        let output = inRepository $"artifacts/bin/{Path.GetFileName project}/release"
        copyFolder (isRun output) output (Path.Combine(folder, "programs"))
        if project = "CommandLine" then
            starter output (Path.Combine(folder, "levee"))
    for path in data do
        copy (inRepository path) (Path.Combine(folder, path))
    copyFile (inRepository "build/bundle/run.sh") (Path.Combine(folder, "run.sh"))
    copyFile (inRepository "docs/gpu.md") (Path.Combine(folder, "README.md"))
    runtime(Path.Combine(folder, "runtime"))

/// Builds and packs; returns the exit code.
let run () =
    if RuntimeInformation.RuntimeIdentifier <> platform then
        fail $"the bundle carries this machine's .NET runtime, which is for {RuntimeInformation.RuntimeIdentifier}; make it on {platform}."
    if TorchSource.isPackage(TorchSource.chosen()) then
        fail "the bundle builds Interop.LibTorch on the GPU machine; choose it first: dotnet fsi build.fsx setup --torch-source libtorch"
    Setup.quietly false
    Projects.ensure Projects.solution
    let parent = inRepository "artifacts/bundle"
    let folder, packed = Path.Combine(parent, name), Path.Combine(parent, $"{name}.tar.gz")
    if Directory.Exists folder then
        Directory.Delete(folder, recursive = true)
    fill folder
    require "tar" "tar" [ "-C"; parent; "-czf"; packed; name ] |> ignore
    let size = FileInfo(packed).Length
    if size > limit then
        fail $"{packed} has {size / 1024L / 1024L} MiB, more than {limit / 1024L / 1024L}."
    say "bundle" $"artifacts/bundle/{name}.tar.gz, {size / 1024L / 1024L} MiB; on the GPU machine: tar xzf {name}.tar.gz && {name}/run.sh"
    0
