namespace Levee

open System
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
    /// [parameters] the gradient of every weight, filled by a backward pass; absent in a frozen policy.
    Gradient: torch.Tensor option
    /// [vocabulary, width].
    Embedding: torch.Tensor
    Layers: LayerParameters[]
    /// [width].
    FinalNorm: torch.Tensor
    /// [vocabulary, width]; the same tensor as `Embedding` where the head is tied.
    Head: torch.Tensor
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
                |] do
                tensor.Dispose()

[<RequireQualifiedAccess>]
module Parameters =
    let private embedding = "model.embed_tokens.weight"
    let private finalNorm = "model.norm.weight"
    let private head = "lm_head.weight"
    let private inLayer layer name = $"model.layers.{layer}.{name}"

    let private layerShapes (architecture: Architecture) layer =
        let a = architecture
        let queries, keys = a.Heads * a.HeadWidth, a.KeyValueHeads * a.HeadWidth

        [|
            "input_layernorm.weight", [| a.Width |]
            "self_attn.q_proj.weight", [| queries; a.Width |]
            "self_attn.k_proj.weight", [| keys; a.Width |]
            "self_attn.v_proj.weight", [| keys; a.Width |]
            if Architecture.hasAttentionBias a then
                "self_attn.q_proj.bias", [| queries |]
                "self_attn.k_proj.bias", [| keys |]
                "self_attn.v_proj.bias", [| keys |]
            if Architecture.hasHeadNorms a then
                "self_attn.q_norm.weight", [| a.HeadWidth |]
                "self_attn.k_norm.weight", [| a.HeadWidth |]
            "self_attn.o_proj.weight", [| a.Width; queries |]
            "post_attention_layernorm.weight", [| a.Width |]
            "mlp.gate_proj.weight", [| a.FeedForwardWidth; a.Width |]
            "mlp.up_proj.weight", [| a.FeedForwardWidth; a.Width |]
            "mlp.down_proj.weight", [| a.Width; a.FeedForwardWidth |]
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

    let private size (shape: int64[]) = Array.fold (*) 1L shape

    /// How many numbers an architecture has.
    let count architecture = shapes architecture |> Array.sumBy(snd >> size)

    /// Where each tensor starts in the flat one.
    let private offsets architecture =
        let shapes = shapes architecture
        let starts = shapes |> Array.scan (fun start (_, shape) -> start + size shape) 0L
        Array.map2 (fun (name, shape) start -> name, (start, shape)) shapes starts[.. shapes.Length - 1]

    /// Views of a flat tensor by Hugging Face's names.
    let private split architecture (flat: torch.Tensor) =
        offsets architecture |> Array.map(fun (name, (start, shape)) -> name, flat.narrow(0L, start, size shape).view shape)

    let private assemble architecture (values: torch.Tensor) (gradient: torch.Tensor option) =
        let places = Map.ofArray(offsets architecture)

        /// One leaf over tensors that stand one after the other and agree in all but their rows.
        let leaf names =
            let start, first = places[List.head names]
            let rows = names |> List.sumBy(fun name -> (snd places[name])[0])
            let shape = Array.append [| rows |] first[1..]
            let view (flat: torch.Tensor) = flat.narrow(0L, start, size shape).view shape
            let tensor = (view values).detach()

            gradient
            |> Option.iter(fun gradient ->
                tensor.requires_grad <- true
                tensor.grad <- (view gradient).detach())

            tensor.DetachFromDisposeScope()

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

        {
            Architecture = architecture
            Values = values.DetachFromDisposeScope()
            Gradient = gradient |> Option.map(fun gradient -> gradient.DetachFromDisposeScope())
            Embedding = embeddings
            Layers = Array.init architecture.Layers layer
            FinalNorm = leaf [ finalNorm ]
            Head = if architecture.TiedHead then embeddings else leaf [ head ]
        }

    /// Parameters over a flat tensor of all values, which they take over. `trainable` ones have a gradient, zero at first.
    let ofValues (architecture: Architecture) (trainable: bool) (values: torch.Tensor) =
        if values.shape <> [| count architecture |] then
            let found = String.Join(", ", values.shape)
            invalidArg (nameof values) $"This architecture has {count architecture} parameters; the tensor has shape [{found}]."

        use _ = torch.NewDisposeScope()
        assemble architecture values (if trainable then Some(torch.zeros_like values) else None)

    /// The weights by Hugging Face's names: views without a graph, so that writing to them changes the policy.
    let named (parameters: Parameters) = split parameters.Architecture parameters.Values

    /// The gradients by Hugging Face's names, as views; empty for a frozen policy.
    let gradients (parameters: Parameters) = parameters.Gradient |> Option.map(split parameters.Architecture) |> Option.defaultValue [||]

    let private gradientOf name (parameters: Parameters) =
        match parameters.Gradient with
        | None -> invalidOp "A frozen policy has no gradient: load or create it as a trainable one."
        | Some gradient ->
            let start, shape = offsets parameters.Architecture |> Array.find(fst >> (=) name) |> snd
            gradient.narrow(0L, start, size shape).view shape

    /// The gradient of the embedding, [vocabulary, width], to add to. Raises `InvalidOperationException` for a frozen policy.
    let embeddingGradient parameters = gradientOf embedding parameters

    /// The gradient of the head's weight, [vocabulary, width], to add to. Raises `InvalidOperationException` for a frozen policy.
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

    /// A copy that shares nothing: trainable, or frozen as a reference policy is.
    let clone (trainable: bool) (parameters: Parameters) =
        use scope = torch.NewDisposeScope()
        ofValues parameters.Architecture trainable (scope.MoveToOuter(parameters.Values.clone()))

    /// A frozen copy in float32 at least.
    let cloneWide (parameters: Parameters) =
        use scope = torch.NewDisposeScope()
        let values =
            if Tensors.isHalf parameters.Values then
                Tensors.widened parameters.Values
            else
                parameters.Values.clone()
        ofValues parameters.Architecture false (scope.MoveToOuter values)

    /// A frozen view whose matrices are copied column by column: products with few rows read them faster so on a CPU. Its flat
    /// tensor, embedding and biases are the original's, so neither may be updated while it is used.
    let columnMajor (parameters: Parameters) =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let alias (tensor: torch.Tensor) = scope.Detach(tensor.detach())
        let turn (matrix: torch.Tensor) = scope.Detach(matrix.t().contiguous().t())

        let layer weights = {
            AttentionNorm = alias weights.AttentionNorm
            QueryKeyValue = turn weights.QueryKeyValue
            QueryKeyValueBias = Option.map alias weights.QueryKeyValueBias
            HeadNorms = weights.HeadNorms |> Option.map(fun (queryNorm, keyNorm) -> alias queryNorm, alias keyNorm)
            AttentionOutput = turn weights.AttentionOutput
            FeedForwardNorm = alias weights.FeedForwardNorm
            GateUp = turn weights.GateUp
            Down = turn weights.Down
        }

        {
            parameters with
                Values = alias parameters.Values
                Gradient = None
                Embedding = alias parameters.Embedding
                Layers = Array.map layer parameters.Layers
                FinalNorm = alias parameters.FinalNorm
                Head = turn parameters.Head
        }

    /// Sets every gradient to zero.
    let zeroGradient (parameters: Parameters) = parameters.Gradient |> Option.iter(fun gradient -> gradient.zero_() |> ignore)
