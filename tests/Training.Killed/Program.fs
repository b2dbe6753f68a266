/// Runs the tiny study in a folder, or goes on with the one that was begun there.
module Levee.Tests.Killed

open System.IO
open System.Threading
open Levee
open Levee.Tests

/// The study's steps.
let steps = 60

/// The study's folder, once it was begun.
let begun out =
    Directory.GetDirectories out
    |> Seq.map(fun path -> { Path = path })
    |> Seq.tryFind(fun folder -> File.Exists folder.Configuration)

[<EntryPoint>]
let main arguments =
    let out = arguments[0]
    let options, study = TinyWorld.options out, TinyWorld.study steps
    let outcome =
        match begun out with
        | Some folder -> Study.resume options folder study CancellationToken.None
        | None -> Study.run options study CancellationToken.None
    for run, message in outcome.Failed do
        eprintfn $"{run} failed: {message}"
    outcome.Failed.Length
