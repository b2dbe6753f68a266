/// Tiny checkpoints of every family with the numbers that the reference implementation computed from them in float64.
module Levee.Policies.Tests.ModelOracle

open System.IO
open System.Text.Json
open System.Threading
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open Levee.Tests
open TorchSharp

let models = TheoryData<string> [| "qwen2-tiny"; "qwen2-tiny-sharded-bf16"; "qwen3-tiny"; "llama-tiny" |]

/// The reference's numbers for one checkpoint.
type private Expected(name: string) =
    let folder = Oracles.file(Path.Combine("models", name))

    let root =
        use document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))
        document.RootElement.Clone()

    let rows (field: string) = [|
        for row in root.GetProperty(field).EnumerateArray() -> [| for cell in row.EnumerateArray() -> cell.GetDouble() |]
    |]

    let present = rows "attention_mask"

    /// The entries of each row from its first token on, and so many fewer at the end.
    let unpadded fewer (field: string) =
        Array.map2 (fun (row: float[]) present -> row[Array.findIndex ((=) 1.0) present .. present.Length - 1 - fewer]) (rows field) present

    member _.Field(name: string) = root.GetProperty name
    member _.Tensor name = torch.tensor(array2D(rows name))
    member _.Model dtype = Checkpoint.loadModel true dtype torch.CPU folder
    member _.Tokens = unpadded 0 "input_ids" |> Array.map(Array.map int)
    /// The log-probability of each token but the first, given the tokens before it.
    member _.LogProbs = unpadded 1 "log_prob"
    /// The entropy of the distribution behind each token but the last.
    member _.Entropies = unpadded 1 "entropy"

/// The reference's sequences, every token but the first to be scored.
let private layout packing (expected: Expected) =
    expected.Tokens |> Array.map(Array.mapi(fun i token -> struct (token, i > 0))) |> Layout.arrange packing torch.CPU

let private rowsClose tolerance (expected: float[][]) (actual: torch.Tensor) =
    expected
    |> Array.iteri(fun row expected ->
        close tolerance (torch.tensor expected) (actual.select(0L, int64 row).narrow(0L, 0L, expected.LongLength)))

[<Theory; MemberData(nameof models)>]
let ``last logits with padding at the left are the reference's`` name =
    use _ = torch.NewDisposeScope()
    let expected = Expected name
    use model = expected.Model torch.float32
    let present = expected.Tensor("attention_mask").gt(Tensors.scalar 0.5)
    let integers field = expected.Tensor(field).``to`` torch.int64
    let hidden =
        Transformer.hiddenMasked model.Parameters model.Rotation (integers "position_ids") present (integers "input_ids")
    close 1e-4 (expected.Tensor "last_logits") (hidden.select(1L, hidden.shape[1] - 1L).mm(model.Parameters.Head.t()))

[<Theory; MemberData(nameof models)>]
let ``log-probabilities and entropies, padded and packed, are the reference's`` name =
    use _ = torch.NewDisposeScope()
    let expected = Expected name
    use model = expected.Model torch.float32
    for settings in settings do
        let scored = Scoring.forwardLayout settings model (layout settings.Packing expected)
        rowsClose 1e-4 expected.LogProbs scored.LogProb
        rowsClose 1e-4 expected.Entropies scored.Entropy

[<Theory; MemberData(nameof models)>]
let ``loss and the gradient of every parameter are the reference's`` name =
    use _ = torch.NewDisposeScope()
    let expected = Expected name
    use model = expected.Model torch.float32
    let reference = expected.Field "gradient_norm"
    for settings in settings do
        Parameters.zeroGradient model.Parameters
        let scored = Scoring.forwardLayout settings model (layout settings.Packing expected)
        let share = 1.0 / float(scored.Tokens.LogProb.numel())
        Assert.Equal((expected.Field "loss").GetDouble(), -share * scored.LogProb.sum().ToDouble(), 1e-4)
        Scoring.backward scored (torch.full_like(scored.LogProb, Tensors.scalar -share)) None
        let norms = Parameters.gradients model.Parameters |> Map.ofArray
        Assert.Equal(norms.Count, Seq.length(reference.EnumerateObject()))
        for parameter in reference.EnumerateObject() do
            Assert.Equal(parameter.Value.GetDouble(), norms[parameter.Name].norm().ToDouble(), 1e-4)

[<Theory; MemberData(nameof models)>]
let ``in bfloat16 they are the reference's within that type's rounding`` name =
    use _ = torch.NewDisposeScope()
    let expected = Expected name
    use model = expected.Model torch.bfloat16
    let scored = Scoring.forwardLayout (Scoring.at 1.0) model (layout false expected)
    Assert.Equal(torch.float32, scored.LogProb.dtype)
    rowsClose 0.1 expected.LogProbs scored.LogProb
    rowsClose 0.05 expected.Entropies scored.Entropy

let private write (model: Model) (contexts: int[][]) limit =
    use session =
        (Sampling.create { SamplingOptions.defaults with Temperature = 0.0 } model).Open(contexts |> Array.map(fun _ -> Seed.ofInt 1))
    let requests = contexts |> Array.mapi(fun row context -> { Row = row; Context = context; Limit = limit })
    let rec write requests written =
        match session.Write(requests, (fun _ _ -> false), CancellationToken.None) with
        | [||] -> written |> Array.sortBy _.Row
        | more -> write [||] (Array.append written more)
    write requests [||]

[<Theory; MemberData(nameof models)>]
let ``greedy continuation with a cache is the reference's`` name =
    let expected = Expected name
    use model = expected.Model torch.float32
    let continuation = [|
        for token in (expected.Field "greedy_continuation_of_row_0").EnumerateArray() -> token.GetInt32()
    |]
    let written = write model expected.Tokens[..0] continuation.Length
    Assert.Equal<int[]>(continuation, written[0].Tokens)

[<Theory; MemberData(nameof models)>]
let ``rows of different lengths with a cache say what the reference's last logits say`` name =
    use _ = torch.NewDisposeScope()
    let expected = Expected name
    use model = expected.Model torch.float32
    let logProbs = torch.nn.functional.log_softmax(expected.Tensor "last_logits", 1L)
    write model expected.Tokens 1
    |> Array.iteri(fun row written ->
        Assert.Equal(logProbs[int64 row].argmax().ToInt64(), int64 written.Tokens[0])
        Assert.Equal(logProbs[int64 row].max().ToDouble(), float written.LogProbs[0], 1e-4))
