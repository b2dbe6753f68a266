namespace Levee.Policies

open System
open Levee
open TorchSharp

/// The devices that tensors are computed on.
[<RequireQualifiedAccess>]
module Devices =
    /// The device of a name that a user types: cpu, cuda or cuda:N. Raises `ArgumentException` for another, and for a GPU that is not there.
    let named (name: string) =
        let refuse problem = Setting.refuse $"The device '{name}' {problem}."
        let index =
            match name.Split ':' with
            | [| ("cpu" | "cuda") |] -> 0
            | [| "cuda"; number |] when fst(Int32.TryParse number) && int number >= 0 -> int number
            | _ -> refuse "is not known: give cpu, cuda or cuda:N"
        if name.StartsWith("cuda", StringComparison.Ordinal) then
            if not(torch.cuda_is_available()) then
                refuse "is not there: this libtorch sees no GPU; give cpu, or set up a libtorch with CUDA"
            if index >= torch.cuda.device_count() then
                refuse $"is not there: this machine has {torch.cuda.device_count()} GPUs, counted from 0"
        torch.device name
