namespace Levee.Policies.Weights

open System
open Levee
open Levee.Policies
open TorchSharp

/// The weights of one transformer layer, with the projections that read the same input in one matrix.
type LayerParameters = {
    /// [width], `input_layernorm`.
    AttentionNorm: torch.Tensor
    /// [(heads + 2 keyValueHeads) * headWidth, width]: the rows of `q_proj`, then `k_proj`, then `v_proj`.
    QueryKeyValue: torch.Tensor
    /// [(heads + 2 keyValueHeads) * headWidth], where the architecture has these biases.
    QueryKeyValueBias: torch.Tensor option
    /// [headWidth] each, `q_norm` and `k_norm`, where the architecture has them.
    HeadNorms: (torch.Tensor * torch.Tensor) option
    /// [width, heads * headWidth], `o_proj`.
    AttentionOutput: torch.Tensor
    /// [width], `post_attention_layernorm`.
    FeedForwardNorm: torch.Tensor
    /// [2 * feedForwardWidth, width]: the rows of `gate_proj`, then `up_proj`.
    GateUp: torch.Tensor
    /// [width, feedForwardWidth], `down_proj`.
    Down: torch.Tensor
}

/// The weights of a transformer. All of them lie one after the other in one flat tensor, in the order of Hugging Face's names, so
/// that copying, clipping and updating a policy each take one operation; every other tensor here is a view into it.
type Parameters = {
    Architecture: Architecture
    /// [parameters] every weight.
    Values: torch.Tensor
    /// [parameters] the gradient of every weight, filled by a backward pass, in float32 at least; absent in a frozen policy.
    Gradient: torch.Tensor option
    /// The weights of half precision that have a gradient, which backward leaves in the weight's own type, each with the place in `Gradient` that this is
    /// added to. Added up in half precision, small gradients behind large sums would be lost.
    Arriving: (torch.Tensor * torch.Tensor)[]
    /// [vocabulary, width].
    Embedding: torch.Tensor
    Layers: LayerParameters[]
    /// [width].
    FinalNorm: torch.Tensor
    /// [vocabulary, width]; the same tensor as `Embedding` where the head is tied.
    Head: torch.Tensor
    /// The products beside the matrices, where there is an adapter. Then these weights are frozen, and training moves the adapter alone.
    Adapter: Adapter option
} with

    /// Frees the native memory.
    interface IDisposable with
        member this.Dispose() =
            let layers =
                this.Layers
                |> Array.collect(fun layer -> [|
                    layer.AttentionNorm
                    layer.QueryKeyValue
                    layer.AttentionOutput
                    layer.FeedForwardNorm
                    layer.GateUp
                    layer.Down
                    yield! Option.toArray layer.QueryKeyValueBias
                    for queryNorm, keyNorm in Option.toArray layer.HeadNorms do
                        queryNorm
                        keyNorm
                |])
            for tensor in
                [|
                    this.Embedding
                    this.FinalNorm
                    this.Head
                    yield! layers
                    this.Values
                    yield! Option.toArray this.Gradient
                    yield! Array.map snd this.Arriving
                |] do
                tensor.Dispose()
            for adapter in Option.toArray this.Adapter do
                (adapter :> IDisposable).Dispose()

