/// Finds the libtorch of this machine: the folder named by LIBTORCH, else PyTorch's in python3, else the system's.
module Libtorch

open System
open System.IO
open System.Text.RegularExpressions
open Shell

/// The oldest libtorch that the C++ layer compiles against.
let oldest = Version(1, 13)

type Libtorch = {
    /// The folder that holds its include/ and lib/.
    Root: string
    Version: Version
    /// Who provides it, in words.
    Origin: string
    /// True when it came with the operating system, so that its BLAS is the system's too.
    IsSystem: bool
}

let private hasHeaders (root: string) = File.Exists(Path.Combine(root, "include", "ATen", "ATen.h"))

// Newer releases keep the numbers in the second header, which the first one includes.
let private versionHeaders = [ "torch/csrc/api/include/torch/version.h"; "torch/headeronly/version.h" ]

let private versionOf (root: string) =
    let header =
        versionHeaders
        |> List.map(fun name -> Path.Combine(root, "include", name))
        |> List.filter File.Exists
        |> List.map File.ReadAllText
        |> String.concat "\n"
    match [ for part in [ "MAJOR"; "MINOR" ] -> Regex.Match(header, $"TORCH_VERSION_{part} (\\d+)") ] with
    | [ major; minor ] when major.Success && minor.Success -> Version(int major.Groups[1].Value, int minor.Groups[1].Value)
    | _ -> fail $"the libtorch in {root} has no readable {versionHeaders.Head}: it is incomplete, or older than {oldest}."

let private describe origin isSystem root = { Root = root; Version = versionOf root; Origin = origin; IsSystem = isSystem }

let private named () =
    match Environment.GetEnvironmentVariable "LIBTORCH" with
    | null
    | "" -> None
    | root when hasHeaders root -> Some(describe $"LIBTORCH={root}" false root)
    | root ->
        fail $"LIBTORCH={root}: no include/ATen/ATen.h in it. Name the folder that holds libtorch's include/ and lib/, or unset LIBTORCH."

/// The folder of Python's package `torch`. Only looks for it: importing it would take seconds.
let pythonPackage (python: string) =
    let script = "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    if not(isInstalled python) then
        None
    else
        match capture python [ "-c"; script ] with
        | 0, output when output.Trim() <> "" -> Some(output.Trim())
        | _ -> None

// The headers in Debian's python3-torch are links to the system's libtorch, which is then the one to name.
let private isLinked (package: string) =
    Directory.ResolveLinkTarget(Path.Combine(package, "include", "ATen"), returnFinalTarget = true) |> isNull |> not

let private python () =
    pythonPackage "python3"
    |> Option.filter(fun package -> hasHeaders package && not(isLinked package))
    |> Option.map(fun package -> describe $"PyTorch in {package}" false package)

let private system () =
    [ "/usr"; "/usr/local" ]
    |> List.tryFind hasHeaders
    |> Option.map(fun root -> describe $"the system's, in {root}" true root)

/// The libtorch to build against, if there is one; one that is too old is an error.
let find () =
    let found = named() |> Option.orElseWith python |> Option.orElseWith system
    match found with
    | Some torch when torch.Version < oldest ->
        fail(
            $"libtorch {torch.Version} ({torch.Origin}) is too old: {oldest} or newer is needed. "
            + "Unpack a newer libtorch and set LIBTORCH to its folder, or install a newer PyTorch for python3."
        )
    | _ -> found
