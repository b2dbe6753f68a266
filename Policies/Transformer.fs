namespace Levee

open TorchSharp

/// How the tokens of a layer look at each other: given the layer's index, rotated queries and keys [B, T, heads + keyValueHeads,
/// headWidth], and values [B, T, keyValueHeads, headWidth], the heads' answers [B * T, heads * headWidth].
type Attention = int -> torch.Tensor -> torch.Tensor -> torch.Tensor

/// The decoder-only transformer of Qwen2 as a pure function of its parameters: RMSNorm before each half of a layer, rotary positions,
/// grouped-query attention, SwiGLU.
[<RequireQualifiedAccess>]
module Transformer =
    /// What is added to the score of a key that must not be seen: large enough for a weight of exactly zero, and finite, so that a
    /// query that may see nothing (padding) gives numbers.
    let unseen = -1e30

    /// Root mean square norm (Zhang and Sennrich, arXiv 1910.07467), in float32 at least: x / sqrt(mean(x^2) + epsilon) * weight.
    let rmsNorm (epsilon: float) (weight: torch.Tensor) (x: torch.Tensor) =
        let half = x.dtype = torch.bfloat16 || x.dtype = torch.float16
        let wide = if half then x.``to`` torch.float32 else x
        let meanSquare = wide.square().mean([| -1L |], true)
        let normal = wide * (meanSquare + epsilon).rsqrt()
        (if half then normal.``to`` x.dtype else normal) * weight

    let private layer (architecture: Architecture) rotation attend (batch: int64[]) index (parameters: LayerParameters) (x: torch.Tensor) =
        let a = architecture
        let rotated, keyValueHeads = int64(a.Heads + a.KeyValueHeads), int64 a.KeyValueHeads
        let normal = rmsNorm a.NormEpsilon parameters.AttentionNorm x

        let projected =
            match parameters.QueryKeyValueBias with
            | Some bias -> bias.addmm(normal, parameters.QueryKeyValue.t())
            | None -> normal.mm(parameters.QueryKeyValue.t())

        let heads =
            projected.view(Array.append batch [| rotated + keyValueHeads; int64 a.HeadWidth |]).split([| rotated; keyValueHeads |], 2L)

        let seen: torch.Tensor = attend index (Rotation.apply rotation heads[0]) heads[1]
        let x = x.addmm(seen, parameters.AttentionOutput.t())

        let normal = rmsNorm a.NormEpsilon parameters.FeedForwardNorm x
        let gateUp = normal.mm(parameters.GateUp.t()).chunk(2L, 1L)
        x.addmm(torch.nn.functional.silu gateUp[0] * gateUp[1], parameters.Down.t())

    /// Hidden states after the final norm, [B * T, width], of tokens int64 [B, T], for a given way of looking at each other.
    let run (parameters: Parameters) (rotation: Rotation) (attend: Attention) (tokens: torch.Tensor) =
        let a = parameters.Architecture
        let embedded = parameters.Embedding.index_select(0L, tokens.reshape -1L)

        let x =
            parameters.Layers
            |> Array.indexed
            |> Array.fold (fun x (index, weights) -> layer a rotation attend tokens.shape index weights x) embedded

        rmsNorm a.NormEpsilon parameters.FinalNorm x

    /// Queries [B, T, heads, headWidth] as one batch a key head: [B * keyValueHeads, headsPerKey * T, headWidth].
    let groupQueries (architecture: Architecture) (queries: torch.Tensor) =
        let a = architecture
        let batch, length = queries.shape[0], queries.shape[1]
        let perKey = int64(a.Heads / a.KeyValueHeads)

        queries
            .view(batch, length, int64 a.KeyValueHeads, perKey, int64 a.HeadWidth)
            .permute(0L, 2L, 3L, 1L, 4L)
            .reshape(batch * int64 a.KeyValueHeads, perKey * length, int64 a.HeadWidth)

    /// The inverse of `groupQueries`, for answers: [B * T, heads * headWidth].
    let ungroup (architecture: Architecture) (batch: int64) (length: int64) (answers: torch.Tensor) =
        let a = architecture
        let perKey = int64(a.Heads / a.KeyValueHeads)

        answers
            .view(batch, int64 a.KeyValueHeads, perKey, length, int64 a.HeadWidth)
            .permute(0L, 3L, 1L, 2L, 4L)
            .reshape(batch * length, int64(a.Heads * a.HeadWidth))

    /// Attention within the tokens given. `mask` [T, T] or [B, T, T] is added to the scores (0 or `unseen`).
    let private within (architecture: Architecture) (mask: torch.Tensor) : Attention =
        let a = architecture
        let heads, keyHeads, perKey = int64 a.Heads, int64 a.KeyValueHeads, int64(a.Heads / a.KeyValueHeads)
        let length = mask.shape[mask.shape.Length - 1]

        let perQuery =
            if mask.dim() = 2L then
                mask.expand(perKey, length, length).reshape(perKey * length, length)
            else
                mask.unsqueeze(1L).expand(-1L, heads, length, length).reshape(-1L, perKey * length, length)

        fun _ queriesKeys values ->
            let batch = queriesKeys.shape[0]
            let perKeyHead (tensor: torch.Tensor) = tensor.transpose(1L, 2L).reshape(batch * keyHeads, length, int64 a.HeadWidth)
            let parts = queriesKeys.split([| heads; keyHeads |], 2L)
            let scores = perQuery.baddbmm(groupQueries a parts[0], (perKeyHead parts[1]).transpose(1L, 2L))
            let weights = torch.nn.functional.softmax(scores, -1L)
            ungroup a batch length (weights.bmm(perKeyHead values))

    let private causal (length: int64) (like: torch.Tensor) =
        torch.full([| length; length |], unseen, dtype = like.dtype, device = like.device).triu 1L

    /// Hidden states after the final norm, [B, T, width], of sequences that start at the left edge, int64 [B, T]. What stands behind a
    /// sequence's end is seen by no token of it.
    let hidden (parameters: Parameters) (rotation: Rotation) (tokens: torch.Tensor) =
        let batch, length = tokens.shape[0], tokens.shape[1]
        let attend = within parameters.Architecture (causal length parameters.Embedding)
        let states = run parameters (Rotation.first length rotation) attend tokens
        states.view(batch, length, -1L)

    /// Like `hidden`, for padding anywhere: `positions` int64 [B, T], and `present` bool [B, T], true where a token stands.
    let hiddenMasked
        (parameters: Parameters)
        (rotation: Rotation)
        (positions: torch.Tensor)
        (present: torch.Tensor)
        (tokens: torch.Tensor)
        =
        let batch, length = tokens.shape[0], tokens.shape[1]
        let causal = causal length parameters.Embedding
        let mask = causal.expand(batch, length, length).masked_fill(present.logical_not().unsqueeze 1L, unseen)
        let states = run parameters (Rotation.at positions rotation) (within parameters.Architecture mask) tokens
        states.view(batch, length, -1L)
