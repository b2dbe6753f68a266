/// The memory that log-probabilities and entropies of a large vocabulary take, with their gradient.
module Levee.Benchmarks.LogitsBench

open System
open System.IO
open System.Reflection
open Levee
open Levee.Policies.Transformer
open Levee.Training.Report
open Levee.Benchmarks.Comparison
open Levee.Benchmarks.Result
open Levee.Tests
open TorchSharp

/// Two ways to the same numbers.
type Way =
    /// The way of training: a chunk of logits at a time, with the gradient written out.
    | Chunks
    /// All logits at once, and torch's automatic differentiation.
    | Whole

/// The first word on the command line of a child process, which measures one way and ends.
let childWord = "--peak-of-logits"

type private Size = { Tokens: int64; Vocabulary: int64; Width: int64 }

// Qwen2.5-0.5B's head.
let private size = { Tokens = 4096L; Vocabulary = 151_936L; Width = 896L }

// All logits, their log-probabilities, and in the backward pass the gradients of both and of the entropy's terms.
let private neededBytes = 7L * 4L * size.Tokens * size.Vocabulary

let private inChunks head headGradient hidden targets gradient entropyGradient =
    let settings = LogProbs.forVocabulary 1.0 (int size.Vocabulary)
    let scores = LogProbs.evaluate settings head hidden targets
    LogProbs.backward settings head (Some headGradient) hidden targets scores gradient (Some entropyGradient) |> ignore

let private atOnce
    (head: torch.Tensor)
    headGradient
    (hidden: torch.Tensor)
    (targets: torch.Tensor)
    (gradient: torch.Tensor)
    entropyGradient
    =
    let head, hidden = head.detach().requires_grad_ true, hidden.detach().requires_grad_ true
    head.grad <- headGradient
    let value =
        Tensors.scoped(fun () ->
            let logProbs = Tensors.scoped(fun () -> torch.nn.functional.log_softmax(hidden.mm(head.t()), -1L))
            let chosen = logProbs.gather(1L, targets.unsqueeze 1L).squeeze 1L
            let entropy = Tensors.scoped(fun () -> (logProbs.exp() * logProbs).sum(1L).neg())
            (chosen * gradient + entropy * (entropyGradient: torch.Tensor)).sum())
    value.backward()

/// Bytes that a way takes beyond what it is given: the head, its gradient, hidden states and targets.
let private peak way size =
    use _ = torch.NewDisposeScope()
    let normal (shape: int64[]) = torch.empty(shape).normal_(0.0, 0.02)
    let head, hidden = normal [| size.Vocabulary; size.Width |], normal [| size.Tokens; size.Width |]
    let headGradient = torch.zeros_like head
    let targets = torch.arange(size.Tokens.ToScalar(), dtype = torch.int64)
    let gradient, entropyGradient = torch.ones [| size.Tokens |], torch.ones [| size.Tokens |]
    let work =
        match way with
        | Chunks -> inChunks
        | Whole -> atOnce
    PeakMemory.during(fun () -> Tensors.released(fun () -> work head headGradient hidden targets gradient entropyGradient))

/// The work of a child process: it measures one way and writes the bytes.
let child (way: string) (threads: string) =
    torch.set_num_threads(int threads)
    let way = if way = string Chunks then Chunks else Whole
    // The first call also compiles code, which must not count.
    peak way { Tokens = 8L; Vocabulary = 64L; Width = 8L } |> ignore
    printfn $"{peak way size}"

let private measured settings (way: Way) =
    let program = Assembly.GetExecutingAssembly().Location
    let exitCode, answer = PeakMemory.ofProgram program [ childWord; string way; string settings.Threads ]
    match Int64.TryParse(answer.Trim()) with
    | true, bytes -> bytes
    | _ -> invalidOp $"The process that measures logits ended with code {exitCode}; what it wrote stands above."

let private availableBytes () =
    let line =
        File.ReadLines "/proc/meminfo" |> Seq.find(fun line -> line.StartsWith("MemAvailable:", StringComparison.Ordinal))
    1024L * Int64.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])

let private gigabytes (bytes: int64) = amount "GB" 2 (float bytes / 1e9)

let run settings =
    if not PeakMemory.isCounted then
        printfn "memory-logits: skipped, this system does not say how much memory a process held at most."
        []
    elif availableBytes() < neededBytes + 2_000_000_000L then
        printfn
            $"memory-logits: skipped, the way it is compared with takes about {gigabytes neededBytes}, and {gigabytes(availableBytes())} are free."
        []
    else
        let chunks, whole = measured settings Chunks, measured settings Whole
        [
            {
                Measure = $"memory of {size.Tokens} tokens' log-probabilities, vocabulary {size.Vocabulary}"
                Ours = gigabytes chunks
                Reference = gigabytes whole
                Ratio = Some(Measure.spread [| float chunks / float whole |])
                Aim = "below 0.1"
            }
        ]
