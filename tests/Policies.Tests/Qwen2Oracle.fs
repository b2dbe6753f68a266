/// A tiny Qwen2 checkpoint with the numbers that the reference implementation computed from it in float64.
module Levee.Policies.Tests.Qwen2Oracle

open System.IO
open System.Text.Json
open System.Threading
open Xunit
open Levee
open Levee.Policies.Tests.Examples
open Levee.Tests
open TorchSharp

let private folder = Oracles.file(Path.Combine("models", "qwen2-tiny"))

let private expected =
    use document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))
    document.RootElement.Clone()

let private field (name: string) = expected.GetProperty name

let private matrix (element: JsonElement) =
    array2D [ for row in element.EnumerateArray() -> [ for cell in row.EnumerateArray() -> cell.GetDouble() ] ]

let private tensor name = torch.tensor(matrix(field name))

let private inputs () = tensor("input_ids").``to`` torch.int64

/// 1 where the next token and its predecessor both stand.
let private mask () = tensor "mask"

let private settings = { LogProbs.defaults with ChunkSize = 7 }

/// Final hidden states of every position, [3, 11, width].
let private hidden (model: Model) =
    let present = tensor("attention_mask").gt(Tensors.scalar 0.5)
    Transformer.hiddenMasked model.Parameters model.Rotation (tensor("position_ids").``to`` torch.int64) present (inputs())

let private load dtype = Checkpoint.loadModel dtype torch.CPU folder

let private flat (states: torch.Tensor) = states.reshape(-1L, states.shape[2])

/// Log-probabilities of the next tokens, [3 * 10], and entropies there.
let private next (model: Model) (states: torch.Tensor) =
    LogProbs.evaluate settings model.Parameters.Head (flat(states.narrow(1L, 0L, 10L))) (inputs().narrow(1L, 1L, 10L).reshape -1L)

[<Fact>]
let ``last logits are the reference's`` () =
    use _ = torch.NewDisposeScope()
    use model = load torch.float32
    let last = (hidden model).select(1L, 10L)
    close 1e-4 (tensor "last_logits") (last.mm(model.Parameters.Head.t()))

[<Fact>]
let ``log-probabilities and entropies are the reference's`` () =
    use _ = torch.NewDisposeScope()
    use model = load torch.float32
    let scores = next model (hidden model)
    close 1e-4 (tensor("log_prob") * mask()) (scores.LogProb.view(3L, 10L) * mask())
    let present = tensor("attention_mask").narrow(1L, 0L, 10L)
    close 1e-4 (tensor("entropy").narrow(1L, 0L, 10L) * present) (scores.Entropy.view(3L, 10L) * present)

[<Fact>]
let ``loss and the gradient of every parameter are the reference's`` () =
    use _ = torch.NewDisposeScope()
    use model = load torch.float32
    let states = (hidden model).narrow(1L, 0L, 10L)
    let predicting = flat states
    let targets = inputs().narrow(1L, 1L, 10L).reshape -1L
    let scores = LogProbs.evaluate settings model.Parameters.Head predicting targets
    let weights = (mask() / mask().sum()).view(-1L).``to`` torch.float32
    Assert.Equal((field "loss").GetDouble(), -(scores.LogProb * weights).sum().ToDouble(), 1e-4)

    let headGradient = Parameters.headGradient model.Parameters
    let gradient = LogProbs.pullBack settings model.Parameters.Head headGradient predicting targets scores (weights.neg()) None
    predicting.backward([| gradient |])
    let norms = Parameters.gradients model.Parameters |> Map.ofArray
    let reference = field "gradient_norm"
    Assert.Equal(norms.Count, (reference.EnumerateObject() |> Seq.length))

    for parameter in reference.EnumerateObject() do
        Assert.Equal(parameter.Value.GetDouble(), norms[parameter.Name].norm().ToDouble(), 1e-4)

[<Fact>]
let ``greedy continuation by the sampler is the reference's`` () =
    use model = load torch.float32
    let continuation = [| for token in (field "greedy_continuation_of_row_0").EnumerateArray() -> token.GetInt32() |]
    let rows = field "input_ids"
    let prompt = [| for token in rows[0].EnumerateArray() -> token.GetInt32() |]
    use session = (Sampling.create { SamplingOptions.defaults with Temperature = 0.0 } model).Open [| Seed.ofInt 1 |]
    let request = { Row = 0; Context = prompt; Limit = continuation.Length }
    let written = session.Write([| request |], (fun _ _ -> false), CancellationToken.None)
    Assert.Equal<int[]>(continuation, written[0].Tokens)
