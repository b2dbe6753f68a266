namespace Levee.Policies.Weights

open System
open System.IO
open Levee
open TorchSharp

/// The treatment of numbers that a narrower type cannot hold, and that would become infinite.
[<RequireQualifiedAccess>]
type Overflow =
    /// The weights are refused.
    | Refuse
    /// Each becomes the largest number that the type holds, with its sign.
    | Saturate

/// A tensor's numbers that a type cannot hold.
type Misfits = {
    Tensor: string
    Count: int64
    /// The one of the largest magnitude.
    Largest: float
}

/// Rounding numbers to a narrower type, without a number that becomes infinite unnoticed.
[<RequireQualifiedAccess>]
module Narrowing =
    /// The largest number that a type of floating-point numbers holds.
    let limit (dtype: torch.ScalarType) =
        if dtype = torch.float16 then
            65504.0
        elif dtype = torch.bfloat16 then
            2.0 ** 127.0 * (2.0 - 2.0 ** -7.0)
        elif dtype = torch.float32 then
            float Single.MaxValue
        else
            Double.MaxValue

    let private magnitude (number: float) = abs number

    /// A tensor in main memory, with at least one number, in another type. Numbers that would become infinite are saturated, and told: how many they are
    /// and the one of the largest magnitude. NaN and infinity stay what they are.
    let apply (dtype: torch.ScalarType) (numbers: torch.Tensor) =
        let limitOf, limit, narrow = limit, limit dtype, numbers.``to`` dtype
        let wide = Tensors.widened numbers
        let everywhere = [| 0L .. numbers.dim() - 1L |]
        // The comparison fails for NaN too.
        let fits () = wide.abs().amax(everywhere).``to``(torch.float64).ToDouble() <= limit
        let isLost () = narrow.``to``(wide.dtype).isfinite().logical_not().logical_and(wide.isfinite())
        if limitOf numbers.dtype <= limit || fits() then
            narrow, None
        else
            let lost = isLost()
            let count = lost.sum().ToInt64()
            if count = 0L then
                narrow, None
            else
                let misfits = wide.masked_fill(lost.logical_not(), Tensors.scalar 0.0)
                let edge (reduced: torch.Tensor) = reduced.``to``(torch.float64).ToDouble()
                let largest = [ edge(misfits.amax everywhere); edge(misfits.amin everywhere) ] |> List.maxBy magnitude
                let saturated = torch.where(lost, wide.clamp(Tensors.scalar -limit, Tensors.scalar limit), wide)
                saturated.``to`` dtype, Some(count, largest)

    /// The misfits of two parts of a tensor together: how many they are, and the one of the largest magnitude.
    let join (left: (int64 * float) option) (right: (int64 * float) option) =
        match left, right with
        | Some(count, largest), Some(more, other) -> Some(count + more, List.maxBy magnitude [ largest; other ])
        | _ -> Option.orElse right left

    let private typeName (dtype: torch.ScalarType) = (string dtype).ToLowerInvariant()

    let private describe misfits =
        let numbers = if misfits.Count = 1L then "number" else "numbers"
        $"'{misfits.Tensor}' ({misfits.Count} {numbers}, the largest {misfits.Largest})"

    /// The notice of tensors whose numbers were saturated to a type: one line, or none. Raises `InvalidDataException`, which names each tensor with its
    /// largest number, where they are to be refused. `path` is the place that they come from.
    let settle overflow (path: string) (dtype: torch.ScalarType) (misfits: Misfits list) =
        let tensors = misfits |> List.map describe |> String.concat ", "
        let name, limit = typeName dtype, limit dtype
        match misfits, overflow with
        | [], _ -> []
        | _, Overflow.Saturate -> [ $"{path}: numbers that {name} cannot hold are set to ±{limit}: {tensors}" ]
        | _, Overflow.Refuse ->
            let remedy = "take a wider type, such as bfloat16; `levee convert --clamp` sets them to the largest number instead"
            raise(InvalidDataException $"{path}: {name} holds numbers up to {limit}, and there are larger ones: {tensors}; {remedy}.")
