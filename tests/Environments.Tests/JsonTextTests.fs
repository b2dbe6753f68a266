module Levee.Environments.Tests.JsonTextTests

open System
open System.IO
open System.Text
open FsCheck.FSharp
open FsCheck
open Levee
open Xunit

let private fault (text: string) =
    match JsonText.parse(Encoding.UTF8.GetBytes text) with
    | Ok value -> failwith $"{value} was read"
    | Error fault -> fault

[<Theory>]
[<InlineData("""{"a":"\ud801"}""", "half of a surrogate pair", 1)>]
[<InlineData("{\"a\":1,\n\"b\":[{\"c\":\"x\\uDC01y\"}]}", "half of a surrogate pair", 2)>]
[<InlineData("{\"a\":1,\n\n\"\\udfff\":2}", "half of a surrogate pair", 3)>]
[<InlineData("{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "half of a surrogate pair", 1)>]
[<InlineData("{\"a\":{\"b\":1,\n\"c\":2,\n\"b\":3}}", "\"b\" is given twice", 3)>]
[<InlineData("{\"a\":1,\"\\u0061\":2}", "\"a\" is given twice", 1)>]
[<InlineData("{\"a\":\n1", "no JSON", 2)>]
[<InlineData("", "no JSON", 1)>]
[<InlineData("{\"a\":\n\"x\000\"}", "no JSON", 2)>]
[<InlineData("{\"a\":1,}", "no JSON", 1)>]
[<InlineData("{\"a\":NaN}", "no JSON", 1)>]
[<InlineData("{} {}", "no JSON", 1)>]
let ``What is no JSON, or JSON that means nothing, is told with its line`` (text: string, problem: string, line: int) =
    let fault = fault text
    Assert.Contains(problem, fault.Problem)
    Assert.Equal(line, fault.Line)

[<Fact>]
let ``Nesting has an end`` () =
    Assert.Contains("depth", (fault(String('[', 65) + String(']', 65))).Problem)
    Assert.True((JsonText.parse(Encoding.UTF8.GetBytes(String('[', 64) + String(']', 64)))).IsOk)

[<Fact>]
let ``Bytes that are no UTF-8 are told with their line`` () =
    let bytes =
        Array.concat [ Encoding.UTF8.GetBytes "{\"é\":1,\n\"b\":\""; [| 0xE2uy; 0x82uy |]; Encoding.UTF8.GetBytes "\"}" ]
    match JsonText.parse bytes with
    | Error fault ->
        Assert.Contains("UTF-8", fault.Problem)
        Assert.Equal(2, fault.Line)
    | Ok value -> failwith $"{value} was read"

[<Fact>]
let ``Whole pairs, escaped or not, and the same field in several objects are read`` () =
    match JsonText.parse(Encoding.UTF8.GetBytes """[{"a":"\ud83d\ude00😀"},{"a":{"a":1e400}}]""") with
    | Ok value -> Assert.Equal("😀😀", value[0].GetProperty("a").GetString())
    | Error fault -> failwith fault.Problem

let private linesOf (bytes: byte[]) =
    let path = Path.GetTempFileName()
    try
        File.WriteAllBytes(path, bytes)
        List.ofSeq(FileLines.read path)
    finally
        File.Delete path

[<Fact>]
let ``The lines of a file are its bytes between line feeds, numbered`` () =
    let piece = Gen.elements [ "a"; "\n"; "\r\n"; "é"; "\u2028"; String('x', 70_000) ]
    Prop.forAll (Gen.listOf piece |> Gen.map(String.concat "") |> Arb.fromGen) (fun text ->
        let bytes = Encoding.UTF8.GetBytes text
        let lines = linesOf bytes
        let again = [
            for line in lines do
                yield! line.Bytes
                if line.IsEnded then
                    byte '\n'
        ]
        Assert.Equal<byte[]>(bytes, Array.ofList again)
        Assert.Equal<int list>([ 1 .. lines.Length ], lines |> List.map _.Number)
        Assert.All(lines, fun line -> Assert.DoesNotContain(byte '\n', line.Bytes)))
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``A byte order mark is no part of the first line`` () =
    let lines = linesOf(Array.append [| 0xEFuy; 0xBBuy; 0xBFuy |] (Encoding.UTF8.GetBytes "one\n\ufefftwo"))
    Assert.Equal<string list>([ "one"; "\ufefftwo" ], lines |> List.map(_.Bytes >> Encoding.UTF8.GetString))
