namespace Levee.CommandLine

open Levee
open TorchSharp

/// The type of a policy's weights, as a user names it.
type WeightType =
    | Float32
    | BFloat16
    | Float16

/// Policies from their folders.
[<RequireQualifiedAccess>]
module Loading =
    /// Torch's type of weights.
    let scalarType weights =
        match weights with
        | Float32 -> torch.float32
        | BFloat16 -> torch.bfloat16
        | Float16 -> torch.float16

    /// The device of a name: cpu, cuda or cuda:N.
    let device (name: string) =
        let device =
            try
                torch.Device name
            with :? System.ArgumentException as error ->
                Usage.refuse $"--device {name}: {Usage.plain error}"

        if device.``type`` = DeviceType.CUDA && not(torch.cuda.is_available()) then
            Usage.refuse $"--device {name}: this libtorch sees no GPU; give cpu, or set up a libtorch with CUDA."

        device

    /// The one word of a command that names a policy's folder.
    let folder command (words: string list) =
        match words with
        | [ folder ] -> folder
        | [] -> Usage.refuse $"{command} needs the folder of a policy. Help: levee {command} --help"
        | _ :: other :: _ -> Usage.refuse $"{command} takes one folder; what is '{other}'? Help: levee {command} --help"

    /// A policy in a folder, to write with.
    let policy precision deviceName folder = Policy.load (scalarType precision) (device deviceName) folder
