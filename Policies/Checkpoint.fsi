namespace Levee.Policies

open Levee.Policies.Transformer
open Levee.Policies.Weights
open TorchSharp

/// Policies as folders in Hugging Face's layout: `config.json`, `model.safetensors` (or several with their index), `tokenizer.json`,
/// `tokenizer_config.json`, and `generation_config.json` where there was one; `adapter` holds an adapter in PEFT's layout.
[<RequireQualifiedAccess>]
module Checkpoint =
    /// The model in a folder that needs no tokenizer, in a type and on a device of choice, ready to be trained or frozen. Its weights are
    /// read straight to their place: beside them only a few MB are held. Raises as `load` does.
    val loadModel: trainable: bool -> dtype: torch.ScalarType -> device: torch.Device -> folder: string -> Model

    /// The architecture of the model in a folder, from its `config.json` alone. Raises as `load` does.
    val architecture: folder: string -> Architecture

    /// The notices that loading the policy in a folder would give of its configuration and its tensors' names, a line each. Raises as `load` does.
    val notices: folder: string -> string list

    /// Loads a policy as `load` does, with numbers that the type cannot hold refused or saturated.
    val loadNarrowing: overflow: Overflow -> trainable: bool -> dtype: torch.ScalarType -> device: torch.Device -> folder: string -> Policy

    /// The policy in a folder, in a type and on a device of choice, ready to be trained or frozen. Raises `FileNotFoundException`,
    /// `DirectoryNotFoundException` or `InvalidDataException`, which name the file, the tensors or field, and the remedy; also where the type cannot
    /// hold a number of the weights.
    val load: trainable: bool -> dtype: torch.ScalarType -> device: torch.Device -> folder: string -> Policy

    /// Writes a policy to a folder, replacing what is there, in files of weights of at most `shardSize` bytes. An adapter's products are
    /// written in the weights, and the adapter itself beside them in `adapter`. Everything is written to a new folder beside it first, so
    /// that a crash or a full disk leaves the old policy whole. Raises `InvalidDataException` where a weight with its product is beyond the weights' type.
    val save: shardSize: int64 -> folder: string -> policy: Policy -> unit

    /// Writes a policy as `save` does, with a model's other files beside the policy's own. Numbers beyond the weights' type are refused or saturated. Gives
    /// the notices for the user, a line each.
    val saveWith: overflow: Overflow -> companions: Companions -> shardSize: int64 -> folder: string -> policy: Policy -> string list
