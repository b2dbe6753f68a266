namespace Levee.Policies.Weights

open TorchSharp

/// Named tensors that lie one after the other in one flat tensor, so that copying, clipping and updating them each take one operation.
[<RequireQualifiedAccess>]
module internal Flat =
    let private size (shape: int64[]) = Array.fold (*) 1L shape

    /// The size of tensors of these names and shapes together, in numbers.
    let count (shapes: (string * int64[])[]) = shapes |> Array.sumBy(snd >> size)

    /// The start of each tensor, with its shape.
    let private offsets shapes =
        let starts = shapes |> Array.scan (fun start (_, shape) -> start + size shape) 0L
        Array.map2 (fun (name, shape) start -> name, (start, shape)) shapes starts[.. shapes.Length - 1]

    let private view (flat: torch.Tensor) (start, shape) = flat.narrow(0L, start, size shape).view shape

    /// Views by name.
    let split shapes flat = offsets shapes |> Array.map(fun (name, place) -> name, view flat place)

    /// The view of a name.
    let find shapes name flat = offsets shapes |> Array.find(fst >> (=) name) |> snd |> view flat

    /// Views of a flat tensor, each over tensors, named in order, that stand one after the other and agree in all but their rows. They belong to
    /// the caller.
    let joined shapes (flat: torch.Tensor) =
        let places = Map.ofArray(offsets shapes)
        fun names ->
            let start, first = places[List.head names]
            let rows = names |> List.sumBy(fun name -> (snd places[name])[0])
            let place = start, Array.append [| rows |] first[1..]
            (view flat place).detach().DetachFromDisposeScope()

    /// Makes leaves over flat values, as `joined` does. Where there is a flat gradient, a leaf has one too, and where both are of one type, backward
    /// adds to its place there.
    let leaves shapes (values: torch.Tensor) (gradient: torch.Tensor option) =
        let leafOf, placeOf = joined shapes values, gradient |> Option.map(joined shapes)
        fun names ->
            let leaf: torch.Tensor = leafOf names
            for placeOf in Option.toArray placeOf do
                leaf.requires_grad <- true
                let place: torch.Tensor = placeOf names
                if place.dtype = leaf.dtype then
                    leaf.grad <- place
                place.Dispose()
            leaf
