namespace Levee.Policies.Weights

open System
open Levee
open Levee.Policies
open TorchSharp

/// The settings of an adapter: beside each target W stands scale * B A, with B A of low rank (LoRA, Hu et al., arXiv 2106.09685).
type LoraOptions = {
    /// Rank of each product; at least 1.
    Rank: int
    /// The products are multiplied by `Alpha` / `Rank`; above 0.
    Alpha: float
    /// The projections of every layer that a product stands beside; at least one.
    Targets: Projection list
    /// True when the products are multiplied by `Alpha` / sqrt(`Rank`) instead, which suits high ranks (rsLoRA, arXiv 2312.03732).
    RankStabilised: bool
}

[<RequireQualifiedAccess>]
module LoraOptions =
    /// Rank 16, alpha 32, beside every projection: PEFT's "all-linear".
    let defaults = { Rank = 16; Alpha = 32.0; Targets = Projection.all; RankStabilised = false }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate options =
        Setting.demand (options.Rank >= 1) $"An adapter of rank {options.Rank} is out of range: give 1 or more."
        Setting.demand
            (options.Alpha > 0.0 && Double.IsFinite options.Alpha)
            $"An adapter's alpha of {options.Alpha} is out of range: give a number above 0."
        Setting.demand
            (not options.Targets.IsEmpty)
            "An adapter without targets changes nothing: name a projection, such as Projection.Query."
        for target, count in List.countBy id options.Targets do
            Setting.demand (count = 1) $"The adapter's target {Projection.name target} is named {count} times: name it once."

    /// The factor of the products: `Alpha` / `Rank`, or `Alpha` / sqrt(`Rank`) where it is rank-stabilised.
    let scale options =
        let rank = float options.Rank
        options.Alpha / (if options.RankStabilised then sqrt rank else rank)

/// The low-rank products beside the matrices of one layer; `None` beside a matrix without a target.
type LayerAdapter = {
    QueryKeyValue: LowRank option
    AttentionOutput: LowRank option
    GateUp: LowRank option
    Down: LowRank option
}

