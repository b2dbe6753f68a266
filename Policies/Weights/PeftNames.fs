namespace Levee.Policies.Weights

open System
open System.Collections.Generic
open System.IO
open System.Text.RegularExpressions
open Levee.Interop.HuggingFace

/// The names by which tools write an adapter's tensors.
[<RequireQualifiedAccess>]
module internal PeftNames =
    /// Matches names with the adapter's own name or without, with the wrappers' names before or without, with `.weight` behind or without.
    let private pattern =
        Regex
            @"^(?:(?:base_model|model|module|_orig_mod|_fsdp_wrapped_module)\.)*(layers\.\d+\.(?:self_attn|mlp)\.\w+)\.(lora_[AB])(?:\.(?!weight$)[\w-]+)?(?:\.weight)?$"

    /// The name that PEFT gives a tensor in a file; a name of any other kind stays as it is.
    let canonical (name: string) =
        let found = pattern.Match name
        if found.Success then
            $"base_model.model.model.{found.Groups[1].Value}.{found.Groups[2].Value}.weight"
        else
            name

    /// A file's tensors by the names that PEFT gives them. Raises `InvalidDataException` where two tensors go by one name.
    let source (file: ITensorSource) : ITensorSource =
        let original = Dictionary<string, string>(StringComparer.Ordinal)
        for name in file.Tensors.Keys |> Seq.sortWith(fun a b -> String.CompareOrdinal(a, b)) do
            match original.TryGetValue(canonical name) with
            | true, other ->
                raise(InvalidDataException $"{file.Path}: '{other}' and '{name}' are one tensor of two adapters; save one adapter alone.")
            | _ -> original[canonical name] <- name
        let tensors = Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal)
        for name in original.Keys do
            tensors[name] <- file.Tensors[original[name]]
        {
            new ITensorSource with
                member _.Path = file.Path
                member _.Tensors = tensors
                member _.Bytes(name, start, count) =
                    file.Bytes(
                        (match original.TryGetValue name with
                         | true, known -> known
                         | _ -> name),
                        start,
                        count
                    )
        }
