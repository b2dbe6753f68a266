module Levee.Policies.Tests.ParameterLaws

open System
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

let private tensorOf name (parameters: Parameters) = Parameters.named parameters |> Array.find(fst >> (=) name) |> snd

[<Fact>]
let ``the same seed gives the same weights, another seed others`` () =
    use _ = torch.NewDisposeScope()
    use a = modelOf architecture torch.float32 1
    use b = modelOf architecture torch.float32 1
    use c = modelOf architecture torch.float32 2
    Assert.Equal(0.0, distance a.Parameters.Values b.Parameters.Values)
    Assert.True(distance a.Parameters.Values c.Parameters.Values > 0.1)

[<Fact>]
let ``a tensor's first weights do not depend on the other tensors`` () =
    use _ = torch.NewDisposeScope()
    use shallow = modelOf { architecture with Layers = 1 } torch.float32 1
    use deep = modelOf { architecture with Layers = 3 } torch.float32 1
    let name = "model.layers.0.mlp.down_proj.weight"
    Assert.Equal(0.0, distance (tensorOf name shallow.Parameters) (tensorOf name deep.Parameters))

[<Fact>]
let ``matrices have the initialiser's range, biases are zero, norms are one`` () =
    use _ = torch.NewDisposeScope()
    let architecture = { Policy.tiny 400 with InitializerRange = 0.05 }
    use model = modelOf architecture torch.float64 3
    for name, tensor in Parameters.named model.Parameters do
        let mean, spread = tensor.mean().ToDouble(), (tensor - tensor.mean()).square().mean().sqrt().ToDouble()
        if tensor.dim() = 2L then
            Assert.Equal(0.0, mean, 0.005)
            Assert.Equal(0.05, spread, 0.005)
        else
            Assert.Equal((if name.EndsWith "norm.weight" then 1.0 else 0.0), mean)
            Assert.Equal(0.0, spread)

[<Fact>]
let ``fused projections hold their parts in order`` () =
    use _ = torch.NewDisposeScope()
    use model = modelOf architecture torch.float32 4
    let part name = tensorOf $"model.layers.1.{name}.weight" model.Parameters
    let layer = model.Parameters.Layers[1]
    close 0.0 (torch.cat([| part "self_attn.q_proj"; part "self_attn.k_proj"; part "self_attn.v_proj" |], 0L)) layer.QueryKeyValue
    close 0.0 (torch.cat([| part "mlp.gate_proj"; part "mlp.up_proj" |], 0L)) layer.GateUp

[<Fact>]
let ``writing to the flat tensor changes the model, and not its clone`` () =
    use _ = torch.NewDisposeScope()
    use model = modelOf architecture torch.float32 5
    use clone = Model.frozen model
    let tokens = torch.tensor([| 1L; 2L; 3L |], ReadOnlySpan [| 1L; 3L |])
    let hidden (model: Model) = Transformer.hidden model.Parameters model.Rotation tokens
    let before = hidden model
    use _ = torch.no_grad()
    model.Parameters.Values.mul_(Tensors.scalar 1.1) |> ignore
    Assert.True(distance before (hidden model) > 0.01)
    Assert.Equal(0.0, distance before (hidden clone))
    Assert.True clone.Parameters.Gradient.IsNone

[<Fact>]
let ``backward fills the flat gradient, and adds to it`` () =
    use _ = torch.NewDisposeScope()
    use model = modelOf architecture torch.float64 6
    let layout = Layout.ofSequences torch.CPU [| [| struct (1, false); struct (2, true); struct (3, true) |] |]
    let accumulate () =
        let scored = Scoring.forwardLayout (Scoring.at 1.0) model layout
        Scoring.backward scored (torch.ones_like scored.LogProb) None
    let gradient = Option.get model.Parameters.Gradient
    accumulate()
    let once = gradient.clone()
    Assert.True(once.norm().ToDouble() > 0.0)
    accumulate()
    close 1e-12 (once * 2.0) gradient
    Parameters.zeroGradient model.Parameters
    accumulate()
    close 1e-12 once gradient

[<Fact>]
let ``a copy is frozen, of a policy and of its weights alike, unless it is asked to be trainable`` () =
    use model = modelOf architecture torch.bfloat16 6
    let original = model.Parameters
    for source in [ original; Parameters.clone original ] do
        use frozen = Parameters.clone source
        use trainable = Parameters.cloneTrainable source
        Assert.True frozen.Gradient.IsNone
        Assert.Empty frozen.Arriving
        Assert.Equal(0.0, trainable.Gradient.Value.norm().ToDouble())
        trainable.Values.zero_() |> ignore
        Assert.True(source.Values.norm().ToDouble() > 0.0)
        Assert.Equal(0.0, (source.Values - frozen.Values).abs().max().ToDouble())

[<Fact>]
let ``the gradient of weights in half precision is in float32, and nothing of it stays behind`` () =
    use _ = torch.NewDisposeScope()
    let layout = Layout.ofSequences torch.CPU [| [| struct (1, false); struct (2, true); struct (3, true) |] |]
    use start = modelOf untied torch.bfloat16 6
    let gradient (dtype: torch.ScalarType) settings =
        let values = (start.Parameters.Values.``to`` dtype).clone()
        use model = Parameters.ofValues untied true values |> Model.ofParameters
        let scored = Scoring.forwardLayout settings model layout
        Scoring.backward scored (torch.ones_like scored.LogProb) None
        Assert.All(model.Parameters.Arriving, fun (weight, _) -> Assert.Null weight.grad)
        let gradient = Option.get model.Parameters.Gradient
        Assert.Equal(torch.float32, gradient.dtype)
        gradient.clone()
    for checkpointing in [ false; true ] do
        let settings = { Scoring.at 1.0 with GradientCheckpointing = checkpointing }
        let wide, half = gradient torch.float32 settings, gradient torch.bfloat16 settings
        Assert.InRange((wide - half).norm().ToDouble() / wide.norm().ToDouble(), 0.0, 0.05)

[<Fact>]
let ``a frozen policy has no backward pass`` () =
    use _ = torch.NewDisposeScope()
    use model = modelOf architecture torch.float32 6
    use frozen = Model.frozen model
    let layout = Layout.ofSequences torch.CPU [| [| struct (1, false); struct (2, true) |] |]
    let scored = Scoring.forwardLayout (Scoring.at 1.0) frozen layout
    let error =
        Assert.Throws<InvalidOperationException>(fun () -> Scoring.backward scored (torch.ones_like scored.LogProb) None)
    Assert.Contains("frozen", error.Message)

[<Fact>]
let ``every parameter is counted once`` () =
    use model = modelOf untied torch.float32 7
    let sizes = Parameters.named model.Parameters |> Array.sumBy(fun (_, tensor) -> tensor.NumberOfElements)
    Assert.Equal(Parameters.count untied, sizes)
    Assert.Equal(Parameters.count architecture + int64(untied.VocabularySize * untied.Width), sizes)
