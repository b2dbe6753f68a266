module Levee.Tests.ReportMetrics

open System
open System.IO
open System.Threading.Tasks
open FsCheck
open FsCheck.FSharp
open Levee
open Xunit

let private temporary () = Path.Combine(Path.GetTempPath(), $"levee-metrics-{Guid.NewGuid()}.jsonl")

let private withFile (content: string) (test: string -> unit) =
    let path = temporary()
    try
        File.WriteAllText(path, content)
        test path
    finally
        File.Delete path

let private line arm seed step values = { Step = step; Arm = arm; Seed = seed; Values = Map.ofList values }

let private finite (line: MetricLine) = { line with Values = line.Values |> Map.filter(fun _ value -> Double.IsFinite value) }

[<Fact>]
let ``a line is read back as it was written, numbers bit for bit, without those that are not finite`` () =
    let lines =
        gen {
            let! step = Gen.choose(0, 1_000_000)
            let! seed = Gen.choose(-5, 100)
            let! arm = ArbMap.defaults |> ArbMap.generate<char list>
            let! values = ArbMap.defaults |> ArbMap.generate<float list>
            // A lone surrogate is no text and cannot be kept by UTF-8.
            let name = arm |> List.filter(Char.IsSurrogate >> not) |> Array.ofList |> String
            return line name seed step (values |> List.mapi(fun i value -> $"metric/{i} \u00e9\"\\", value))
        }
    Check.QuickThrowOnFailure(Prop.forAll (Arb.fromGen lines) (fun line -> Metrics.parse(Metrics.format line) = finite line))

[<Fact>]
let ``a line has step, arm and seed first, and null where a number is not finite`` () =
    let text = Metrics.format(line "GRPO + LLDS" 3 12 [ "b", nan; "a", 0.1; "c", infinity ])
    Assert.Equal("""{"step":12,"arm":"GRPO + LLDS","seed":3,"a":0.1,"b":null,"c":null}""", text)

[<Fact>]
let ``a metric cannot take the name of a field`` () =
    Assert.Throws<ArgumentException>(fun () -> Metrics.format(line "a" 0 1 [ "seed", 1.0 ]) |> ignore) |> ignore

let private whole = Metrics.format(line "a" 0 1 [ "x", 1.5 ])

[<Fact>]
let ``a last line that was cut off anywhere is dropped and counted`` () =
    for length in 1 .. whole.Length - 1 do
        withFile (whole + "\n" + whole.Substring(0, length)) (fun path ->
            let file = Metrics.read path
            Assert.Equal(1, file.Truncated)
            Assert.Equal<MetricLine list>([ Metrics.parse whole ], file.Lines))

[<Fact>]
let ``a last line that was cut off inside a letter is dropped and counted`` () =
    withFile "" (fun path ->
        let letters = Text.Encoding.UTF8.GetBytes(whole + "\n" + "{\"arm\":\"é")
        File.WriteAllBytes(path, letters[.. letters.Length - 2])
        Assert.Equal(1, (Metrics.read path).Truncated))

[<Fact>]
let ``bytes that are no UTF-8 are an error that names file and line`` () =
    withFile "" (fun path ->
        let line = Text.Encoding.UTF8.GetBytes(whole.Replace("\"a\"", "\"~\"") + "\n")
        let spoilt = line |> Array.map(fun letter -> if letter = byte '~' then 0xC3uy else letter)
        File.WriteAllBytes(path, Array.concat [ Text.Encoding.UTF8.GetBytes(whole + "\n\n"); spoilt ])
        let error = Assert.Throws<InvalidDataException>(fun () -> Metrics.read path |> ignore)
        Assert.Contains($"{path}:3: the line cannot be read: there are bytes that are no UTF-8", error.Message))

