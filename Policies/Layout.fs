namespace Levee

open TorchSharp

/// Where the action tokens of some sequences stand: R sequences, M action tokens in all, N in the one that has most (at least 1). A
/// sequence's action tokens are numbered in order, so that number n of row r stands at [r, n] of an [R, N] tensor.
type Layout = {
    /// [R, T] int64: each sequence without its last token, from the left edge, padded by 0.
    Inputs: torch.Tensor
    /// [M] int64: the place in the flattened [R * T] whose hidden state predicts each action token.
    Sources: torch.Tensor
    /// [M] int64: the action tokens.
    Targets: torch.Tensor
    /// [M] int64: the place of each in the flattened [R * N].
    Slots: torch.Tensor
    Rows: int64
    Columns: int64
}

[<RequireQualifiedAccess>]
module Layout =
    /// A layout on a device of sequences of tokens, each with whether it is to be scored. Raises `ArgumentException` where a first token
    /// is: nothing predicts it.
    let ofSequences (device: torch.Device) (sequences: struct (int * bool)[][]) =
        let isAction (struct (_, action): struct (int * bool)) = action

        sequences
        |> Array.iteri(fun row sequence ->
            if sequence.Length > 0 && isAction sequence[0] then
                invalidArg (nameof sequences) $"Sequence {row} begins with an action token, which nothing predicts: give it a prompt.")

        let width = sequences |> Array.fold (fun width sequence -> max width (sequence.Length - 1)) 0

        let columns =
            sequences |> Array.fold (fun columns sequence -> max columns (sequence |> Seq.filter isAction |> Seq.length)) 1

        let inputs: int64[] = Array.zeroCreate(sequences.Length * width)
        let sources, targets, slots = ResizeArray(), ResizeArray(), ResizeArray()

        for row in 0 .. sequences.Length - 1 do
            let sequence = sequences[row]
            let mutable column = 0

            for i in 0 .. sequence.Length - 1 do
                let struct (token, action) = sequence[i]

                if i < sequence.Length - 1 then
                    inputs[row * width + i] <- int64 token

                if action then
                    sources.Add(int64(row * width + i - 1))
                    targets.Add(int64 token)
                    slots.Add(int64(row * columns + column))
                    column <- column + 1

        use scope = torch.NewDisposeScope()
        let onDevice (numbers: int64[]) (shape: int64[]) = scope.MoveToOuter(torch.tensor(numbers, shape, device = device))
        let list (numbers: ResizeArray<int64>) = onDevice (numbers.ToArray()) [| int64 numbers.Count |]

        {
            Inputs = onDevice inputs [| int64 sequences.Length; int64 width |]
            Sources = list sources
            Targets = list targets
            Slots = list slots
            Rows = sequences.Length
            Columns = columns
        }

    /// A layout of trajectories, in their order: the tokens of their `Action`s are scored.
    let ofTrajectories (device: torch.Device) (trajectories: Trajectory[]) =
        let tokens segment =
            match segment with
            | Prompt tokens
            | Observation tokens -> tokens |> Array.map(fun token -> struct (token, false))
            | Action(tokens, _) -> tokens |> Array.map(fun token -> struct (token, true))

        trajectories
        |> Array.map(fun trajectory -> trajectory.Segments |> List.toArray |> Array.collect tokens)
        |> ofSequences device

    /// Spreads one number a token, [M], over [R, N], with 0 in the padding.
    let pad (layout: Layout) (flat: torch.Tensor) =
        torch
            .zeros([| layout.Rows * layout.Columns |], dtype = flat.dtype, device = flat.device)
            .scatter_(0L, layout.Slots, flat)
            .view(layout.Rows, layout.Columns)

    /// The inverse of `pad`: takes the action tokens' numbers, [M], out of [R, N].
    let flatten (layout: Layout) (padded: torch.Tensor) = padded.reshape(-1L).index_select(0L, layout.Slots)
