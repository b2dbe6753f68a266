/// Reads TensorBoard's event files by a program that shares nothing with the writer.
module Levee.Tests.EventFiles

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Xunit

type Event = { Time: float; Step: int64; Version: string; Values: (string * float) list }

type EventFile = { Events: Event list; Fault: string option }

let private number (element: JsonElement) =
    match element.ValueKind with
    | JsonValueKind.String -> Double.Parse(nonNull(element.GetString()))
    | _ -> element.GetDouble()

let private eventFile (json: string) =
    use document = JsonDocument.Parse json
    let text (element: JsonElement) = element.GetString() |> Option.ofObj
    let event (element: JsonElement) = {
        Time = element.GetProperty("time").GetDouble()
        Step = element.GetProperty("step").GetInt64()
        Version = element.GetProperty "version" |> text |> Option.get
        Values = [
            for pair in element.GetProperty("values").EnumerateArray() -> (text pair[0]).Value, number pair[1]
        ]
    }
    {
        Events = [ for element in document.RootElement.GetProperty("events").EnumerateArray() -> event element ]
        Fault = document.RootElement.GetProperty "fault" |> text
    }

let private python = "/usr/bin/python3"

/// The content of some files as the independent reader finds it.
let read (paths: string list) =
    if not(File.Exists python) then
        Assert.Skip $"{python} is missing: event files are read back by a Python program."
    let script = Path.Combine(Repository.root, "tests", "Training.Tests", "read_events.py")
    let start = ProcessStartInfo(python, script :: paths, RedirectStandardOutput = true, RedirectStandardError = true)
    use reader = nonNull(Process.Start start)
    let errors = reader.StandardError.ReadToEndAsync()
    let output = reader.StandardOutput.ReadToEnd()
    reader.WaitForExit()
    Assert.Equal("", errors.Result)
    output.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> Array.map eventFile |> List.ofArray
