/// An adapter is what its definition says: W + scale B A, whichever way it is computed.
module Levee.Policies.Tests.AdapterLaws

open System
open System.Threading
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

type private Case = { Family: Family; Options: LoraOptions; Settings: ScoringSettings; Seed: int }

/// Any family, rank, alpha and targets, and any way of making a pass.
let private cases =
    gen {
        let! family = Gen.elements [ Qwen2; Qwen3; Llama ]
        let! rank = Gen.choose(1, 5)
        let! alpha = Gen.choose(1, 20)
        let! targets = Gen.subListOf Projection.all
        let! spare = Gen.elements Projection.all
        let! stable, packing, checkpointing = Gen.three(Gen.elements [ false; true ])
        let! seed = Gen.choose(0, 1_000_000)
        return {
            Family = family
            Options = {
                Rank = rank
                Alpha = float alpha / 4.0
                Targets = (if List.isEmpty targets then [ spare ] else targets)
                RankStabilised = stable
            }
            Settings = { Scoring.at 1.0 with Packing = packing; GradientCheckpointing = checkpointing }
            Seed = seed
        }
    }

let private check count (property: Case -> unit) =
    Check.One(Config.QuickThrowOnFailure.WithMaxTest count, Prop.forAll (Arb.fromGen cases) property)

let private policyOf family dtype seed =
    let model = modelOf { architecture with Family = family } dtype seed
    use policy = policy seed
    { policy with Model = model }

/// Draws all numbers of an adapter, so that B is not zero.
let private stir seed (policy: Policy) =
    use _ = torch.no_grad()
    let values = (Option.get policy.Parameters.Adapter).Values
    values.copy_(normal values.shape (Seed.ofInt seed) * 0.2) |> ignore

/// A policy with an adapter of random numbers over fresh weights.
let private adapted dtype case =
    use bare = policyOf case.Family dtype case.Seed
    let policy = Policy.adapt case.Options "base" (Seed.ofInt case.Seed) bare
    stir (case.Seed + 1) policy
    policy

let private sequences seed =
    let sequence length actions seed =
        tokens architecture.VocabularySize length (Seed.ofInt seed)
        |> Array.mapi(fun i token -> struct (token, List.contains i actions))
    [| sequence 9 [ 3; 4; 7; 8 ] seed; sequence 6 [ 4; 5 ] (seed + 1) |]

let private score settings (policy: Policy) =
    let layout = Layout.arrange settings.Packing torch.CPU (sequences 1)
    Scoring.forwardLayout settings policy.Model layout

[<Fact>]
let ``a fresh adapter changes nothing, bit for bit`` () =
    check 20 (fun case ->
        use _ = torch.NewDisposeScope()
        use bare = policyOf case.Family torch.float32 case.Seed
        use policy = Policy.adapt case.Options "base" (Seed.ofInt case.Seed) bare
        close 0.0 (score case.Settings bare).LogProb (score case.Settings policy).LogProb)

[<Fact>]
let ``merged is unmerged`` () =
    check 40 (fun case ->
        use _ = torch.NewDisposeScope()
        use policy = adapted torch.float64 case
        use merged = Policy.merge policy
        use bare = Policy.bare policy
        Assert.True merged.Parameters.Adapter.IsNone
        let scored = score case.Settings policy
        close 1e-6 (score case.Settings merged).LogProb scored.LogProb
        Assert.True(distance (score case.Settings bare).LogProb scored.LogProb > 1e-3))

[<Fact>]
let ``merged is W + scale B A of the named tensors`` () =
    check 20 (fun case ->
        use _ = torch.NewDisposeScope()
        use policy = adapted torch.float64 case
        use merged = Policy.merge policy
        let numbers = Map.ofArray(Adapter.named(Option.get policy.Parameters.Adapter))
        let rank = float case.Options.Rank
        let scale = case.Options.Alpha / (if case.Options.RankStabilised then sqrt rank else rank)
        for (name, weight), (_, found) in Array.zip (Parameters.named policy.Parameters) (Parameters.named merged.Parameters) do
            let factor letter = Map.tryFind $"""base_model.model.{name.Replace(".weight", "")}.lora_{letter}.weight""" numbers
            match factor "A", factor "B" with
            | Some a, Some b -> close 1e-6 (weight + b.mm a * scale) found
            | _ -> close 0.0 weight found)