[<Fact>]
let ``lines are cut back to the step of their run, blank and torn ones too, and a bad one is named`` () =
    let lines = [ for step in 1..3 -> Metrics.format(line "a" 0 step []) ]
    withFile (String.Join("\n\n", lines) + "\n{\"st") (fun path ->
        CutBack.lines (fun _ -> 2) path
        Assert.Equal<string[]>(Array.ofList lines[..1], File.ReadAllLines path))
    withFile (lines[0] + "\n{\"step\":1,\"arm\":\"\\ud8ff\",\"seed\":0}\n") (fun path ->
        let error = Assert.Throws<InvalidDataException>(fun () -> CutBack.lines (fun _ -> 2) path)
        Assert.Contains($"{path}:2: the line cannot be read: a string holds half", error.Message))

[<Fact>]
let ``a last line that only lacks its end is kept`` () =
    withFile (whole + "\n" + whole) (fun path ->
        let file = Metrics.read path
        Assert.Equal(0, file.Truncated)
        Assert.Equal(2, file.Lines.Length))

[<Theory>]
[<InlineData("{\"step\":1,", "no JSON")>]
[<InlineData("[1]", "no JSON object")>]
[<InlineData("{\"step\":1,\"arm\":\"a\"}", "\"seed\" is missing")>]
[<InlineData("{\"step\":1.5,\"arm\":\"a\",\"seed\":0}", "\"step\" is no integer")>]
[<InlineData("{\"step\":1,\"arm\":2,\"seed\":0}", "\"arm\" is no text")>]
[<InlineData("{\"step\":1,\"arm\":\"a\",\"seed\":0,\"x\":\"much\"}", "\"x\" must be a number or null")>]
[<InlineData("{\"step\":1,\"arm\":\"a\",\"seed\":0,\"x\":1e999}", "\"x\" is too large a number")>]
[<InlineData("{\"step\":1,\"arm\":\"\\udc99\",\"seed\":0}", "half of a surrogate pair")>]
[<InlineData("{\"step\":1,\"arm\":\"a\",\"seed\":0,\"\\ud899\":1}", "half of a surrogate pair")>]
[<InlineData("{\"step\":1,\"arm\":\"a\",\"seed\":0,\"seed\":1}", "\"seed\" is given twice")>]
[<InlineData("{\"step\":1,\"arm\":\"a\",\"seed\":99999999999}", "\"seed\" is no integer")>]
let ``any other bad line is an error that names file, line and fault`` (bad: string, fault: string) =
    withFile (whole + "\n" + bad + "\n" + whole + "\n") (fun path ->
        let error = Assert.Throws<InvalidDataException>(fun () -> Metrics.read path |> ignore)
        Assert.Contains(path + ":2:", error.Message)
        Assert.Contains(fault, error.Message))

[<Fact>]
let ``the writer keeps every line of many threads whole, and each is in the file at once`` () =
    let path = temporary()
    try
        use writer = new MetricsWriter(path)
        writer.Write(line "first" 0 0 [])
        Assert.Single (Metrics.read path).Lines |> ignore
        Parallel.For(
            0,
            8,
            fun seed ->
                for step in 1..50 do
                    writer.Write(line "arm" seed step [ "x", float step ])
        )
        |> ignore
        let file = Metrics.read path
        Assert.Equal(0, file.Truncated)
        Assert.Equal(1 + 8 * 50, file.Lines |> List.distinct |> List.length)
    finally
        File.Delete path

[<Fact>]
let ``a writer that opens a file cut off by a kill removes the torn line and goes on`` () =
    withFile (whole + "\n{\"step\":2,\"ar") (fun path ->
        using (new MetricsWriter(path)) (fun writer -> writer.Write(line "a" 0 2 []))
        let file = Metrics.read path
        Assert.Equal<int list>([ 1; 2 ], file.Lines |> List.map _.Step)
        Assert.Equal(0, file.Truncated))

[<Fact>]
let ``of a step that was done twice the later line stands`` () =
    let runs = Metrics.byRun [ line "a" 0 2 [ "x", 1.0 ]; line "a" 0 1 []; line "a" 0 2 [ "x", 2.0 ]; line "a" 1 1 [] ]
    let lines = runs[{ Arm = "a"; Seed = 0 }]
    Assert.Equal<int[]>([| 1; 2 |], lines |> Array.map _.Step)
    Assert.Equal(2.0, lines[1].Values["x"])
    Assert.Equal(2, runs.Count)
