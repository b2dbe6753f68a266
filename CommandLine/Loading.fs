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

    /// The one word of a command that names a policy's folder.
    let folder command (words: string list) =
        match words with
        | [ folder ] -> folder
        | [] -> Usage.refuse $"{command} needs the folder of a policy. Help: levee {command} --help"
        | _ :: other :: _ -> Usage.refuse $"{command} takes one folder; what is '{other}'? Help: levee {command} --help"

    /// The device of a name: cpu, cuda or cuda:N.
    let device name =
        try
            Devices.named name
        with :? System.ArgumentException as error ->
            Usage.refuse $"--device: {error.Message}"

    /// Tells what a user should know of files that were read, on the error stream.
    let tell (notices: string list) =
        for notice in notices do
            eprintfn $"note: {notice}"

    /// `policy`, with numbers that the type cannot hold refused or saturated.
    let policyNarrowing overflow weights deviceName (adapter: string option) folder =
        let policy = Policy.loadNarrowing overflow (scalarType weights) (device deviceName) folder
        let adapted =
            match adapter with
            | None -> policy
            | Some adapter ->
                use policy = policy
                Policy.loadAdapter false adapter policy
        tell adapted.Files.Notices
        adapted

    /// A policy in a folder, on the device of a name, to write with; with the adapter in another folder beside it, where one is given. What is to be
    /// known of the files is told.
    let policy weights deviceName (adapter: string option) folder = policyNarrowing Overflow.Refuse weights deviceName adapter folder