[<RequireQualifiedAccess>]
module Parameters =
    let private embedding = "model.embed_tokens.weight"
    let private finalNorm = "model.norm.weight"
    let private head = "lm_head.weight"
    let private inLayer layer name = $"model.layers.{layer}.{name}"

    let private layerShapes (architecture: Architecture) layer =
        let a = architecture
        let weight projection =
            let rows, columns = Projection.shape a projection
            $"{Projection.path projection}.weight", [| rows; columns |]
        let bias projection = $"{Projection.path projection}.bias", [| fst(Projection.shape a projection) |]
        [|
            "input_layernorm.weight", [| a.Width |]
            weight Projection.Query
            weight Projection.Key
            weight Projection.Value
            if Architecture.hasAttentionBias a then
                bias Projection.Query
                bias Projection.Key
                bias Projection.Value
            if Architecture.hasHeadNorms a then
                "self_attn.q_norm.weight", [| a.HeadWidth |]
                "self_attn.k_norm.weight", [| a.HeadWidth |]
            weight Projection.Output
            "post_attention_layernorm.weight", [| a.Width |]
            weight Projection.Gate
            weight Projection.Up
            weight Projection.Down
        |]
        |> Array.map(fun (name, shape) -> inLayer layer name, shape)

    /// The tensors of an architecture by Hugging Face's names, with their shapes, in the order in which they are stored.
    let shapes (architecture: Architecture) : (string * int64[])[] =
        [|
            embedding, [| architecture.VocabularySize; architecture.Width |]
            for layer in 0 .. architecture.Layers - 1 do
                yield! layerShapes architecture layer
            finalNorm, [| architecture.Width |]
            if not architecture.TiedHead then
                head, [| architecture.VocabularySize; architecture.Width |]
        |]
        |> Array.map(fun (name, shape) -> name, Array.map int64 shape)

    /// The size of an architecture's parameters, in numbers.
    let count architecture = Flat.count(shapes architecture)

    /// Views of a flat tensor by Hugging Face's names.
    let private split architecture (flat: torch.Tensor) = Flat.split (shapes architecture) flat

    let private assemble architecture (values: torch.Tensor) (gradient: torch.Tensor option) =
        let leaf = Flat.leaves (shapes architecture) values gradient
        let place =
            gradient
            |> Option.filter(fun gradient -> gradient.dtype <> values.dtype)
            |> Option.map(Flat.joined(shapes architecture))
        let arriving = ResizeArray()
        let leaf names =
            let made = leaf names
            place |> Option.iter(fun place -> arriving.Add(made, place names))
            made
        let layer index =
            let leaf = List.map(inLayer index) >> leaf
            {
                AttentionNorm = leaf [ "input_layernorm.weight" ]
                QueryKeyValue = leaf [ "self_attn.q_proj.weight"; "self_attn.k_proj.weight"; "self_attn.v_proj.weight" ]
                QueryKeyValueBias =
                    if Architecture.hasAttentionBias architecture then
                        Some(leaf [ "self_attn.q_proj.bias"; "self_attn.k_proj.bias"; "self_attn.v_proj.bias" ])
                    else
                        None
                HeadNorms =
                    if Architecture.hasHeadNorms architecture then
                        Some(leaf [ "self_attn.q_norm.weight" ], leaf [ "self_attn.k_norm.weight" ])
                    else
                        None
                AttentionOutput = leaf [ "self_attn.o_proj.weight" ]
                FeedForwardNorm = leaf [ "post_attention_layernorm.weight" ]
                GateUp = leaf [ "mlp.gate_proj.weight"; "mlp.up_proj.weight" ]
                Down = leaf [ "mlp.down_proj.weight" ]
            }
        let embeddings = leaf [ embedding ]
        let layers = Array.init architecture.Layers layer
        let norm = leaf [ finalNorm ]
        {
            Architecture = architecture
            Values = values.DetachFromDisposeScope()
            Gradient = gradient |> Option.map(fun gradient -> gradient.DetachFromDisposeScope())
            Embedding = embeddings
            Layers = layers
            FinalNorm = norm
            Head = if architecture.TiedHead then embeddings else leaf [ head ]
            Adapter = None
            Arriving = arriving.ToArray()
        }

    /// Parameters over a flat tensor of all values, which they take over. `trainable` ones have a gradient, zero at first.
    let ofValues (architecture: Architecture) (trainable: bool) (values: torch.Tensor) =
        if values.shape <> [| count architecture |] then
            let found = String.Join(", ", values.shape)
            Setting.refuse $"This architecture has {count architecture} parameters; the tensor has shape [{found}]."
        use _ = torch.NewDisposeScope()
        let dtype =
            if Tensors.isHalf values then
                torch.float32
            else
                values.dtype
        let gradient () = torch.zeros(values.shape, dtype = dtype, device = values.device)
        assemble architecture values (if trainable then Some(gradient()) else None)

    /// The weights by Hugging Face's names: views without a graph, so that writing to them changes the policy.
    let named (parameters: Parameters) = split parameters.Architecture parameters.Values

    /// The gradients by Hugging Face's names, as views; empty for a frozen policy.
    let gradients (parameters: Parameters) = parameters.Gradient |> Option.map(split parameters.Architecture) |> Option.defaultValue [||]

    /// The flat numbers that training moves: the adapter's where there is one, otherwise all.
    let trained (parameters: Parameters) = parameters.Adapter |> Option.map _.Values |> Option.defaultValue parameters.Values

    /// The gradient of `trained`; absent in a frozen policy.
    let trainedGradient (parameters: Parameters) =
        match parameters.Adapter with
        | Some adapter -> adapter.Gradient
        | None -> parameters.Gradient

    let private gradientOf name (parameters: Parameters) =
        match parameters.Gradient with
        | Some gradient -> Some(Flat.find (shapes parameters.Architecture) name gradient)
        | None when (trainedGradient parameters).IsSome -> None
        | None -> invalidOp "A frozen policy has no gradient: load or create it as a trainable one."

    /// The gradient of the embedding, [vocabulary, width], to add to; none where an adapter is trained beside it. Raises
    /// `InvalidOperationException` for a frozen policy.
    let embeddingGradient parameters = gradientOf embedding parameters

    /// The gradient of the head's weight, [vocabulary, width], to add to; none where an adapter is trained beside it. Raises
    /// `InvalidOperationException` for a frozen policy.
    let headGradient (parameters: Parameters) = gradientOf (if parameters.Architecture.TiedHead then embedding else head) parameters

    /// Fresh trainable weights as transformers draws them: matrices from N(0, `InitializerRange`), biases 0, norms 1. Each tensor
    /// has a generator of its own, made from the seed and its name.
    let initialise (architecture: Architecture) (dtype: torch.ScalarType) (device: torch.Device) (seed: Seed) =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let values = torch.zeros([| count architecture |], dtype = dtype, device = device)
        for name, tensor in split architecture values do
            if tensor.dim() = 2L then
                use generator = new torch.Generator(uint64(Seed.toInt64(Seed.named name seed)), device)
                tensor.normal_(0.0, architecture.InitializerRange, generator) |> ignore
            elif name.EndsWith("norm.weight", StringComparison.Ordinal) then
                tensor.fill_ 1.0 |> ignore
        ofValues architecture true (scope.MoveToOuter values)

    /// A frozen view that shares the numbers of all but the matrices; `matrix` gives those, from each with what stands beside it.
    let private view (matrix: LowRank option -> torch.Tensor -> torch.Tensor) adapter (parameters: Parameters) =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let alias (tensor: torch.Tensor) = scope.Detach(tensor.detach())
        let matrix lowRank tensor = scope.Detach(matrix lowRank tensor)
        let layer index weights =
            let beside = Adapter.layer index parameters.Adapter
            {
                AttentionNorm = alias weights.AttentionNorm
                QueryKeyValue = matrix beside.QueryKeyValue weights.QueryKeyValue
                QueryKeyValueBias = Option.map alias weights.QueryKeyValueBias
                HeadNorms = weights.HeadNorms |> Option.map(fun (queryNorm, keyNorm) -> alias queryNorm, alias keyNorm)
                AttentionOutput = matrix beside.AttentionOutput weights.AttentionOutput
                FeedForwardNorm = alias weights.FeedForwardNorm
                GateUp = matrix beside.GateUp weights.GateUp
                Down = matrix beside.Down weights.Down
            }
        {
            parameters with
                Values = alias parameters.Values
                Gradient = None
                Arriving = [||]
                Embedding = alias parameters.Embedding
                Layers = Array.mapi layer parameters.Layers
                FinalNorm = alias parameters.FinalNorm
                Head = matrix None parameters.Head
                Adapter = adapter
        }

    /// The weights with another adapter beside them, which the result takes over, or without one. The weights are shared and frozen. Raises
    /// `ArgumentException` where the adapter is for another architecture.
    let beside (adapter: Adapter option) (parameters: Parameters) =
        for adapter in Option.toArray adapter do
            if adapter.Architecture <> parameters.Architecture then
                Setting.refuse "The adapter was made for another architecture than that of these weights."
        view (fun _ matrix -> matrix.detach()) adapter parameters

    let private copy trainable (parameters: Parameters) =
        match parameters.Adapter with
        | Some adapter -> beside (Some(Adapter.copy trainable adapter)) parameters
        | None ->
            use scope = torch.NewDisposeScope()
            ofValues parameters.Architecture trainable (scope.MoveToOuter(parameters.Values.clone()))

    /// A frozen copy, as a reference policy is, that shares nothing that training moves, whether or not the original can be trained: of weights with
    /// an adapter, the adapter alone is copied.
    let clone parameters = copy false parameters

    /// A copy as `clone` makes it, with a gradient, zero at first. Training it leaves the original as it is.
    let cloneTrainable parameters = copy true parameters

    /// A frozen copy whose numbers that training moves are in float32 at least.
    let cloneWide (parameters: Parameters) =
        if parameters.Adapter.IsNone && Tensors.isHalf parameters.Values then
            use scope = torch.NewDisposeScope()
            ofValues parameters.Architecture false (scope.MoveToOuter(Tensors.widened parameters.Values))
        else
            clone parameters

    /// A frozen view without an adapter whose matrices, the adapter's products in them, are copied column by column: products with few rows
    /// read them faster so on a CPU. Its flat tensor, embedding and biases are the original's, so nothing may be updated while it is used.
    let columnMajor (parameters: Parameters) =
        view (fun lowRank matrix -> (LowRank.merged lowRank matrix).t().contiguous().t()) None parameters

    /// The parameters as a sampler reads them: `columnMajor` on a CPU; on a GPU, where the order does not matter, the matrices themselves but for those with
    /// an adapter's products in them.
    let forSampling (parameters: Parameters) =
        if parameters.Values.device_type = DeviceType.CPU then
            columnMajor parameters
        else
            let matrix lowRank (weights: torch.Tensor) =
                match lowRank with
                | None -> weights.detach()
                | Some _ -> LowRank.merged lowRank weights
            view matrix None parameters

    /// The weights by Hugging Face's names, each with a function that gives it with the adapter's product in it, in float32 at least where there is
    /// one.
    let internal namedMerged (parameters: Parameters) =
        let mergers = parameters.Adapter |> Option.map Adapter.mergers |> Option.defaultValue Map.empty
        named parameters
        |> Array.map(fun (name, tensor) ->
            let merge = Map.tryFind name mergers |> Option.map(fun merge -> Tensors.widened >> merge) |> Option.defaultValue id
            name, tensor, fun () -> merge tensor)

    /// A frozen copy that shares nothing, without an adapter but with its products in the weights, rounded to the weights' type.
    let merge (parameters: Parameters) =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let values = parameters.Values.clone()
        for (_, target), (_, _, merged) in Array.zip (split parameters.Architecture values) (namedMerged parameters) do
            target.copy_(merged()) |> ignore
        ofValues parameters.Architecture false (scope.MoveToOuter values)

    /// Adds what a backward pass left with weights of half precision to the gradient, in float32, and lets go of it.
    let collectGradient (parameters: Parameters) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad()
        for weight, place in parameters.Arriving do
            for gradient in Option.toArray(Option.ofObj weight.grad) do
                place.add_ gradient |> ignore
                weight.grad <- null

    /// Sets every gradient to zero.
    let zeroGradient (parameters: Parameters) =
        for weight, _ in parameters.Arriving do
            weight.grad <- null
        trainedGradient parameters |> Option.iter(fun gradient -> gradient.zero_() |> ignore)