/// Low-rank products beside the matrices of a transformer. All of their numbers lie in one flat tensor, as those of `Parameters` do, in
/// float32 at least: small updates would be rounded away in half precision.
type Adapter = {
    Options: LoraOptions
    Architecture: Architecture
    /// The origin of the weights that it stands beside, as PEFT notes it: a folder or a name; may be empty.
    Base: string
    /// [numbers] every A and B.
    Values: torch.Tensor
    /// [numbers] their gradient, filled by a backward pass; absent in a frozen adapter.
    Gradient: torch.Tensor option
    Layers: LayerAdapter[]
} with

    /// Frees the native memory.
    interface IDisposable with
        member this.Dispose() =
            for layer in this.Layers do
                for lowRank in List.choose id [ layer.QueryKeyValue; layer.AttentionOutput; layer.GateUp; layer.Down ] do
                    lowRank.A.Dispose()
                    for _, b in lowRank.Parts do
                        b |> Option.iter _.Dispose()
            this.Values.Dispose()
            this.Gradient |> Option.iter _.Dispose()

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Adapter =
    // The projections that share a matrix.
    let private queryKeyValue = [ Projection.Query; Projection.Key; Projection.Value ]
    let private output = [ Projection.Output ]
    let private gateUp = [ Projection.Gate; Projection.Up ]
    let private down = [ Projection.Down ]

    let private inLayer layer target matrix = $"base_model.model.model.layers.{layer}.{Projection.path target}.{matrix}.weight"
    let private nameOfA layer target = inLayer layer target "lora_A"
    let private nameOfB layer target = inLayer layer target "lora_B"

    let private targetsAmong options = List.filter(fun projection -> List.contains projection options.Targets)

    /// The tensors of an adapter by PEFT's names, with their shapes, in the order in which they are stored: A [rank, in] and B [out, rank].
    let shapes (architecture: Architecture) (options: LoraOptions) : (string * int64[])[] = [|
        for layer in 0 .. architecture.Layers - 1 do
            for shared in [ queryKeyValue; output; gateUp; down ] do
                for target in targetsAmong options shared do
                    nameOfA layer target, [| int64 options.Rank; int64(snd(Projection.shape architecture target)) |]
                for target in targetsAmong options shared do
                    nameOfB layer target, [| int64(fst(Projection.shape architecture target)); int64 options.Rank |]
    |]

    /// The size of an adapter, in numbers.
    let count architecture options = Flat.count(shapes architecture options)

    /// An adapter over a flat tensor of all its numbers, which it takes over. A `trainable` one has a gradient, zero at first. Raises
    /// `ArgumentException` for options out of range, and where the tensor has another size.
    let ofValues (architecture: Architecture) options origin trainable (values: torch.Tensor) : Adapter =
        LoraOptions.validate options
        let shapes = shapes architecture options
        if values.shape <> [| Flat.count shapes |] then
            let found = String.Join(", ", values.shape)
            Setting.refuse $"This adapter has {Flat.count shapes} numbers; the tensor has shape [{found}]."
        use _ = torch.NewDisposeScope()
        let gradient = if trainable then Some(torch.zeros_like values) else None
        let leaf = Flat.leaves shapes values gradient
        let beside layer shared =
            match targetsAmong options shared with
            | [] -> None
            | targets ->
                let part projection =
                    let rows = int64(fst(Projection.shape architecture projection))
                    rows,
                    (if List.contains projection targets then
                         Some(leaf [ nameOfB layer projection ])
                     else
                         None)
                Some {
                    Scale = LoraOptions.scale options
                    A = leaf(List.map (nameOfA layer) targets)
                    Parts = List.toArray(List.map part shared)
                }
        {
            Options = options
            Architecture = architecture
            Base = origin
            Values = values.DetachFromDisposeScope()
            Gradient = gradient |> Option.map _.DetachFromDisposeScope()
            Layers =
                Array.init architecture.Layers (fun layer -> {
                    QueryKeyValue = beside layer queryKeyValue
                    AttentionOutput = beside layer output
                    GateUp = beside layer gateUp
                    Down = beside layer down
                })
        }

    /// The numbers by PEFT's names: views without a graph, so that writing to them changes the adapter.
    let named (adapter: Adapter) = Flat.split (shapes adapter.Architecture adapter.Options) adapter.Values

    /// The gradients by PEFT's names, as views; empty for a frozen adapter.
    let gradients (adapter: Adapter) =
        adapter.Gradient |> Option.map(Flat.split(shapes adapter.Architecture adapter.Options)) |> Option.defaultValue [||]

    /// The type of an adapter's numbers beside weights of a type.
    let internal typeBeside (weights: torch.ScalarType) =
        if weights = torch.float64 then
            torch.float64
        else
            torch.float32

    /// A fresh trainable adapter as PEFT draws it, which changes nothing yet: A uniform within 1 / sqrt(in), each from a generator of its
    /// own made from the seed and its name; B zero. In float32 beside weights of half precision, otherwise in their type. Raises
    /// `ArgumentException` for options out of range.
    let initialise architecture options origin (dtype: torch.ScalarType) (device: torch.Device) (seed: Seed) =
        LoraOptions.validate options
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let values = torch.zeros([| count architecture options |], dtype = typeBeside dtype, device = device)
        for name, tensor in Flat.split (shapes architecture options) values do
            if name.EndsWith("lora_A.weight", StringComparison.Ordinal) then
                use generator = new torch.Generator(uint64(Seed.toInt64(Seed.named name seed)), device)
                let bound = 1.0 / sqrt(float tensor.shape[1])
                tensor.uniform_(-bound, bound, generator) |> ignore
        ofValues architecture options origin true (scope.MoveToOuter values)

    /// A copy that shares nothing: trainable, or frozen.
    let internal copy trainable (adapter: Adapter) =
        use scope = torch.NewDisposeScope()
        ofValues adapter.Architecture adapter.Options adapter.Base trainable (scope.MoveToOuter(adapter.Values.clone()))

    let private none = { QueryKeyValue = None; AttentionOutput = None; GateUp = None; Down = None }

    /// The products beside the matrices of a layer; none without an adapter.
    let internal layer index (adapter: Adapter option) =
        adapter |> Option.map(fun adapter -> adapter.Layers[index]) |> Option.defaultValue none

    /// For each target's weight, by its name in Hugging Face's layout, the function that adds the adapter's product to it.
    let internal mergers (adapter: Adapter) =
        let numbers = Map.ofArray(named adapter)
        Map.ofList [
            for layer in 0 .. adapter.Architecture.Layers - 1 do
                for target in adapter.Options.Targets do
                    let b = numbers[nameOfB layer target]
                    let lowRank = {
                        Scale = LoraOptions.scale adapter.Options
                        A = numbers[nameOfA layer target]
                        Parts = [| b.shape[0], Some b |]
                    }
                    $"model.layers.{layer}.{Projection.path target}.weight", LowRank.merged(Some lowRank)
        ]
