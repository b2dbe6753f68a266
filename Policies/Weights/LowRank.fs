namespace Levee.Policies.Weights

open TorchSharp

/// Low-rank products beside a matrix W [out, in] that several projections share: the rows of each projection that is a target get scale * B A added (LoRA, Hu
/// et al., arXiv 2106.09685).
type LowRank = {
    Scale: float
    /// [targets * rank, in]: the A of each target, one below the other.
    A: torch.Tensor
    /// The projections that share W, in order: how many rows each has, and its B [rows, rank] where it is a target.
    Parts: (int64 * torch.Tensor option)[]
}

[<RequireQualifiedAccess>]
module internal LowRank =
    let private rank lowRank = lowRank.A.shape[0] / (lowRank.Parts |> Array.sumBy(fun (_, b) -> if b.IsSome then 1L else 0L))

    /// For each part: its first row, its number of rows, its B, and the place of its A among those of the targets.
    let private places lowRank =
        let next (row, target) (rows, b: torch.Tensor option) =
            (row, rows, b, target), (row + rows, (if b.IsSome then target + 1L else target))
        lowRank.Parts |> Array.mapFold next (0L, 0L) |> fst

    /// Adds the products of `input` [n, in] to `output` [n, out], which W makes of the same input. Computed in the type of `output`, as PyTorch's
    /// autocast would; gradients arrive in the type of A and B.
    let add (lowRank: LowRank option) (input: torch.Tensor) (output: torch.Tensor) =
        match lowRank with
        | None -> output
        | Some lowRank ->
            let cast (tensor: torch.Tensor) = tensor.``to`` output.dtype
            let rank = rank lowRank
            let inner = input.mm((cast lowRank.A).t())
            let part (row, rows, b: torch.Tensor option, target) =
                let own =
                    if rows = output.shape[1] then
                        output
                    else
                        output.narrow(1L, row, rows)
                match b with
                | Some b -> own.addmm(inner.narrow(1L, target * rank, rank), (cast b).t(), 1.0f, float32 lowRank.Scale)
                | None -> own
            match places lowRank |> Array.map part with
            | [| whole |] -> whole
            | parts -> torch.cat(parts, 1L)

    /// W with the products added to it, rounded once; W itself where there are none.
    let merged (lowRank: LowRank option) (matrix: torch.Tensor) =
        match lowRank with
        | None -> matrix
        | Some lowRank ->
            use scope = torch.NewDisposeScope()
            use _ = torch.no_grad()
            let rank = rank lowRank
            let part (row, rows, b: torch.Tensor option, target) =
                let own = matrix.narrow(0L, row, rows)
                match b with
                | Some b ->
                    let a = lowRank.A.narrow(0L, target * rank, rank)
                    (own.``to``(a.dtype).addmm(b, a, 1.0f, float32 lowRank.Scale)).``to`` matrix.dtype
                | None -> own
            scope.MoveToOuter(torch.cat(Array.map part (places lowRank), 0L))
