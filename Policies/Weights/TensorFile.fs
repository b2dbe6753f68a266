namespace Levee.Policies.Weights

open System
open System.Collections.Generic
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

    let private typeOf (entry: SafetensorsEntry) = dtypes |> List.find(fst >> (=) entry.DType) |> snd

    /// True when tensors of this type can be read here.
    let isRead (dtype: SafetensorsDType) = List.exists (fst >> (=) dtype) dtypes

    let private listed (names: string seq) = names |> Seq.sort |> String.concat ", "

    let private shapeText (shape: int64 seq) =
        let sizes = String.Join(", ", shape)
        $"[{sizes}]"

    /// Checks that there are exactly the tensors that `what` has, by name and shape, as floating-point numbers, and beside them only such as there is a
    /// reason to pass over. Gives these, each with its reason. Raises `InvalidDataException` that names every fault, and then the remedy.
    let internal check (source: ITensorSource) (what: string) (remedy: string) reason (shapes: (string * int64[])[]) =
        let expected = shapes |> Array.map fst |> HashSet
        let missing = expected |> Seq.filter(fun name -> not(source.Tensors.ContainsKey name)) |> listed
        let others = [
            for name in Seq.sort source.Tensors.Keys do
                if not(expected.Contains name) then
                    let entry = source.Tensors[name]
                    entry, reason entry
        ]
        let extra = others |> List.choose(fun (entry, reason) -> if Option.isNone reason then Some entry.Name else None) |> listed
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
        others |> List.choose(fun (entry, reason) -> reason |> Option.map(fun reason -> entry, reason))

    /// Elements copied at a time: little next to a policy, and far below the 2 GiB at which a span ends.
    let private window = 1L <<< 22

    /// First element and number of elements of each part of so many.
    let private parts count = seq { for start in 0L .. window .. count - 1L -> start, min window (count - start) }

    /// A tensor of floating-point numbers under a name, like another in shape and type, that is made when it is written; it comes to main memory
    /// in parts. It may be made in a wider type; `onMisfits` is told of numbers that had to be saturated.
    let internal computed onMisfits (name: string, like: torch.Tensor, make: unit -> torch.Tensor) =
        let dtype = dtypes |> List.find(snd >> (=) like.dtype) |> fst
        let write (stream: Stream) =
            use _ = torch.NewDisposeScope()
            let flat = make().detach().contiguous().view(-1L)
            let mutable lost = None
            for start, count in parts(flat.numel()) do
                use _ = torch.NewDisposeScope()
                let part, more = flat.narrow(0L, start, count).cpu() |> Narrowing.apply like.dtype
                lost <- Narrowing.join lost more
                stream.Write part.bytes
            lost |> Option.iter(fun (count, largest) -> onMisfits { Tensor = name; Count = count; Largest = largest })
        SafetensorsTensor(name, dtype, like.shape, write)

    /// A tensor of floating-point numbers under a name, ready to be written; it comes to main memory in parts.
    let stored (name: string, tensor: torch.Tensor) = computed ignore (name, tensor, (fun () -> tensor))

    let private fill (source: ITensorSource) name start (part: torch.Tensor) =
        source.Bytes(name, start * part.element_size(), part.bytes.Length).CopyTo part.bytes

    /// Copies a stored tensor, of a type that `isRead` accepts, into a contiguous one of the same shape, of any type and on any device, in
    /// parts. Numbers that the target's type cannot hold are saturated, and given.
    let load (source: ITensorSource) (name: string) (target: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let flat, dtype = target.view(-1L), typeOf source.Tensors[name]
        let mutable lost = None
        for start, count in parts(flat.numel()) do
            use _ = torch.NewDisposeScope()
            let part = flat.narrow(0L, start, count)
            if part.dtype = dtype && part.device_type = DeviceType.CPU then
                fill source name start part
            else
                let staged = torch.empty([| count |], dtype = dtype)
                fill source name start staged
                let numbers, more = Narrowing.apply part.dtype staged
                lost <- Narrowing.join lost more
                part.copy_ numbers |> ignore
        lost |> Option.map(fun (count, largest) -> { Tensor = name; Count = count; Largest = largest })

    /// True when two stored tensors, of types that `isRead` accepts and of one shape, hold the same numbers.
    let internal areEqual (source: ITensorSource) (one: string) (other: string) =
        let count = Array.fold (*) 1L source.Tensors[one].Shape
        let part name start count =
            let part = torch.empty([| count |], dtype = typeOf source.Tensors[name])
            fill source name start part
            part.``to`` torch.float64
        parts count
        |> Seq.forall(fun (start, count) ->
            use _ = torch.NewDisposeScope()
            (part one start count).eq(part other start count).all().ToBoolean())

    /// A stored tensor in main memory, of its own type, which is one that `isRead` accepts.
    let read (source: ITensorSource) (name: string) =
        let entry = source.Tensors[name]
        let tensor = torch.empty(entry.Shape, dtype = typeOf entry)
        load source name tensor |> ignore
        tensor
