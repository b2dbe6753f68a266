module Levee.Tests.ReportPictures

open System
open System.Xml
open System.Xml.Linq
open FsCheck
open FsCheck.FSharp
open Levee
open Levee.Training.Report
open Levee.Training.Report.Drawing
open Xunit

let private line arm seed step values = { Step = step; Arm = arm; Seed = seed; Values = Map.ofList values }

let private all value =
    [
        MetricName.reward
        MetricName.correct
        MetricName.incorrect
        MetricName.probe
        MetricName.entropy
        MetricName.gradientNorm
        MetricName.responseLength
        MetricName.validSearches
        MetricName.invalidActions
        MetricName.heldOutSampled
        MetricName.ppoKl
    ]
    |> List.map(fun name -> name, value)

let private content arms (lines: MetricLine list) = {
    Title = "Title <b>&"
    Question = "What \"if\"?"
    Arms = arms |> List.map(fun arm -> arm, "what it is <i>")
    Plan = [ for arm in arms -> { Arm = arm; Seed = 0 }, 5 ]
    Lines = lines
    PerSample = []
    Configuration = """{"name":"<script>","rate":1e-3}"""
    Samples = [ { Caption = "<wrong>"; Text = "</pre><script>alert(1)</script>\u0000\uD800 end" } ]
    Notes = [ "interrupted & saved" ]
}

/// The page is well-formed XML but for its first line.
let private page content = XDocument.Parse((Html.render content).Replace("<!DOCTYPE html>", ""))

let private named name (document: XDocument) =
    document.Descendants() |> Seq.filter(fun element -> element.Name.LocalName = name) |> List.ofSeq

let private numbersOf (document: XDocument) = [
    for element in document.Descendants() do
        for attribute in element.Attributes() do
            attribute.Value
]

let private isDrawn content =
    let document = page content
    for value in numbersOf document do
        Assert.DoesNotContain("NaN", value)
        Assert.DoesNotContain("\u221e", value)
        Assert.DoesNotContain("Infinity", value)
    document

[<Fact>]
let ``awkward data are drawn as well-formed pictures without a coordinate that is no number`` () =
    let runs (values: float list) = values |> List.mapi(fun i value -> line "a" 0 (i + 1) (all value))
    let cases = [
        [ line "a" 0 1 [] ]
        runs [ 0.5 ]
        runs [ 0.5; 0.5; 0.5 ]
        runs [ 0.0; 0.0 ]
        runs [ -1.0; -2.0; -1e-9 ]
        runs [ 1e300; -1e308; 1e308 ]
        runs [ 1e-300; 1e300 ]
        runs [ 1e-320; 2e-320 ]
        runs [ nan; 1.0; infinity; -infinity; 2.0 ]
        runs [ for i in 1..3000 -> sin(float i) ]
        [ line "a" 0 -7 (all 1.0); line "a" 1 2_000_000_000 (all 3.0) ]
        [ line "a" 0 1 (all 1.0); line "b" 4 9 (all -1.0); line "unplanned" 0 2 [] ]
    ]
    for lines in cases do
        isDrawn(content [ "a"; "b" ] lines) |> ignore

[<Fact>]
let ``any finite values are drawn`` () =
    let draws (values: NormalFloat list) =
        let lines = values |> List.mapi(fun i value -> line "a" (i % 3) (i / 2) (all value.Get))
        isDrawn(content [ "a" ] lines) |> ignore
    Check.One(Config.QuickThrowOnFailure.WithMaxTest 30, draws)

[<Fact>]
let ``a study without a step, an arm, or a plan makes a page`` () =
    for lines, arms in [ [], [ "a" ]; [], []; [ line "a" 0 1 [] ], [] ] do
        let document = page(content arms lines)
        Assert.Empty(named "svg" document)
        Assert.Contains("No steps were recorded.", document.ToString())

[<Fact>]
let ``everything from outside is escaped`` () =
    let html = Html.render(content [ "<arm>"; "b" ] [ line "<arm>" 0 1 (all 0.5) ])
    Assert.DoesNotContain("<script>alert", html)
    Assert.DoesNotContain("<arm>", html)
    Assert.DoesNotContain("<wrong>", html)
    Assert.DoesNotContain("\u0000", html)
    Assert.Contains("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;\uFFFD\uFFFD end", html)

