/// Small policies and numbers that the laws are tried on.
module Levee.Policies.Tests.Examples

open System
open System.IO
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open TorchSharp

// Tests count live tensors, which all tests of the process share.
[<assembly: CollectionBehavior(DisableTestParallelization = true)>]
do ()

/// A transformer small enough to differentiate by hand, with every part that a large one has.
let architecture = {
    Policy.tiny 29 with
        Width = 24
        FeedForwardWidth = 20
        Heads = 4
        KeyValueHeads = 2
        HeadWidth = 6
        ContextLimit = 96
        // Larger than usual, so that distributions differ visibly from the uniform one.
        InitializerRange = 0.3
}

/// The same with a head of its own.
let untied = { architecture with TiedHead = false }

/// Every family, and both kinds of head.
let architectures = [
    architecture
    untied
    { architecture with Family = Qwen3 }
    {
        untied with
            Family = Llama
            RopeScaling = Some { Factor = 8.0; LowFrequency = 1.0; HighFrequency = 4.0; OriginalContext = 32.0 }
    }
]

/// Every way of scoring.
let settings = [
    for packing in [ false; true ] do
        for checkpointing in [ false; true ] -> { Temperature = 1.0; Packing = packing; GradientCheckpointing = checkpointing }
]

let modelOf (architecture: Architecture) dtype seed =
    Parameters.initialise architecture dtype torch.CPU (Seed.ofInt seed) |> Model.ofParameters

/// Numbers as they are, in row-major order.
let numbers (tensor: torch.Tensor) =
    use wide = tensor.detach().``to``(torch.float64).contiguous()
    wide.data<float>().ToArray()

/// The largest difference of two tensors of one shape.
let distance (a: torch.Tensor) (b: torch.Tensor) =
    Assert.Equal<int64[]>(a.shape, b.shape)
    Array.map2 (fun x y -> abs(x - y)) (numbers a) (numbers b) |> Array.fold max 0.0

/// Asserts that two tensors agree within a tolerance.
let close tolerance (expected: torch.Tensor) (actual: torch.Tensor) =
    let distance = distance expected actual
    Assert.True(distance <= tolerance, $"The tensors differ by {distance}, more than {tolerance}.")

/// Random tokens of the vocabulary.
let tokens vocabulary count seed = Array.init count (fun i -> Seed.below vocabulary (Seed.derive i seed))

/// A tensor of normal random numbers.
let normal (shape: int64[]) seed =
    use generator = new torch.Generator(uint64(Seed.toInt64 seed))
    torch.empty(shape, dtype = torch.float64).normal_(0.0, 1.0, generator)

/// A tokenizer of a few words and tags.
let tokenizer =
    let words = [ for i in 0..19 -> $"word{i}" ]
    Tokenizer.WordLevel(words, [ "<pad>"; "<eos>"; "<search>"; "</search>" ], "<unk>")

let tokenizerConfig = TokenizerConfig(EosToken = "<eos>", PadToken = "<pad>", UnkToken = "<unk>")

let policy seed = Policy.create architecture tokenizer tokenizerConfig (Seed.ofInt seed)

/// A folder that is removed afterwards.
type TemporaryFolder() =
    let path = Directory.CreateTempSubdirectory("levee-").FullName
    member _.Path = path
    member _.At name = Path.Combine(path, name)

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

/// A right answer that is made of these segments.
let trajectory segments = {
    Trajectory.empty with
        Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
        Segments = segments
        Reward = 1.0
}
