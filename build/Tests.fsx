/// Runs the test projects one after the other and adds up their results.
module Tests

open System
open System.IO
open System.Xml.Linq
open Shell

type private Count = {
    Passed: int
    Failed: int
    Skipped: int
    /// The tests that failed, each with the first line of its message.
    Failures: string list
}

let private projects () =
    Directory.GetDirectories(inRepository "tests", "*.Tests") |> Array.map Path.GetFileName |> Array.sort |> List.ofArray

let private attribute (name: string) (element: XElement) =
    match element.Attribute(XName.Get name) with
    | null -> 0
    | value -> int value.Value

let private text (name: string) (element: XElement) =
    match element.Attribute(XName.Get name) with
    | null -> ""
    | value -> value.Value

let private firstLine (element: XElement) =
    match Seq.tryHead(element.Descendants(XName.Get "message")) with
    | None -> ""
    | Some message -> message.Value.Trim().Split('\n')[0]

// An error is a failure outside of any test, such as in a fixture's disposal.
let private read (report: string) =
    let assemblies = XDocument.Load(report).Descendants(XName.Get "assembly") |> List.ofSeq
    let sum name = assemblies |> List.sumBy(attribute name)
    let failed =
        assemblies
        |> List.collect(fun assembly -> [
            for test in assembly.Descendants(XName.Get "test") do
                if text "result" test = "Fail" then
                    $"""{text "name" test}: {firstLine test}"""
            for error in assembly.Descendants(XName.Get "error") do
                $"""{text "name" error}: {firstLine error}"""
        ])
    {
        Passed = sum "passed"
        Failed = sum "failed" + sum "errors"
        Skipped = sum "skipped"
        Failures = failed
    }

// The runner matches `*text*` with a test's full name. The longer form is what `dotnet test` calls the same.
let private filterArguments (filter: string option) =
    match filter with
    | None -> []
    | Some text -> [ "-method"; $"""*{text.Replace("FullyQualifiedName~", "")}*""" ]

let private runProject filter project =
    let report = inRepository $"artifacts/test-results/{project}.xml"
    File.Delete report
    say "test" project
    let arguments = [
        "-noLogo"
        if Console.IsOutputRedirected then
            "-noColor"
        yield! [ "-xml"; report ]
        yield! filterArguments filter
    ]
    let program, arguments = TorchSource.start(Projects.program project :: arguments)
    let code = runIn root program arguments
    if File.Exists report then
        let count = read report
        if code <> 0 && count.Failed = 0 then
            { count with Failed = 1; Failures = [ $"{project} ended with exit code {code}" ] }
        else
            count
    else
        let failure = $"{project} ended with exit code {code} and without a report"
        { Passed = 0; Failed = 1; Skipped = 0; Failures = [ failure ] }

let private report count =
    let skipped =
        if count.Skipped > 0 then
            $", {count.Skipped} skipped"
        else
            ""
    for failure in count.Failures do
        printfn $"failed: {failure}"
    printfn $"{count.Passed} passed, {count.Failed} failed{skipped}"

/// Builds and runs the tests; the last line that it writes is the sum. Returns the exit code.
let run (filter: string option) =
    try
        Setup.quietly true
        Projects.ensure Projects.solution
        Directory.CreateDirectory(inRepository "artifacts/test-results") |> ignore
        let counts = projects() |> List.map(runProject filter)
        let total = {
            Passed = counts |> List.sumBy _.Passed
            Failed = counts |> List.sumBy _.Failed
            Skipped = counts |> List.sumBy _.Skipped
            Failures = counts |> List.collect _.Failures
        }
        let isEmpty = total.Passed + total.Failed + total.Skipped = 0
        if isEmpty then
            eprintfn
                "error: no test was run%s"
                (match filter with
                 | Some text -> $": no name contains '{text}'."
                 | None -> ".")
        report total
        if isEmpty || total.Failed > 0 then 1 else 0
    with Stop(message, _) ->
        eprintfn $"error: {message}"
        report { Passed = 0; Failed = 1; Skipped = 0; Failures = [ message ] }
        1
