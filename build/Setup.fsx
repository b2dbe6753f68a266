/// Makes this machine ready to build: each step looks first and changes something only where it has to.
module Setup

open System
open System.IO
open System.Security.Cryptography
open System.Text
open Shell

type Options = {
    /// The source of the TorchSharp names, as a user types it; None keeps the one that was chosen before, at first libtorch.
    TorchSource: string option
    /// True to install python3-torch too, the peer of some tests and of the benchmarks.
    WithPeer: bool
    /// True to say of each part that was found to be up to date that it is.
    Verbose: bool
}

let private upToDate options subject what =
    if options.Verbose then
        say subject $"{what}: up to date"

let private sdk options =
    let version = (require "dotnet --version" "dotnet" [ "--version" ]).Split Environment.NewLine |> Array.head
    if Version.Parse(version.Split('-')[0]).Major < 10 then
        fail $"The .NET SDK {version} is too old: install the .NET SDK 10 or newer."
    upToDate options "sdk" $".NET {version}"

let private torchSource options =
    let source = options.TorchSource |> Option.map TorchSource.named |> Option.defaultWith TorchSource.chosen
    if TorchSource.choose source then
        say "source" $"{source.Name}, written to torch.props: {source.Meaning}"
    else
        upToDate options "source" $"{source.Name} (torch.props), {source.Meaning}"
    source

/// The file in which the loader finds the system's BLAS, links followed; None where there is none, or no way to know.
let private systemBlas () =
    let loader = "/sbin/ldconfig"
    if not(File.Exists loader) then
        None
    else
        (snd(capture loader [ "-p" ])).Split '\n'
        |> Array.tryFind(fun line -> line.TrimStart().StartsWith "libblas.so.3 ")
        |> Option.map(fun line ->
            let path = line.Substring(line.IndexOf "=>" + 2).Trim()
            let target = File.ResolveLinkTarget(path, returnFinalTarget = true)
            if isNull target then path else target.FullName)

let private isFast (blas: string) = [ "openblas"; "mkl"; "blis"; "atlas" ] |> List.exists blas.Contains

let private missingPackages (torch: Libtorch.Libtorch option) =
    let usesSystemBlas = torch |> Option.forall _.IsSystem
    [
        if torch.IsNone then
            "libtorch-dev"
        if usesSystemBlas && not(systemBlas() |> Option.exists isFast) then
            "libopenblas0-pthread"
        if not(isInstalled "cmake") then
            "cmake"
        if not(isInstalled "c++" || isInstalled "g++") then
            "g++"
        if not(isInstalled "make") then
            "make"
    ]

let private needed =
    "libtorch 1.13 or newer (set LIBTORCH to its folder, or install PyTorch for python3), CMake, make and a C++17 compiler"

let private warnOfSlowBlas () =
    match systemBlas() with
    | Some blas when not(isFast blas) ->
        say
            "blas"
            $"libblas.so.3 is {blas}: matrix products will crawl. Choose OpenBLAS: sudo update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu"
    | _ -> ()

/// Finds libtorch and the tools that compile against it; installs what is missing where that is possible.
let private libtorch options =
    let found =
        if OperatingSystem.IsLinux() then
            missingPackages(Libtorch.find())
        else
            []
    match found with
    | [] -> upToDate options "tools" "cmake, make, c++"
    | missing when Apt.isAllowed() ->
        say "packages" $"""installing {String.Join(", ", missing)} (a few minutes)"""
        Apt.install missing
    | missing when Apt.exists() -> fail $"Missing packages. Install them, then try again:\n    {Apt.command missing}"
    | missing -> fail $"""Missing, by Debian's names: {String.Join(", ", missing)}. Needed are {needed}."""
    match Libtorch.find() with
    | None -> fail $"No libtorch found. Needed are {needed}."
    | Some torch ->
        if torch.IsSystem then
            warnOfSlowBlas()
        upToDate options "libtorch" $"{torch.Version} ({torch.Origin})"
        torch

let private nativeSources () =
    let folder = inRepository "Interop.LibTorch/native"
    if not(File.Exists(Path.Combine(folder, "CMakeLists.txt"))) then
        fail "Interop.LibTorch/native/CMakeLists.txt is missing: this checkout is not complete."
    Directory.GetFiles(folder, "*", SearchOption.AllDirectories) |> Array.sort

let private libraryName =
    if OperatingSystem.IsWindows() then "LeveeTorch.dll"
    elif OperatingSystem.IsMacOS() then "libLeveeTorch.dylib"
    else "libLeveeTorch.so"

