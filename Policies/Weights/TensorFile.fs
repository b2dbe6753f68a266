namespace Levee.Policies.Weights

open System
open System.Collections.Generic
open System.IO
open Levee
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

    let private typeOf (entry: SafetensorsEntry) = dtypes |> List.find(fst >> (=) entry.DType) |> snd

    /// Whether tensors of this type can be read here.
    let isRead (dtype: SafetensorsDType) = List.exists (fst >> (=) dtype) dtypes

    let private listed (names: string seq) = names |> Seq.sort |> String.concat ", "

    let private shapeText (shape: int64 seq) =
        let sizes = String.Join(", ", shape)
        $"[{sizes}]"

    /// That there are exactly the tensors that `what` has, by name and shape, as floating-point numbers. Raises `InvalidDataException` that names
    /// every fault, and then the remedy.
    let internal check (source: ITensorSource) (what: string) (remedy: string) (shapes: (string * int64[])[]) =
        let expected = shapes |> Array.map fst |> HashSet
        let missing = expected |> Seq.filter(fun name -> not(source.Tensors.ContainsKey name)) |> listed
        let extra = source.Tensors.Keys |> Seq.filter(fun name -> not(expected.Contains name)) |> listed

        let faults = [|
            if missing <> "" then
                $"missing tensors {missing}"

            if extra <> "" then
                $"tensors that {what} does not have: {extra}"

            for name, shape in shapes do
                match source.Tensors.TryGetValue name with
                | true, entry when entry.Shape <> shape ->
                    $"tensor '{name}' has shape {shapeText entry.Shape}, {what} wants {shapeText shape}"
                | true, entry when not(isRead entry.DType) ->
                    $"tensor '{name}' is of type {entry.DType}, and weights are F32, F64, BF16 or F16"
                | _ -> ()
        |]

        if faults.Length > 0 then
            let faults = String.concat "; " faults
            raise(InvalidDataException $"{source.Path}: {faults}; {remedy}")

    /// Elements copied at a time: little next to a policy, and far below the 2 GiB at which a span ends.
    let private window = 1L <<< 22

    /// First element and number of elements of each part of so many.
    let private parts count = seq { for start in 0L .. window .. count - 1L -> start, min window (count - start) }

    /// A tensor of floating-point numbers under a name, like another in shape and type, that is made when it is written; it comes to main memory
    /// in parts.
    let internal computed (name: string, like: torch.Tensor, make: unit -> torch.Tensor) =
        let dtype = dtypes |> List.find(snd >> (=) like.dtype) |> fst
        let write (stream: Stream) =
            use _ = torch.NewDisposeScope()
            let flat = make().detach().contiguous().view(-1L)
            for start, count in parts(flat.numel()) do
                use part = flat.narrow(0L, start, count).cpu()
                stream.Write part.bytes
        SafetensorsTensor(name, dtype, like.shape, write)

    /// A tensor of floating-point numbers under a name, ready to be written; it comes to main memory in parts.
    let stored (name: string, tensor: torch.Tensor) = computed(name, tensor, (fun () -> tensor))

    /// Copies a stored tensor, of a type that `isRead` accepts, into a contiguous one of the same shape, of any type and on any device, in
    /// parts.
    let load (source: ITensorSource) (name: string) (target: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let flat, dtype = target.view(-1L), typeOf source.Tensors[name]
        let fill start (part: torch.Tensor) = source.Bytes(name, start * part.element_size(), part.bytes.Length).CopyTo part.bytes
        for start, count in parts(flat.numel()) do
            use part = flat.narrow(0L, start, count)
            if part.dtype = dtype && part.device_type = DeviceType.CPU then
                fill start part
            else
                use staged = torch.empty([| count |], dtype = dtype)
                fill start staged
                part.copy_ staged |> ignore

    /// A stored tensor in main memory, of its own type, which is one that `isRead` accepts.
    let read (source: ITensorSource) (name: string) =
        let entry = source.Tensors[name]
        let tensor = torch.empty(entry.Shape, dtype = typeOf entry)
        load source name tensor
        tensor