[<Fact>]
let ``text survives escaping`` () =
    let survives (characters: char list) =
        // XML has no place for control characters, and reads a carriage return as an end of line.
        let legal = characters |> List.filter(fun c -> c = '\n' || (c >= ' ' && XmlConvert.IsXmlChar c))
        let text = legal |> Array.ofList |> String
        let written = Xml.write(Xml.leaf "p" [ "title", text.Replace("\n", "") ] text)
        let read = XElement.Parse(written, LoadOptions.PreserveWhitespace)
        read.Value = text && (nonNull(read.Attribute "title")).Value = text.Replace("\n", "")
    Check.QuickThrowOnFailure survives

[<Fact>]
let ``a page needs no network and its pictures have titles`` () =
    let html = Html.render(content [ "a" ] [ for step in 1..5 -> line "a" 0 step (all 0.5) ])
    let document = page(content [ "a" ] [ for step in 1..5 -> line "a" 0 step (all 0.5) ])
    for attribute in [ "src"; "href"; "@import"; "url(" ] do
        Assert.DoesNotContain(attribute + "=\"", html)
    let pictures = named "svg" document
    Assert.NotEmpty pictures
    let ids =
        document.Descendants()
        |> Seq.choose(fun element -> Option.ofObj(element.Attribute "id"))
        |> Seq.map _.Value
        |> List.ofSeq
    Assert.Equal<string list>(List.distinct ids, ids)
    for picture in pictures do
        Assert.Equal("img", (nonNull(picture.Attribute "role")).Value)
        for id in (nonNull(picture.Attribute "aria-labelledby")).Value.Split ' ' do
            Assert.Contains(id, ids)

[<Fact>]
let ``an unfinished study says so, a finished one does not`` () =
    let lines count = [ for step in 1..count -> line "a" 0 step (all 0.5) ]
    Assert.Contains("Unfinished: 0 of 1 planned runs complete, 1 under way", Html.render(content [ "a" ] (lines 3)))
    Assert.DoesNotContain("Unfinished", Html.render(content [ "a" ] (lines 5)))

[<Fact>]
let ``the picture for a README is an SVG file with a line for each arm in each panel`` () =
    let lines = [
        for arm in [ "a"; "b" ] do
            for seed in 0..2 do
                for step in 1..30 -> line arm seed step (all(float(step * seed)))
    ]
    let data = Html.chartData(content [ "a"; "b" ] lines)
    let document = XDocument.Parse((Charts.compact "Likelihood & reward" data).Value)
    Assert.Equal("svg", (nonNull document.Root).Name.LocalName)
    let traces = named "g" document |> List.filter(fun group -> not(isNull(group.Attribute "data-values")))
    Assert.Equal(4, traces.Length)
    Assert.Equal(None, Charts.compact "nothing" { data with Lines = [] })

[<Fact>]
let ``a curve is the mean over seeds with a band of one standard deviation`` () =
    let runs = [
        [| line "a" 0 1 [ "x", 1.0 ]; line "a" 0 2 [ "x", 2.0 ] |]
        [| line "a" 1 1 [ "x", 3.0 ]; line "a" 1 2 [ "x", 2.0 ] |]
    ]
    let curve = Curves.ofMetric 1 "x" runs
    Assert.Equal<(float * float)[]>([| 1.0, 2.0; 2.0, 2.0 |], curve.Mean)
    let _, low, high = curve.Band[0]
    Assert.Equal(2.0 - sqrt 2.0, low, 1e-12)
    Assert.Equal(2.0 + sqrt 2.0, high, 1e-12)
    let single = Curves.ofMetric 2 "x" [ runs[0] ]
    Assert.Equal<(float * float)[]>([| 1.0, 1.0; 2.0, 1.5 |], single.Mean)
    Assert.Equal<(float * float)[] list>([ [| 1.0, 1.0; 2.0, 2.0 |] ], single.Seeds)

[<Fact>]
let ``ticks are round, ascending, few, and on the axis`` () =
    let holds (values: NormalFloat list) count =
        let scale = values |> List.map _.Get |> Scale.linear None
        let ticks = Scale.ticks (1 + abs count % 8) scale |> List.map fst
        let slack = 1e-6 * (scale.High - scale.Low)
        ticks.Length <= 18
        && ticks = List.sort ticks
        && ticks |> List.forall(fun tick -> tick >= scale.Low - slack && tick <= scale.High + slack)
    Check.QuickThrowOnFailure holds
    let ticks = Scale.ticks 5 (Scale.linear (Some 0.0) [ 0.1; 0.58 ])
    Assert.Equal<string list>([ "0.0"; "0.2"; "0.4"; "0.6" ], ticks |> List.map snd)
    let decades = Scale.ticks 5 (Scale.spanning [ 0.2; 5000.0 ])
    Assert.Equal<string list>([ "1"; "10"; "100"; "1000" ], decades |> List.map snd)

