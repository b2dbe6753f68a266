/// The same work in another program, python3-torch or Node: a process that works when told, as `peer/rounds.py` says.
module Levee.Benchmarks.Peer

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Text.Json
open Levee
open Levee.Training.Report
open Levee.Tests
open Levee.Benchmarks.Measure

/// The settings under which a peer runs.
type Conditions =
    /// The kernels of OpenBLAS and the settings of glibc's allocator that this process has chosen for itself.
    | Alike
    /// Everything as it comes, as for a user who sets nothing.
    | AsInstalled

[<DllImport "libc">]
extern nativeint private getenv(string name)

let private coreType = "OPENBLAS_CORETYPE"

/// OPENBLAS_CORETYPE as native code sees it in this process, once libtorch is loaded.
let ourKernels () =
    match Marshal.PtrToStringUTF8(getenv coreType) with
    | null
    | "" -> None
    | name -> Some name

/// The settings of glibc's allocator that Levee makes for itself (Interop.LibTorch/Machine/Allocator.cs), as the environment gives them.
let private allocator = [
    "MALLOC_MMAP_THRESHOLD_", "33554432"
    "MALLOC_MMAP_MAX_", "0"
    "MALLOC_TRIM_THRESHOLD_", "2147483647"
]

let private start (python: string) (arguments: string list) (environment: (string * string option) list) =
    let info =
        ProcessStartInfo(python, arguments, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false)
    for name, value in environment do
        match value with
        | Some value -> info.Environment[name] <- value
        | None -> info.Environment.Remove name |> ignore
    match Process.Start info with
    | null -> invalidOp $"{python} did not start."
    | started -> started

/// True when a Python exists and has PyTorch.
let private hasTorch python =
    try
        let look = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
        use run = start python [ "-c"; look ] []
        run.WaitForExit()
        run.ExitCode = 0
    with :? ComponentModel.Win32Exception ->
        false

/// The first Python that has PyTorch; None on a machine without.
let python = lazy (List.tryFind hasTorch [ "python3"; "/usr/bin/python3" ])

let private scriptFile script = Path.Combine(Repository.root, "tests", "Benchmarks", "peer", script)

/// A peer that runs: its answers are lines of JSON, the first one its library's name and version.
type Peer private (script: string, run: Process) =
    let read () =
        match run.StandardOutput.ReadLine() with
        | null -> invalidOp $"The peer {script} ended before it answered; what it wrote stands above."
        | line -> JsonDocument.Parse(line).RootElement

    let version = (read()).EnumerateObject() |> Seq.exactlyOne |> _.Value.GetString()

    let work (repetitions: int) =
        run.StandardInput.WriteLine repetitions
        run.StandardInput.Flush()
        read()

    /// A peer that runs under a Python with PyTorch, on a policy and a workload in a folder.
    static member Python(python: string, script: string, folder: string, threads: int, conditions: Conditions) =
        let file name = Path.Combine(folder, name)
        let arguments = [ scriptFile script; file "policy"; file "workload.json"; "--threads"; string threads ]
        let environment = [
            coreType, (if conditions = Alike then ourKernels() else None)
            for name, value in allocator do
                name, (if conditions = Alike then Some value else None)
            "OMP_NUM_THREADS", Some(string threads)
            "OPENBLAS_NUM_THREADS", Some(string threads)
        ]
        new Peer(script, start python arguments environment)

    /// A peer that runs under Node.
    static member Node(script: string, arguments: string list, environment: (string * string option) list) =
        new Peer(script, start "node" (scriptFile script :: arguments) environment)

    /// The library's version.
    member _.Version = version

    /// Works once and gives the numbers that this came to, by name.
    member _.Numbers() =
        (work 1).GetProperty("numbers").EnumerateObject()
        |> Seq.map(fun number -> number.Name, number.Value.GetDouble())
        |> Map.ofSeq

    member _.Contestant: Contestant =
        fun repetitions ->
            let answer = work repetitions
            let seconds (name: string) = answer.GetProperty(name).GetDouble()
            { Wall = seconds "wall"; Processor = seconds "processor" }

    interface IDisposable with
        member _.Dispose() =
            run.StandardInput.Close()
            run.WaitForExit()
            run.Dispose()

/// Does something with a new folder that holds a policy and a workload, as peers read them; the folder is removed at the end.
let withFolder (policy: Policy) workload (action: string -> 'a) =
    let folder = Directory.CreateTempSubdirectory "levee-bench-"
    try
        Policy.save (Path.Combine(folder.FullName, "policy")) policy
        File.WriteAllText(Path.Combine(folder.FullName, "workload.json"), JsonSerializer.Serialize<_> workload)
        action folder.FullName
    finally
        folder.Delete true
