module Levee.Environments.Tests.AnswerTextTests

open System
open System.ComponentModel
open System.Diagnostics
open System.IO
open System.Text
open System.Text.Json
open Levee
open Levee.Tests
open Xunit

let private folder = Path.Combine(Repository.root, "tests", "Environments.Tests")

[<Fact>]
let ``Answers normalise as in Python`` () =
    use cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "exact_match.json")))
    Assert.True(cases.RootElement.GetArrayLength() >= 20)
    for case in cases.RootElement.EnumerateArray() do
        let text (name: string) = nonNull(case.GetProperty(name).GetString())
        Assert.Equal(text "normalised", AnswerText.normalise(text "text"))

let private sweep character =
    let c = character.ToString()
    $"a{c}b the{c} {c}an x{c}the{c}y {c} ΑΣ{c} {c}Σ Α{c}ΣΒ Α{c}Σ a{c}the"

let private python () =
    let start =
        ProcessStartInfo(
            "python3",
            [ Path.Combine(folder, "exact_match.py"); "sweep" ],
            RedirectStandardOutput = true,
            StandardOutputEncoding = UTF8Encoding false
        )
    try
        Option.ofObj(Process.Start start)
    with :? Win32Exception ->
        None

/// The version of Unicode that the tables of Interop.PythonText are from.
let private unicode = "14.0.0"

[<Fact>]
let ``Every character around articles, inside words and beside a sigma counts as in Python`` () =
    match python() with
    | None -> Assert.Skip "There is no python3 here to compare with."
    | Some started ->
        use python = started
        match python.StandardOutput.ReadLine() with
        | version when version <> unicode ->
            python.Kill()
            Assert.Skip $"python3 knows Unicode {version}, not the {unicode} of Python 3.11."
        | _ ->
            for code in Seq.append (seq { 0..0xD7FF }) (seq { 0xE000..0x10FFFF }) do
                let expected = python.StandardOutput.ReadLine()
                let found = AnswerText.normalise(sweep(Rune code))
                if expected <> found then
                    Assert.Fail $"U+{code:X4}: \"{found}\" instead of Python's \"{expected}\"."

[<Fact>]
let ``Halves of surrogate pairs are letters of no kind that stay as they are`` () =
    Assert.Equal("\ud800 x\udc00", AnswerText.normalise "the\ud800 a x\udc00")

[<Theory>]
[<InlineData("A", "A")>]
[<InlineData("A", " a ")>]
[<InlineData("The The", "the  THE")>]
[<InlineData("!!!", "!!!")>]
[<InlineData("+", "+")>]
[<InlineData("An'", "an'")>]
let ``A golden answer that normalises to nothing is matched by itself`` (golden: string, answer: string) =
    Assert.True(AnswerText.isVoid golden)
    Assert.True(Reward.isExactMatch [ golden ] answer)

[<Theory>]
[<InlineData("A", "B")>]
[<InlineData("A", "")>]
[<InlineData("A", "the")>]
[<InlineData("A", "!")>]
[<InlineData("A", "A!")>]
[<InlineData("The The", "")>]
[<InlineData("The The", "the")>]
[<InlineData("...", "an")>]
[<InlineData("...", "..")>]
[<InlineData("?", "Whatever")>]
let ``and by nothing else`` (golden: string, answer: string) =
    Assert.False(Reward.isExactMatch [ golden ] answer)
    Assert.True(Reward.isExactMatch [ golden; "B"; answer + "x" ] (answer + "x"))

[<Fact>]
let ``A golden answer that normalises to nothing stands inside no answer`` () =
    for answer in [ ""; "A"; "the"; "the A list"; "!!!"; "Paris" ] do
        Assert.False(Reward.isSubstringMatch [ "A"; "!!!"; "The The" ] answer)
    Assert.True(Reward.isSubstringMatch [ "A"; "Paris" ] "in Paris")
