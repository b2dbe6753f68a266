namespace Levee

open System.IO
open Levee.Interop.HuggingFace
open TorchSharp

/// Between tensors and the files that hold them.
[<RequireQualifiedAccess>]
module TensorFile =
    let private dtypes = [
        SafetensorsDType.F32, torch.float32
        SafetensorsDType.F64, torch.float64
        SafetensorsDType.BF16, torch.bfloat16
        SafetensorsDType.F16, torch.float16
    ]

    /// Whether tensors of this type can be read here.
    let isRead (dtype: SafetensorsDType) = List.exists (fst >> (=) dtype) dtypes

    /// Elements copied at a time: a span ends at 2 GiB, a policy's flat weights may not.
    let private window = 1L <<< 26

    /// A contiguous tensor in parts that spans can hold, each with the element it begins at.
    let private parts (tensor: torch.Tensor) =
        let flat, count = tensor.view(-1L), tensor.numel()
        seq { for start in 0L .. window .. count - 1L -> start, flat.narrow(0L, start, min window (count - start)) }

    /// A tensor of floating-point numbers under a name, ready to be written.
    let stored (name: string, tensor: torch.Tensor) =
        let dtype = dtypes |> List.find(snd >> (=) tensor.dtype) |> fst
        let write (stream: Stream) =
            use _ = torch.NewDisposeScope()
            for _, part in parts(tensor.cpu().contiguous()) do
                stream.Write part.bytes
        SafetensorsTensor(name, dtype, tensor.shape, write)

    /// A tensor of a file, in main memory; its type is one that `isRead` accepts.
    let read (file: SafetensorsFile) (name: string) =
        Tensors.scoped(fun () ->
            let entry = file.Tensors[name]
            let tensor = torch.empty(entry.Shape, dtype = (dtypes |> List.find(fst >> (=) entry.DType) |> snd))
            for start, part in parts tensor do
                file.Bytes(name, start * part.element_size(), part.bytes.Length).CopyTo part.bytes
            tensor)
