/// A GPU computes the same as the CPU. Skipped where torch sees no GPU.
module Levee.Policies.Tests.GpuTests

open System.Threading
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Interop.TorchExtras
open Levee.Policies.Tests.Examples
open TorchSharp

let private gpu () =
    Assert.SkipUnless(torch.cuda_is_available(), "This libtorch sees no GPU.")
    Devices.named "cuda"

let private cpu = torch.CPU

/// One model on a device.
let private modelOn dtype (device: torch.Device) =
    use cpuParameters = Parameters.initialise architecture torch.float32 cpu (Seed.ofInt 1)
    use scope = torch.NewDisposeScope()
    let values = cpuParameters.Values.``to``(dtype, device)
    Parameters.ofValues architecture true (scope.MoveToOuter values) |> Model.ofParameters

/// Two responses with prompts and observations between their actions.
let private layoutOn device =
    let sequence length actions seed =
        tokens architecture.VocabularySize length (Seed.ofInt seed)
        |> Array.mapi(fun i token -> struct (token, List.contains i actions))
    Layout.ofSequences device [| sequence 40 [ 3; 4; 7; 8; 30; 31 ] 1; sequence 23 [ 4; 5; 20 ] 2 |]

/// Log-probabilities and the parameters' gradient of their sum.
let private scored dtype device settings =
    use scope = torch.NewDisposeScope()
    use model = modelOn dtype device
    let scored = Scoring.forwardLayout settings model (layoutOn device)
    Scoring.backward scored (torch.ones_like scored.LogProb) None
    let gradient = Option.get model.Parameters.Gradient
    let toCpu (tensor: torch.Tensor) = scope.MoveToOuter(tensor.detach().``to``(torch.float64).cpu().clone())
    toCpu scored.LogProb, toCpu gradient

/// Asserts that two tensors, as vectors, differ by at most `tolerance` times the length of the expected one.
let private near tolerance (expected: torch.Tensor) (actual: torch.Tensor) =
    let apart = (expected - actual).norm().ToDouble() / expected.norm().ToDouble()
    Assert.True(apart <= tolerance, $"They are {apart} of their length apart, more than {tolerance}.")

let private ``scores and gradients are the CPU's`` dtype tolerance =
    let device = gpu()
    use _ = torch.NewDisposeScope()
    let expected, expectedGradient = scored torch.float32 cpu (Scoring.at 1.0)
    for settings in [ Scoring.at 1.0; { Scoring.at 1.0 with GradientCheckpointing = true } ] do
        let actual, actualGradient = scored dtype device settings
        near tolerance expected actual
        near tolerance expectedGradient actualGradient

[<Fact>]
let ``scores and gradients in float32 are the CPU's`` () = ``scores and gradients are the CPU's`` torch.float32 1e-4

[<Fact>]
let ``scores and gradients in bfloat16 are the CPU's in float32 but for rounding`` () =
    ``scores and gradients are the CPU's`` torch.bfloat16 0.05

[<Fact>]
let ``fused attention on a GPU is attention under the causal mask`` () =
    let device = gpu()
    use _ = torch.NewDisposeScope()
    use _ = torch.no_grad()
    let length, width = 65L, 16L
    // Heads as wide as the fast kernels ask for.
    let architecture = { architecture with HeadWidth = int width }
    let shape count = [| 3L; length; int64 count; width |]
    let queriesKeys = normal (shape(architecture.Heads + architecture.KeyValueHeads)) (Seed.ofInt 1) * 0.5
    let values = normal (shape architecture.KeyValueHeads) (Seed.ofInt 2)
    let expected = Attention.masked architecture (Attention.causalMask length values) 0 queriesKeys values
    for dtype, tolerance in [ torch.float32, 1e-4; torch.bfloat16, 0.02 ] do
        let onDevice (tensor: torch.Tensor) = tensor.``to``(dtype, device)
        let actual = Attention.fused architecture 0 (onDevice queriesKeys) (onDevice values)
        near tolerance expected (actual.``to``(torch.float64).cpu())

[<Theory; InlineData false; InlineData true>]
let ``a sampler on a GPU reports the log-probabilities that scoring on the CPU gives its tokens`` graphs =
    let device = gpu()
    Assert.SkipUnless(not graphs || CudaGraph.IsAvailable, "the extras library is not there")
    use _ = torch.NewDisposeScope()
    use onGpu = modelOn torch.float32 device
    use onCpu = modelOn torch.float32 cpu
    let prompts = Array.init 5 (fun row -> tokens architecture.VocabularySize (4 + row) (Seed.ofInt row))
    use session = (Sampling.create { SamplingOptions.defaults with CudaGraphs = graphs } onGpu).Open(Array.init 5 Seed.ofInt)
    let requests = prompts |> Array.mapi(fun row prompt -> { Row = row; Context = prompt; Limit = 12 })
    let written = session.Write(requests, (fun _ _ -> false), CancellationToken.None)
    Assert.Equal(5, written.Length)
    for prompt, turn in Array.zip prompts written do
        let tokens, logProbs = turn.Tokens, turn.LogProbs
        Assert.Equal(12, tokens.Length)
        let sequence =
            Array.append (prompt |> Array.map(fun t -> struct (t, false))) (tokens |> Array.map(fun t -> struct (t, true)))
        use _ = torch.no_grad()
        let scored = Scoring.forwardLayout (Scoring.at 1.0) onCpu (Layout.ofSequences cpu [| sequence |])
        close 1e-3 (scored.LogProb.view -1L) (torch.tensor(logProbs))

[<Fact>]
let ``a step down the gradient on a GPU is the CPU's`` () =
    let device = gpu()
    let moved dtype device =
        use scope = torch.NewDisposeScope()
        use model = modelOn dtype device
        let parameters = model.Parameters
        let step () =
            let scored = Scoring.forwardLayout (Scoring.at 1.0) model (layoutOn device)
            Parameters.zeroGradient parameters
            Scoring.backward scored (torch.ones_like scored.LogProb) None
            use _ = torch.no_grad()
            let gradient = Option.get parameters.Gradient
            let unit = gradient / gradient.norm()
            parameters.Values.sub_(unit * 0.1) |> ignore
            scored.LogProb.sum().ToDouble()
        let before = step()
        let after = step()
        Assert.True(after < before, $"The sum of the log-probabilities went from {before} to {after}.")
        scope.MoveToOuter(parameters.Values.``to``(torch.float64).cpu().clone())
    use _ = torch.NewDisposeScope()
    near 1e-4 (moved torch.float32 cpu) (moved torch.float32 device)
