namespace Levee.Policies.Weights

open Levee
open TorchSharp

/// Weights that are no numbers any more.
[<RequireQualifiedAccess>]
module Finite =
    let private isWhole (tensor: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad()
        (Tensors.widened tensor).isfinite().all().ToBoolean()

    /// The weights, and the adapter's, that hold NaN or an infinity, by name.
    let broken (parameters: Parameters) = [
        for name, tensor in Parameters.named parameters do
            if not(isWhole tensor) then
                name
        for adapter in Option.toList parameters.Adapter do
            for name, tensor in Adapter.named adapter do
                if not(isWhole tensor) then
                    name
    ]

    /// " 'a', 'b' and 3 more hold NaN or infinity."; empty where all weights are numbers.
    let report (parameters: Parameters) =
        match broken parameters with
        | [] -> ""
        | names ->
            let shown = names |> List.truncate 3 |> List.map(fun name -> $"'{name}'") |> String.concat ", "
            let rest =
                if names.Length > 3 then
                    $" and {names.Length - 3} more"
                else
                    ""
            $" NaN or infinity stands in {shown}{rest}."
