/// Encoding with the tokenizer of Qwen2.5, against Hugging Face's tokenizers library (Rust), one thread each.
module Levee.Benchmarks.TokenizerBench

open System
open System.ComponentModel
open System.IO
open System.Text
open System.Text.Json
open Levee.Training.Report
open Levee.Benchmarks.Comparison
open Levee.Benchmarks.Measure
open Levee.Benchmarks.Peer
open Levee.Benchmarks.Result
open Levee.Interop.HuggingFace
open Levee.Tests

/// Five megabytes together.
let private documents = lazy (MixedText.documents 1200 4096)

/// A number that differs where ids differ; the peer's script computes it too.
let private checksum (ids: int[][]) = Array.concat ids |> Array.fold (fun sum id -> (sum * 31L + int64 id) % 1_000_000_007L) 0L |> float

let private oneThread = [ "RAYON_NUM_THREADS", Some "1"; "TOKENIZERS_PARALLELISM", Some "false" ]

let private compare settings (library: string) (file: string) (texts: string) =
    let tokenizer = Tokenizer.Load file
    let encode () = documents.Value |> Array.map(fun text -> tokenizer.Encode text)
    use peer = Peer.Node("tokenizer.mjs", [ library; file; texts ], oneThread)
    let theirs, ours = (peer.Numbers())["checksum"], checksum(encode())
    if theirs <> ours then
        invalidOp $"The peer does other work than we do: the checksum of its ids is {theirs}, ours is {ours}."
    let rounds = rounds settings.Pairs 1 [| ofWork(encode >> ignore); peer.Contestant |]
    let megabytes = float(documents.Value |> Array.sumBy Encoding.UTF8.GetByteCount) / 1e6
    let speed place (round: Time[]) = megabytes / round[place].By settings.Clock
    let each place = rounds |> Array.map(speed place) |> spread |> _.Median |> amount "MB/s" 1
    {
        Measure = $"tokenizer: speed of encoding against tokenizers {peer.Version}"
        Ours = each 0
        Reference = each 1
        Ratio = Some(ratios (speed 0) (speed 1) rounds)
        Aim = "above 2.0"
    }

let run settings =
    let texts = Path.GetTempFileName()
    try
        try
            File.WriteAllText(texts, JsonSerializer.Serialize documents.Value)
            let file = NpmPackage.Qwen25.File("models", ModelFolder.TokenizerName)
            [ compare settings (NpmPackage.Tokenizers.Folder()) file texts ]
        with
        | :? NpmException as error ->
            printfn $"tokenizer: skipped. {error.Message}"
            []
        | :? Win32Exception as error ->
            printfn $"tokenizer: skipped, no Node to run the peer with: {error.Message}"
            []
    finally
        File.Delete texts
