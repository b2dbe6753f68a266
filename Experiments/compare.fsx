// One report over several runs: means, spreads, and a paired test over the seeds that two arms have in common.
//
//     dotnet fsi build.fsx compare runs/collapse-20260101-120000 runs/llds-gates-20260102-090000
#load "levee.fsx"

open System
open System.IO
open Levee

Script.guarded(fun () ->
    let report, window, arms = Comparison.write "runs" DateTime.Now (List.ofArray(Script.arguments()))
    StudyConsole.verdict window arms
    printfn "Report: %s" (Path.GetRelativePath(Directory.GetCurrentDirectory(), report)))