let private displacementNames = [
    MetricName.changeCorrect
    MetricName.changeNoSignal
    MetricName.lldShare
    MetricName.firstSearchOverlap
    MetricName.likelihoodRatio "p50"
    MetricName.nllOfSearches 0
    MetricName.nllOfSearches 2
    MetricName.ofRole MetricName.correct "search"
    for number in 1..3 do
        MetricName.ofAction MetricName.correct number
        MetricName.ofAction MetricName.lldShare number
]

let private titles = [
    "Which part of a response loses its likelihood."
    "What a step&#39;s updates do to the step&#39;s own responses."
    "Right searches inside wrong responses, and likelihood by number of searches."
]

[<Fact>]
let ``the pictures of displacement are there when measured, and only then`` () =
    let lines values = [
        for arm in [ "a"; "b" ] do
            for step in 1..30 -> line arm 0 step values
    ]
    let plain = Html.render(content [ "a"; "b" ] (lines(all 0.5)))
    let told = content [ "a"; "b" ] (lines(all 0.5 @ [ for name in displacementNames -> name, 0.5 ]))
    isDrawn told |> ignore
    for title in titles do
        Assert.DoesNotContain(title, plain)
        Assert.Contains(title, Html.render told)

[<Fact>]
let ``an action that few steps have is left out`` () =
    let values step = all 0.5 @ [ MetricName.ofAction MetricName.correct (if step % 3 = 0 then 2 else 1), -0.5 ]
    let html = Html.render(content [ "a" ] [ for step in 1..30 -> line "a" 0 step (values step) ])
    Assert.Contains("Action 1", html)
    Assert.DoesNotContain("Action 2", html)

[<Fact>]
let ``phases are strips, one a seed, with a legend, and absent when not measured`` () =
    let phase step =
        if step <= 10 then 0.0
        elif step <= 20 then 2.0
        else 4.0
    let lines values = [
        for seed in 0..1 do
            for step in 1..30 -> line "a" seed step (all 0.5 @ values step)
    ]
    let strips document =
        named "rect" document |> List.filter(fun rect -> rect.Value.Contains "from step") |> List.map _.Value
    let measured = isDrawn(content [ "a" ] (lines(fun step -> [ MetricName.phase, phase step ])))
    let expected = [ "healthy, from step 1"; "decay, from step 11"; "collapse, from step 21" ]
    Assert.Equal<string list>(expected @ expected, strips measured)
    Assert.Contains("acceleration", measured.ToString())
    let plain = isDrawn(content [ "a" ] (lines(fun _ -> [])))
    Assert.Empty(strips plain)
    Assert.DoesNotContain("acceleration", plain.ToString())

let private bar arm step id change : PerSampleLine = {
    Step = step
    Arm = arm
    Seed = 0
    QuestionId = id
    Question = "Which <b>?"
    Correct = 1
    Incorrect = 2
    Change = change
}

[<Fact>]
let ``the bars of the first, middle and last measured step are drawn, sorted, and those below zero counted`` () =
    let lines = [ for step in 1..5 -> line "a" 0 step (all 0.5) ]
    let bars = [
        for step in [ 1; 2; 3; 4; 5 ] do
            bar "a" step "x" (Some 0.25)
            bar "a" step "y" (Some -0.5)
            bar "a" step "z" None
            bar "a" step "w" (Some -1e-9)
    ]
    let document = isDrawn { content [ "a" ] lines with PerSample = bars }
    let panels = named "g" document |> List.filter(fun group -> (string(group.Attribute "class")).Contains "\"bars\"")
    Assert.Equal(3, panels.Length)
    for panel, step in List.zip panels [ 1; 3; 5 ] do
        Assert.Contains($"a, step {step}2 of 3 below zero, 67 %%", panel.Value)
        let rects = panel.Elements() |> Seq.filter(fun element -> element.Name.LocalName = "rect") |> List.ofSeq
        Assert.Equal<string list>([ "f0"; "f0"; "rest" ], rects |> List.map(fun rect -> (nonNull(rect.Attribute "class")).Value))
    Assert.Empty(named "rect" (page(content [ "a" ] lines)))

[<Fact>]
let ``any bars are drawn`` () =
    let draws (changes: float list) =
        let bars = changes |> List.mapi(fun i change -> bar "a" (i % 4) $"q{i}" (Some change |> Option.filter Double.IsFinite))
        isDrawn { content [ "a" ] [ line "a" 0 1 [] ] with PerSample = bars } |> ignore
    Check.One(Config.QuickThrowOnFailure.WithMaxTest 30, draws)
