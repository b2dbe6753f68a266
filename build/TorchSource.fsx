/// The sources of the TorchSharp names: Interop.LibTorch over the machine's libtorch, or one of TorchSharp's packages.
module TorchSource

open System
open System.IO
open System.Runtime.InteropServices
open System.Text.RegularExpressions
open Levee.CommandLine
open Shell

type TorchSource = {
    /// The name that a user types.
    Name: string
    /// The value of MSBuild's property TorchSource: `libtorch`, or the package's name.
    Property: string
    /// A description for the user.
    Meaning: string
}

let libtorch = {
    Name = "libtorch"
    Property = "libtorch"
    Meaning = "this machine's own libtorch through Interop.LibTorch"
}

let all = [
    libtorch
    {
        Name = "torchsharp"
        Property = "TorchSharp"
        Meaning = "the package alone; the loader must find a libtorch 2.10, say by LD_LIBRARY_PATH"
    }
    {
        Name = "torchsharp-cpu"
        Property = "TorchSharp-cpu"
        Meaning = "the package with its libtorch 2.10 for the CPU"
    }
    {
        Name = "torchsharp-cuda-linux"
        Property = "TorchSharp-cuda-linux"
        Meaning = "the package with its libtorch 2.10 for CUDA 12.8, several gigabytes"
    }
]

let private file = inRepository "torch.props"

let isPackage source = source <> libtorch

/// The source that torch.props names; libtorch where there is no such file.
let chosen () =
    if not(File.Exists file) then
        libtorch
    else
        let property = Regex.Match(File.ReadAllText file, "<TorchSource>(.*)</TorchSource>").Groups[1].Value
        match all |> List.tryFind(fun source -> source.Property = property) with
        | Some source -> source
        | None ->
            fail
                $"""torch.props: the TorchSource '{property}' is unknown. Remove the file, or choose: {String.Join(", ", all |> List.map _.Property)}."""

/// The source of a name that a user types.
let named (name: string) =
    let names = all |> List.map _.Name
    match all |> List.tryFind(fun source -> source.Name = name) with
    | Some source -> source
    | None -> refuse $"""unknown torch source '{name}'.{Spelling.didYouMean name names} There are: {String.Join(", ", names)}."""

/// The folder into which a build puts a package's native libraries. A program finds them there by itself; fsi has to be told.
let private nativeFolder = $"artifacts/bin/Training/release/runtimes/{RuntimeInformation.RuntimeIdentifier}/native"

/// The program and the arguments by which `dotnet` is started with these arguments. With a package, .NET is told to leave its code unoptimised, because
/// optimised it lets numbers be freed while a native call still reads them (docs/torch-sources.md).
let start (arguments: string list) =
    if OperatingSystem.IsLinux() && isPackage(chosen()) then
        let already = Environment.GetEnvironmentVariable "LD_LIBRARY_PATH" |> Option.ofObj |> Option.defaultValue ""
        let libraries = $"LD_LIBRARY_PATH={inRepository nativeFolder}:{already}"
        "env", "DOTNET_TC_CallCounting=0" :: libraries :: "dotnet" :: arguments
    else
        "dotnet", arguments

let private lastError (output: string) =
    output.Split '\n'
    |> Array.tryFindBack(fun line -> line.Contains "error ")
    |> Option.map(fun line -> line.Substring(line.IndexOf "error ").Trim())
    |> Option.defaultValue(output.Trim())

/// Restores the package, so that a source that cannot be had is refused before anything is built.
let private restore source =
    let arguments = [
        "restore"
        inRepository "Framework.fsproj"
        $"-p:TorchSource={source.Property}"
        "-v:quiet"
        "-nologo"
        "-nodeReuse:false"
    ]
    match capture "dotnet" arguments with
    | 0, _ -> ()
    | _, output ->
        fail(
            $"--torch-source {source.Name}: the package {source.Property} cannot be restored; nothing was changed.\n{lastError output}\n"
            + "Remedy: name a NuGet source that has it (dotnet nuget add source URL-OR-FOLDER), or use --torch-source libtorch, which needs no package."
        )

/// Writes the choice to torch.props, after a package has been restored; true where it is a new one.
let choose source =
    if File.Exists file && chosen() = source then
        false
    else
        if isPackage source then
            restore source
        File.WriteAllText(
            file,
            $"<Project>\n  <PropertyGroup>\n    <TorchSource>{source.Property}</TorchSource>\n  </PropertyGroup>\n</Project>\n"
        )
        true
