namespace Levee.Policies.Transformer

open System
open Levee
open Levee.Policies.Weights
open TorchSharp

/// The arrangement of sequences in a table of tokens.
type Arrangement =
    /// Each sequence is in a row of its own from the left edge, padded by 0.
    | Padded
    /// The sequences are one behind the other in a single row, without padding; `lengths` are their numbers of tokens.
    | Packed of lengths: int64[]

/// The places of the action tokens of some sequences: R sequences, M action tokens in all, N in the one that has most (at least 1). A
/// sequence's action tokens are numbered in order, so that number n of row r stands at [r, n] of an [R, N] tensor.
type Layout = {
    Arrangement: Arrangement
    /// [R, T] int64, packed [1, S]: each sequence without its last token.
    Inputs: torch.Tensor
    /// [M] int64: the place in the flattened inputs whose hidden state predicts each action token.
    Sources: torch.Tensor
    /// [M] int64: the action tokens.
    Targets: torch.Tensor
    /// [M] int64: the place of each in the flattened [R * N].
    Places: torch.Tensor
    Rows: int64
    Columns: int64
}

[<RequireQualifiedAccess>]
module Layout =
    let private isAction (struct (_, action): struct (int * bool)) = action

    let private checkFirst (sequences: struct (int * bool)[][]) =
        sequences
        |> Array.iteri(fun row sequence ->
            if sequence.Length > 0 && isAction sequence[0] then
                Setting.refuse $"Sequence {row} begins with an action token, which nothing predicts: give it a prompt.")

    /// The layout, on a device, of sequences of tokens, each token with true where it is to be scored. Raises `ArgumentException` where the first token of a
    /// sequence is to be scored: nothing predicts it.
    let arrange (packing: bool) (device: torch.Device) (sequences: struct (int * bool)[][]) =
        checkFirst sequences
        let lengths = sequences |> Array.map(fun sequence -> max 0 (sequence.Length - 1))
        let columns =
            sequences |> Array.fold (fun columns sequence -> max columns (sequence |> Seq.filter isAction |> Seq.length)) 1
        let arrangement, starts, shape =
            if packing then
                Packed(lengths |> Array.filter((<>) 0) |> Array.map int64), Array.scan (+) 0 lengths, [| 1; Array.sum lengths |]
            else
                let width = Array.fold max 0 lengths
                Padded, Array.init sequences.Length (fun row -> row * width), [| sequences.Length; width |]
        let inputs: int64[] = Array.zeroCreate(shape[0] * shape[1])
        let sources, targets, places = ResizeArray(), ResizeArray(), ResizeArray()
        for row in 0 .. sequences.Length - 1 do
            let sequence = sequences[row]
            let mutable column = 0
            for i in 0 .. sequence.Length - 1 do
                let struct (token, action) = sequence[i]
                if i < sequence.Length - 1 then
                    inputs[starts[row] + i] <- int64 token
                if action then
                    sources.Add(int64(starts[row] + i - 1))
                    targets.Add(int64 token)
                    places.Add(int64(row * columns + column))
                    column <- column + 1
        use scope = torch.NewDisposeScope()
        let onDevice (numbers: int64[]) (shape: int64[]) = scope.MoveToOuter(torch.tensor(numbers, ReadOnlySpan shape, device = device))
        let list (numbers: ResizeArray<int64>) = onDevice (numbers.ToArray()) [| int64 numbers.Count |]
        {
            Arrangement = arrangement
            Inputs = onDevice inputs (Array.map int64 shape)
            Sources = list sources
            Targets = list targets
            Places = list places
            Rows = sequences.Length
            Columns = columns
        }

    /// A padded layout: see `arrange`.
    let ofSequences device sequences = arrange false device sequences

    /// A layout of trajectories, in their order: the tokens of their `Action`s are scored.
    let ofTrajectories packing (device: torch.Device) (trajectories: Trajectory[]) =
        let tokens segment =
            match segment with
            | Prompt tokens
            | Observation tokens -> tokens |> Array.map(fun token -> struct (token, false))
            | Action(tokens, _) -> tokens |> Array.map(fun token -> struct (token, true))
        trajectories
        |> Array.map(fun trajectory -> trajectory.Segments |> List.toArray |> Array.collect tokens)
        |> arrange packing device

    /// Spreads one number a token, [M], over [R, N], with 0 in the padding.
    let pad (layout: Layout) (flat: torch.Tensor) =
        torch
            .zeros([| layout.Rows * layout.Columns |], dtype = flat.dtype, device = flat.device)
            .scatter_(0L, layout.Places, flat)
            .view(layout.Rows, layout.Columns)

    /// The inverse of `pad`: takes the action tokens' numbers, [M], out of [R, N].
    let flatten (layout: Layout) (padded: torch.Tensor) = padded.reshape(-1L).index_select(0L, layout.Places)