let private hashOf (files: string[]) =
    use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
    for file in files do
        hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(root, file)))
        hash.AppendData(File.ReadAllBytes file)
    Convert.ToHexString(hash.GetHashAndReset())

/// True when CMake wrote its files here for another place: it refuses to go on with them after the checkout was moved or copied.
let private wasMoved (folder: string) =
    let cache = Path.Combine(folder, "CMakeCache.txt")
    File.Exists cache
    && File.ReadLines cache
       |> Seq.exists(fun line -> line.StartsWith "CMAKE_CACHEFILE_DIR:" && not(line.EndsWith("=" + folder)))

/// Compiles the C++ layer, unless neither its sources nor the libtorch under it changed.
let private native options (torch: Libtorch.Libtorch) =
    let folder = inRepository "artifacts/native"
    let library = Path.Combine(folder, libraryName)
    let stamp = Path.Combine(folder, "levee.stamp")
    let against = $"{torch.Version} {torch.Root}"
    let wanted = [| against; hashOf(nativeSources()) |]
    let before = if File.Exists stamp then File.ReadAllLines stamp else [||]
    if File.Exists library && before = wanted then
        upToDate options "native" $"artifacts/native/{libraryName}"
    else
        if Directory.Exists folder && (Array.tryHead before <> Some against || wasMoved folder) then
            Directory.Delete(folder, recursive = true)
        say "native" $"compiling artifacts/native/{libraryName} (a minute or two)"
        let sources = inRepository "Interop.LibTorch/native"
        // Names libtorch outright, so that CMake cannot find another one.
        let environment = [ "-E"; "env"; $"LIBTORCH={torch.Root}"; "cmake" ]
        require "cmake" "cmake" [ yield! environment; "-S"; sources; "-B"; folder; "-DCMAKE_BUILD_TYPE=Release" ] |> ignore
        require "The C++ build" "cmake" [ "--build"; folder; "--config"; "Release"; "--parallel"; string Environment.ProcessorCount ]
        |> ignore
        if not(File.Exists library) then
            fail $"The C++ build left no {library}."
        File.WriteAllLines(stamp, wanted)

/// Compiles what needs CUDA's own headers besides, where libtorch has CUDA. Nothing else depends on it.
let private extras options (torch: Libtorch.Libtorch) =
    let folder = inRepository "artifacts/extras"
    let stamp = Path.Combine(folder, "levee.stamp")
    let wanted = [| $"{torch.Version} {torch.Root}" |]
    let hasCuda = File.Exists(Path.Combine(torch.Root, "lib", "libtorch_cuda.so"))
    if hasCuda && File.Exists stamp && File.ReadAllLines stamp = wanted then
        upToDate options "extras" "artifacts/extras"
    elif hasCuda then
        try
            if Directory.Exists folder then
                Directory.Delete(folder, recursive = true)
            let sources = inRepository "Interop.LibTorch/native/extras"
            require "cmake" "cmake" [ "-E"; "env"; $"LIBTORCH={torch.Root}"; "cmake"; "-S"; sources; "-B"; folder ] |> ignore
            require "The C++ build" "cmake" [ "--build"; folder; "--config"; "Release" ] |> ignore
            File.WriteAllLines(stamp, wanted)
        with Stop(message, _) ->
            say "extras" $"left out, and CUDA graphs with them: {message.Split('\n')[0]}"

/// PyTorch for Python, the peer that tests and benchmarks compare with: good to have, never needed.
let private peer options =
    let isThere = [ "python3"; "/usr/bin/python3" ] |> List.exists(Libtorch.pythonPackage >> Option.isSome)
    if isThere then
        upToDate options "peer" "PyTorch for python3"
    elif Apt.isAllowed() then
        say "packages" "installing python3-torch, the peer for tests and benchmarks"
        try
            Apt.install [ "python3-torch" ]
        with Stop(message, _) ->
            say "peer" $"python3-torch could not be installed; comparisons with it will be skipped.\n{message}"
    elif options.Verbose then
        let remedy =
            if Apt.exists() then
                " Optional: " + Apt.command [ "python3-torch" ]
            else
                ""
        say "peer" $"no PyTorch for python3; comparisons with it will be skipped.{remedy}"

/// Does all steps in order.
let run (options: Options) =
    sdk options
    if torchSource options |> TorchSource.isPackage |> not then
        let torch = libtorch options
        native options torch
        extras options torch
    if options.WithPeer then
        peer options

/// The set-up that the other commands do first: it writes nothing where there is nothing to do.
let quietly withPeer = run { TorchSource = None; WithPeer = withPeer; Verbose = false }