[<Fact>]
let ``the gradient is the finite difference`` () =
    check 12 (fun case ->
        use _ = torch.NewDisposeScope()
        use policy = adapted torch.float64 case
        let weights, entropyWeights = normal [| 2L; 4L |] (Seed.ofInt 7), normal [| 2L; 4L |] (Seed.ofInt 8)
        let scored = score case.Settings policy
        Scoring.backward scored weights (Some entropyWeights)
        use _ = torch.no_grad()
        let adapter = Option.get policy.Parameters.Adapter
        for (name, numbers), (_, gradient) in Array.zip (Adapter.named adapter) (Adapter.gradients adapter) do
            let direction = normal numbers.shape (Seed.named name (Seed.ofInt 9))
            let at (step: float) =
                use _ = torch.NewDisposeScope()
                numbers.add_(direction * step) |> ignore
                let scored = score case.Settings policy
                numbers.sub_(direction * step) |> ignore
                (scored.LogProb * weights + scored.Entropy * entropyWeights).sum().ToDouble()
            // Some cases bend so much that 1e-5 is too far.
            let step = 2e-6
            let difference = (at step - at -step) / (2.0 * step)
            Assert.Equal(difference, (gradient * direction).sum().ToDouble(), 1e-6 * max 1.0 (abs difference)))

let private write sampler context =
    use session = (sampler: ISampler).Open [| Seed.ofInt 3 |]
    let request = { Row = 0; Context = context; Limit = 12 }
    let written = (session.Write([| request |], (fun _ _ -> false), CancellationToken.None))[0]
    written.Tokens, Array.map float written.LogProbs

[<Fact>]
let ``the sampler writes what the adapted policy scores`` () =
    check 12 (fun case ->
        use _ = torch.NewDisposeScope()
        use policy = adapted torch.float32 case
        use merged = Policy.merge policy
        let context = [| 1; 2; 3 |]
        let tokens, logProbs = write (Policy.sampler 1.0 policy) context
        Assert.Equal<int[]>(fst(write (Policy.sampler 1.0 merged) context), tokens)
        let sequence = [|
            for token in context -> struct (token, false)
            for token in tokens -> struct (token, true)
        |]
        let scored = Layout.ofSequences torch.CPU [| sequence |] |> Scoring.forwardLayout (Scoring.at 1.0) policy.Model
        Assert.All(Array.zip (numbers scored.Tokens.LogProb) logProbs, (fun (trainer, sampler) -> Assert.Equal(trainer, sampler, 1e-4))))

[<Fact>]
let ``beside weights of half precision numbers and gradient are in float32, and scores those of float32 within rounding`` () =
    use _ = torch.NewDisposeScope()
    use wide = modelOf architecture torch.float32 4
    use half = Parameters.ofValues architecture false (wide.Parameters.Values.``to`` torch.bfloat16) |> Model.ofParameters
    let over model =
        use plain = policy 4
        let policy = Policy.adapt LoraOptions.defaults "" (Seed.ofInt 5) { plain with Model = model }
        stir 6 policy
        policy
    use narrow = over half
    use exact = over wide
    let adapter = Option.get narrow.Parameters.Adapter
    Assert.Equal(torch.float32, adapter.Values.dtype)
    let gradient (policy: Policy) =
        let scored = score (Scoring.at 1.0) policy
        Scoring.backward scored (torch.ones_like scored.LogProb) None
        scored.LogProb, (Option.get policy.Parameters.Adapter).Gradient.Value
    let (scores, found), (expected, reference) = gradient narrow, gradient exact
    close 0.3 expected scores
    let cosine = (found * reference).sum().ToDouble() / (found.norm().ToDouble() * reference.norm().ToDouble())
    Assert.True(cosine > 0.99, $"the gradients' cosine is {cosine}")

