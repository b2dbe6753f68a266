/// Saved policies, and what is done to their files.
module Levee.Policies.Tests.PolicyFolders

open Xunit
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open TorchSharp

let load folder = Policy.load torch.float32 torch.CPU folder

/// Saves a policy to a folder, damages it, and gives the error that loading it raises.
let errorOf<'error when 'error :> exn> (damage: ModelFolder -> unit) =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.save folder policy
    damage(ModelFolder folder)
    (Assert.Throws<'error>(fun () -> load folder |> Policy.dispose)).Message

let weightsOf (folder: ModelFolder) = Seq.exactlyOne folder.Weights

/// Rewrites the weights with some tensors changed, by name and shape.
let rewrite (change: SafetensorsTensor list -> SafetensorsTensor list) (folder: ModelFolder) =
    use file = SafetensorsFile.Open(weightsOf folder)
    let tensors = [
        for entry in file.Tensors.Values ->
            SafetensorsTensor(entry.Name, entry.DType, entry.Shape, System.ReadOnlyMemory(file.Bytes(entry.Name).ToArray()))
    ]
    SafetensorsWriter.Write(weightsOf folder, List.toArray(change tensors))

let zeros name dtype (shape: int64[]) =
    let bytes = Array.zeroCreate<byte>(int(Array.fold (*) 1L shape) * SafetensorsDTypes.ByteSize dtype)
    SafetensorsTensor(name, dtype, shape, System.ReadOnlyMemory bytes)

let floats name (shape: int64[]) (values: float32[]) =
    SafetensorsTensor(
        name,
        SafetensorsDType.F32,
        shape,
        System.ReadOnlyMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.ReadOnlySpan values).ToArray())
    )
