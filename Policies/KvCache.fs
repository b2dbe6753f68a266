namespace Levee

open System
open TorchSharp

/// Keys and values of B rows of different lengths, a pair of tensors a layer. The token at position p of a row stands in column p; what is
/// behind a row's length is rubbish that no query sees.
type KvCache = {
    /// A layer: [B, keyValueHeads * headWidth, capacity], columns last, so that scores are plain matrix products.
    Keys: torch.Tensor[]
    /// A layer: [B, capacity, keyValueHeads * headWidth].
    Values: torch.Tensor[]
    Capacity: int
} with

    interface IDisposable with
        member this.Dispose() =
            for tensor in Array.append this.Keys this.Values do
                tensor.Dispose()

[<RequireQualifiedAccess>]
module KvCache =
    let private smallest = 64

    let private make (architecture: Architecture) capacity (layer: int -> struct (torch.Tensor * torch.Tensor)) =
        let layers = Array.init architecture.Layers layer
        let keep (tensor: torch.Tensor) = tensor.DetachFromDisposeScope()

        {
            Keys = layers |> Array.map(fun (struct (keys, _)) -> keep keys)
            Values = layers |> Array.map(fun (struct (_, values)) -> keep values)
            Capacity = capacity
        }

    /// A cache that belongs to the caller, as those that the functions below return do.
    let private blank (parameters: Parameters) (rows: int) capacity =
        let a, like = parameters.Architecture, parameters.Values
        let width = a.KeyValueHeads * a.HeadWidth
        let zeros (a: int) (b: int) = torch.zeros([| int64 rows; int64 a; int64 b |], dtype = like.dtype, device = like.device)
        make a capacity (fun _ -> struct (zeros width capacity, zeros capacity width))

    /// An empty cache.
    let empty parameters rows = blank parameters rows smallest

    /// Some rows of a cache as a cache of their own, in the order given, with room for `room` columns at least; columns from `length` on
    /// are not copied. Doubles the capacity as often as it takes.
    let pick (parameters: Parameters) (rows: int64[]) (length: int) (room: int) (cache: KvCache) =
        use _ = torch.NewDisposeScope()

        let capacity =
            cache.Capacity |> Seq.unfold(fun capacity -> Some(capacity, 2 * capacity)) |> Seq.find(fun capacity -> capacity >= room)

        let index = torch.tensor(rows, device = parameters.Values.device)
        let result = blank parameters rows.Length capacity

        let copy dimension (source: torch.Tensor) (target: torch.Tensor) =
            let used (tensor: torch.Tensor) = tensor.narrow(dimension, 0L, int64 length)
            (used target).copy_((used source).index_select(0L, index)) |> ignore

        Array.iter2 (copy 2L) cache.Keys result.Keys
        Array.iter2 (copy 1L) cache.Values result.Values
        result

    /// Writes the columns before `length` of a cache that `pick` gave back to the rows that it came from.
    let merge (rows: int64[]) (length: int) (part: KvCache) (whole: KvCache) =
        use _ = torch.NewDisposeScope()

        let copy dimension (source: torch.Tensor) (target: torch.Tensor) =
            let used (tensor: torch.Tensor) = tensor.narrow(dimension, 0L, int64 length)
            let index = torch.tensor(rows, device = source.device)
            (used target).index_copy_(0L, index, used source) |> ignore

        Array.iter2 (copy 2L) part.Keys whole.Keys
        Array.iter2 (copy 1L) part.Values whole.Values

    /// Writes rotated keys and values, both [B, L, keyValueHeads, headWidth], at columns `positions` int64 [B, L].
    let private write layer (positions: torch.Tensor) (keys: torch.Tensor) (values: torch.Tensor) cache =
        let batch, length = positions.shape[0], positions.shape[1]
        let keys = keys.reshape(batch, length, -1L).transpose(1L, 2L)
        let values = values.reshape(batch, length, -1L)
        cache.Keys[layer].scatter_(2L, positions.unsqueeze(1L).expand keys.shape, keys) |> ignore
        cache.Values[layer].scatter_(1L, positions.unsqueeze(2L).expand values.shape, values) |> ignore

    /// Several new tokens a row: one matrix product a row and key head.
    let private readMany architecture layer (hidden: torch.Tensor) (queries: torch.Tensor) cache =
        let a = architecture
        let batch, length, width = queries.shape[0], queries.shape[1], hidden.shape[2]
        let keyHeads, headWidth = int64 a.KeyValueHeads, int64 a.HeadWidth
        let keys = cache.Keys[layer].view(batch * keyHeads, headWidth, -1L).narrow(2L, 0L, width)

        let values =
            cache.Values[layer]
                .narrow(1L, 0L, width)
                .view(batch, width, keyHeads, headWidth)
                .transpose(1L, 2L)
                .reshape(-1L, width, headWidth)

        let scores = (Attention.groupQueries a queries).bmm(keys).view(batch, int64 a.Heads, length, width)
        let scores = scores.masked_fill_(hidden.unsqueeze 1L, Attention.unseen)
        let weights = torch.nn.functional.softmax(scores, -1L)
        Attention.ungroup a batch length (weights.view(batch * keyHeads, -1L, width).bmm values)

    /// One new token a row: one matrix product a row for all heads, since many small products cost more than the zeros here. A query stands
    /// in its key head's block of the row, and only that block of the answer is read.
    let private readOne architecture layer (hidden: torch.Tensor) (queries: torch.Tensor) (blocks: torch.Tensor) cache =
        let a = architecture
        let batch, width = queries.shape[0], hidden.shape[2]
        let keyHeads, headWidth = int64 a.KeyValueHeads, int64 a.HeadWidth
        let perKey = int64 a.Heads / keyHeads

        let spread =
            (queries.view(batch, keyHeads, perKey, 1L, headWidth) * blocks).view(batch, int64 a.Heads, keyHeads * headWidth)

        let scores = spread.bmm(cache.Keys[layer].narrow(2L, 0L, width))
        let weights = torch.nn.functional.softmax(scores.masked_fill_(hidden, Attention.unseen), -1L)
        let answers = weights.bmm(cache.Values[layer].narrow(1L, 0L, width))
        answers.view(batch, keyHeads, perKey, keyHeads, headWidth).diagonal(0L, 1L, 3L).permute(0L, 3L, 1L, 2L).reshape(batch, -1L)

    /// Attention of new tokens at `positions` int64 [B, L] to everything cached at or before them, themselves included; they are written to
    /// the cache on the way. `width` is one more than the largest position.
    let attention (architecture: Architecture) (positions: torch.Tensor) (width: int) (cache: KvCache) : Attention =
        let a = architecture
        let heads, keyHeads = int64 a.Heads, int64 a.KeyValueHeads
        let columns = torch.arange(int64 width, dtype = torch.int64, device = positions.device)
        let hidden = columns.gt(positions.unsqueeze 2L)
        let blocks = torch.eye(keyHeads, device = positions.device).``to``(cache.Keys[0].dtype).view(keyHeads, 1L, keyHeads, 1L)

        fun layer queriesKeys values ->
            let parts = queriesKeys.split([| heads; keyHeads |], 2L)
            write layer positions parts[1] values cache

            if positions.shape[1] = 1L then
                readOne a layer hidden parts[0] blocks cache
            else
                readMany a layer hidden parts[0] cache
