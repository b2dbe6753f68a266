/// The most memory that a piece of work takes, as Linux counts it.
module Levee.Tests.PeakMemory

open System
open System.Diagnostics
open System.IO

/// Environment variables with which the C library gives memory back as soon as it is free, so that all resident memory is in use.
let private environment = [ "MALLOC_MMAP_THRESHOLD_", "65536"; "MALLOC_TRIM_THRESHOLD_", "65536"; "MALLOC_ARENA_MAX", "1" ]

/// Exit code and output of one of our programs that measures itself, in a process where all resident memory is in use.
let ofProgram (program: string) (arguments: string list) =
    let info = ProcessStartInfo("dotnet", program :: arguments, RedirectStandardOutput = true)
    for variable, value in environment do
        info.Environment[variable] <- value
    match Process.Start info with
    | null -> invalidOp "dotnet did not start."
    | started ->
        use child = started
        let output = child.StandardOutput.ReadToEnd()
        child.WaitForExit()
        child.ExitCode, output

/// True when the kernel counts the peak of resident memory.
let isCounted = OperatingSystem.IsLinux() && File.Exists "/proc/self/clear_refs"

let private status (field: string) =
    let line = File.ReadLines "/proc/self/status" |> Seq.find(fun line -> line.StartsWith(field, StringComparison.Ordinal))
    1024L * Int64.Parse(line.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)[1])

/// The bytes that were resident at most while `work` ran, beyond those before.
let during (work: unit -> unit) =
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking = true, compacting = true)
    // Sets the peak back to what is resident now.
    File.WriteAllText("/proc/self/clear_refs", "5")
    let before = status "VmRSS:"
    work()
    status "VmHWM:" - before
