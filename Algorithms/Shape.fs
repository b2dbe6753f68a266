namespace Levee.Algorithms

open System
open Levee
open TorchSharp

/// Asserts the shapes of tensors where they come in: a tensor of another shape would be broadcast, and something else computed. Write R for a batch's
/// responses and N for its columns of action tokens.
[<RequireQualifiedAccess>]
module Shape =
    let private refuse (argument: string) (wanted: string) (given: int64[]) =
        let given = String.Join(", ", given)
        Setting.refuse $"{argument} has the shape [{given}], where [{wanted}] is wanted."

    /// True where a tensor has a shape.
    let fits (wanted: int64[]) (tensor: torch.Tensor) = ReadOnlySpan(tensor.shape).SequenceEqual(ReadOnlySpan wanted)

    /// Raises `ArgumentException` that names the argument, the shape wanted and the shape given, unless the tensor has the shape.
    let demand (argument: string) (wanted: int64[]) (tensor: torch.Tensor) =
        let given = tensor.shape
        if not(ReadOnlySpan(given).SequenceEqual(ReadOnlySpan wanted)) then
            refuse argument (String.Join(", ", wanted)) given

    /// The shape of a tensor [R, N]. Raises as `demand` does where it has not two dimensions.
    let ofMatrix (argument: string) (tensor: torch.Tensor) =
        let given = tensor.shape
        if given.Length <> 2 then
            refuse argument "R, N" given
        given

    /// Raises as `demand` does unless a tensor is a matrix of so many rows and at least so many columns.
    let demandRows (argument: string) (rows: int) (columns: int) (tensor: torch.Tensor) =
        let given = tensor.shape
        if given.Length <> 2 || given[0] <> int64 rows || given[1] < int64 columns then
            refuse argument $"{rows}, {columns} or more" given
