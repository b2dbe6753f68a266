/// Event files, and what an independent reader finds in them.
module Levee.Tests.TensorBoardTests

open System
open System.IO
open System.Text
open System.Threading.Tasks
open FsCheck.FSharp
open Levee
open Levee.Tests.EventFiles
open Levee.Tests.World
open Xunit

let private start = DateTimeOffset(2026, 1, 2, 3, 4, 5, 250, TimeSpan.Zero)

let private run = { Arm = "GRPO + LLDS"; Seed = 3 }

let private line step values = { Step = step; Arm = run.Arm; Seed = run.Seed; Values = Map.ofList values }

/// The folder of a run in a folder of runs.
let private folderOf (runs: TemporaryFolder) = Path.Combine(runs.Path, RunFolder.FileName run)

let private write (runs: TemporaryFolder) lines =
    use writer = new TensorBoardWriter(folderOf runs, start)
    for line: MetricLine in lines do
        writer.Write(line, start.AddSeconds(float line.Step))
    writer.Path

[<Fact>]
let ``CRC-32C is RFC 3720's, and masked as in files that TensorFlow wrote`` () =
    let equal (expected: uint32) data = Assert.Equal(expected, TensorBoard.crc32c data)
    equal 0u [||]
    equal 0xE3069283u (Encoding.ASCII.GetBytes "123456789")
    equal 0x8A9136AAu (Array.zeroCreate 32)
    equal 0x62A8AB43u (Array.create 32 0xFFuy)
    equal 0x46DD794Eu [| 0uy .. 31uy |]
    // The length of TensorFlow's first record, 24, is followed by these four bytes.
    Assert.Equal<byte[]>([| 0xA3uy; 0x7Fuy; 0x4Buy; 0x22uy |], (TensorBoard.record(Array.zeroCreate 24))[8..11])

[<Fact>]
let ``an independent reader finds every step as it was written, to float32`` () =
    let awkward = [
        line 1 [ "critic/score/mean", 0.1; "größe \"\\", -1e-40; "zero", -0.0 ]
        line 2 []
        line Int32.MaxValue [ "x", 16777217.0 ]
        line -1 [ "x", float Single.MaxValue ]
    ]
    let random =
        gen {
            let! step = Gen.choose(0, 1_000_000)
            let! values = ArbMap.defaults |> ArbMap.generate<float list>
            return line step (values |> List.mapi(fun i value -> $"metric/{i}", value))
        }
        |> Gen.sample 100
        |> List.ofArray
    use runs = new TemporaryFolder()
    let lines = awkward @ random
    let file = read [ write runs lines ] |> List.exactlyOne
    Assert.Equal(None, file.Fault)
    let first = List.head file.Events
    Assert.Equal({ Time = 1767323045.25; Step = 0L; Version = "brain.Event:2"; Values = [] }, first)
    let narrow value =
        let single = float32 value
        if Single.IsFinite single then float single else nan
    for line, event in List.zip lines (List.tail file.Events) do
        Assert.Equal(int64 line.Step, event.Step)
        Assert.Equal(first.Time + float line.Step, event.Time)
        Assert.Equal<string list>(line.Values |> Map.toList |> List.map fst, List.map fst event.Values)
        for name, value in event.Values do
            Assert.Equal(narrow line.Values[name], value)

[<Fact>]
let ``what float32 cannot show is NaN`` () =
    use runs = new TemporaryFolder()
    let file = read [ write runs [ line 1 [ "a", nan; "b", infinity; "c", -infinity; "d", 1e300 ] ] ] |> List.exactlyOne
    let values = (List.last file.Events).Values
    Assert.Equal(4, values.Length)
    Assert.All(values, (fun (_, value) -> Assert.True(Double.IsNaN value)))

/// Files beside the first, one for each content.
let private copies (path: string) (contents: byte[] list) = [
    for number, content in List.indexed contents do
        let copy = $"{path}.{number}"
        File.WriteAllBytes(copy, content)
        copy
]

[<Fact>]
let ``a file cut off anywhere holds the steps before the cut`` () =
    use runs = new TemporaryFolder()
    let path = write runs [ line 1 [ "x", 0.5 ]; line 2 [ "x", 0.25; "y", 1.0 ] ]
    let whole = File.ReadAllBytes path
    let all = (read [ path ] |> List.exactlyOne).Events
    let cut = [ for length in 0 .. whole.Length -> whole[.. length - 1] ] |> copies path |> read
    let held = cut |> List.map _.Events.Length
    Assert.Equal<int list>([ 0; 1; 2; 3 ], List.distinct held)
    Assert.All(cut, (fun file -> Assert.Equal<Event list>(List.truncate file.Events.Length all, file.Events)))
    // A file is whole where it is empty, and after each of its three records.
    Assert.Equal(4, cut |> List.filter _.Fault.IsNone |> List.length)

[<Fact>]
let ``a byte changed anywhere is found by a checksum`` () =
    use runs = new TemporaryFolder()
    let path = write runs [ line 1 [ "x", 0.5 ] ]
    let whole = File.ReadAllBytes path
    let changed = [
        for at in 0 .. whole.Length - 1 -> Array.mapi (fun i b -> if i = at then b ^^^ 0x10uy else b) whole
    ]
    for file in changed |> copies path |> read do
        Assert.Equal(Some "bad checksum", file.Fault)

[<Fact>]
let ``each step is in the file at once, and those of many threads stay whole`` () =
    use runs = new TemporaryFolder()
    use writer = new TensorBoardWriter(folderOf runs, start)
    writer.Write(line 0 [ "x", 0.0 ], start)
    Assert.Equal(2, (read [ writer.Path ] |> List.exactlyOne).Events.Length)
    Parallel.For(1, 401, (fun step -> writer.Write(line step [ "x", float step ], start))) |> ignore
    let file = read [ writer.Path ] |> List.exactlyOne
    Assert.Equal(None, file.Fault)
    let steps = file.Events |> List.tail |> List.map(fun event -> event.Step, snd event.Values.Head) |> List.sort
    Assert.Equal<(int64 * float) list>([ for step in 0..400 -> int64 step, float step ], steps)

[<Fact>]
let ``a run has a folder of its own, and a file that TensorBoard looks for and nobody overwrites`` () =
    use runs = new TemporaryFolder()
    let path = write runs []
    Assert.Equal(folderOf runs, Path.GetDirectoryName path)
    Assert.Equal($"events.out.tfevents.1767323045.{Environment.MachineName}.{Environment.ProcessId}.levee", Path.GetFileName path)
    let begun = File.ReadAllBytes path
    let next = write runs [ line 1 [ "x", 0.5 ] ]
    Assert.Equal($"{path}.1", next)
    Assert.Equal<byte[]>(begun, File.ReadAllBytes path)