[<Fact>]
let ``a copy has an adapter of its own over the same weights`` () =
    use _ = torch.NewDisposeScope()
    use bare = policy 1
    use policy = Policy.adapt LoraOptions.defaults "" (Seed.ofInt 2) bare
    let before = torch.Tensor.TotalCount
    Policy.clone policy |> Policy.dispose
    Assert.Equal(before, torch.Tensor.TotalCount)
    use copy = Policy.clone policy
    let scores () = (score (Scoring.at 1.0) copy).LogProb
    let first = scores()
    stir 3 policy
    close 0.0 first (scores())
    Assert.True(distance first (score (Scoring.at 1.0) policy).LogProb > 1e-3)
    use _ = torch.no_grad()
    bare.Parameters.Values.mul_(Tensors.scalar 1.1) |> ignore
    Assert.True(distance first (scores()) > 1e-3)

[<Fact>]
let ``only the adapter has a gradient, and a frozen one has none`` () =
    use _ = torch.NewDisposeScope()
    use bare = policy 1
    use policy = Policy.adapt LoraOptions.defaults "" (Seed.ofInt 2) bare
    Assert.True policy.Parameters.Gradient.IsNone
    Assert.False policy.Parameters.Layers[0].GateUp.requires_grad
    let before = bare.Parameters.Gradient.Value.clone()
    let scored = score (Scoring.at 1.0) policy
    Scoring.backward scored (torch.ones_like scored.LogProb) None
    close 0.0 before bare.Parameters.Gradient.Value
    Assert.True(policy.Parameters.Adapter.Value.Gradient.Value.norm().ToDouble() > 0.0)
    Parameters.zeroGradient policy.Parameters
    Assert.Equal(0.0, policy.Parameters.Adapter.Value.Gradient.Value.norm().ToDouble())
    use frozen = Policy.clone policy
    let scored = score (Scoring.at 1.0) frozen
    let error =
        Assert.Throws<InvalidOperationException>(fun () -> Scoring.backward scored (torch.ones_like scored.LogProb) None)
    Assert.Contains("frozen", error.Message)

[<Fact>]
let ``a fresh adapter is drawn as PEFT draws it, tensor by tensor`` () =
    use _ = torch.NewDisposeScope()
    let draw options seed = Adapter.initialise architecture options "" torch.float32 torch.CPU (Seed.ofInt seed)
    use whole = draw LoraOptions.defaults 1
    use part = draw { LoraOptions.defaults with Targets = [ Projection.Down ] } 1
    use other = draw LoraOptions.defaults 2
    Assert.True(distance whole.Values other.Values > 0.01)
    let all = Map.ofArray(Adapter.named whole)
    for name, tensor in Adapter.named part do
        close 0.0 all[name] tensor
    for name, tensor in Adapter.named whole do
        if name.Contains "lora_B" then
            Assert.Equal(0.0, tensor.abs().max().ToDouble())
        else
            // Uniform within 1 / sqrt(in), so of variance 1 / (3 in).
            let bound = 1.0 / sqrt(float tensor.shape[1])
            Assert.InRange(tensor.abs().max().ToDouble(), 0.8 * bound, bound)
            Assert.Equal(bound * bound / 3.0, tensor.square().mean().ToDouble(), bound * bound / 15.0)

[<Fact>]
let ``options out of range are refused with a remedy`` () =
    let refused options = Assert.Throws<ArgumentException>(fun () -> LoraOptions.validate options).Message
    let d = LoraOptions.defaults
    Assert.Contains("rank 0 is out of range", refused { d with Rank = 0 })
    Assert.Contains("alpha of 0", refused { d with Alpha = 0.0 })
    Assert.Contains("alpha of NaN", refused { d with Alpha = nan })
    Assert.Contains("without targets", refused { d with Targets = [] })
    Assert.Contains("q_proj is named 2 times", refused { d with Targets = [ Projection.Query; Projection.Query ] })
