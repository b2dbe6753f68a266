/// A tensor of a wrong shape is refused where it comes in, by its name, with the shape wanted and the shape given; it is never broadcast.
module Levee.Tests.ShapeLaws

open System
open System.Reflection
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private refused (name: string) (wanted: string) (given: torch.Tensor) (work: unit -> 'a) =
    let given = String.Join(", ", given.shape)
    let error = Assert.Throws<ArgumentException>(fun () -> work() |> ignore)
    Assert.Equal($"{name} has the shape [{given}], where [{wanted}] is wanted.", error.Message)

let private text (tensor: torch.Tensor) = String.Join(", ", tensor.shape)

/// What broadcasting would let pass: one column, one row, one number for each row; and a column too many.
let private wrong (right: torch.Tensor) = [
    if right.dim() = 2L then
        right.narrow(1L, 0L, 1L)
        right.narrow(0L, 0L, 1L)
        right.select(1L, 0L)
        torch.cat([| right; right.narrow(1L, 0L, 1L) |], 1L)
    else
        right.narrow(0L, 0L, 1L)
        right.unsqueeze(1L)
]

/// Each tensor of a batch by name, and the batch with another in its place.
let private tensors (batch: Batch) : (string * torch.Tensor * (torch.Tensor -> Batch)) list = [
    "LogProbOld", batch.LogProbOld, (fun t -> { batch with LogProbOld = t })
    "LogProbSampled", batch.LogProbSampled, (fun t -> { batch with LogProbSampled = t })
    for KeyValue(reference, logProb) in batch.LogProbReference do
        $"LogProbReference[{reference}]", logProb, (fun t -> { batch with LogProbReference = Map.add reference t batch.LogProbReference })
    "LogProbCurrent", batch.LogProbCurrent.Value, (fun t -> { batch with LogProbCurrent = Some t })
    "EntropyCurrent", batch.EntropyCurrent.Value, (fun t -> { batch with EntropyCurrent = Some t })
    "Advantage", batch.Advantage, (fun t -> { batch with Advantage = t })
    "ValuesOld", batch.ValuesOld.Value, (fun t -> { batch with ValuesOld = Some t })
    "Returns", batch.Returns.Value, (fun t -> { batch with Returns = Some t })
    "Action", batch.Action, (fun t -> { batch with Action = t })
    "Answer", batch.Answer, (fun t -> { batch with Answer = t })
    "Reward", batch.Reward, (fun t -> { batch with Reward = t })
    "Searches", batch.Searches, (fun t -> { batch with Searches = t })
    "Truncated", batch.Truncated, (fun t -> { batch with Truncated = t })
]

let private example () =
    let whole = batch(random(Seed.ofInt 4))
    whole,
    {
        LogProb = whole.LogProbOld - 0.1
        Entropy = torch.ones_like whole.Mask
        Values = whole.ValuesOld
        Observations = Some(whole.LogProbOld.narrow(1L, 0L, 3L))
    }

let private forwards (forward: Forward) : (string * torch.Tensor * (torch.Tensor -> Forward)) list = [
    "LogProb", forward.LogProb, (fun t -> { forward with LogProb = t })
    "Entropy", forward.Entropy, (fun t -> { forward with Entropy = t })
    "Values", forward.Values.Value, (fun t -> { forward with Values = Some t })
]

/// Everything that takes a whole batch.
let private takers (whole: Batch) (forward: Forward) : (string * (Batch -> unit)) list = [
    "Batch.shape", Batch.shape >> ignore
    "Batch.select", Batch.select [| 0 |] >> ignore
    "Batch.rows", Batch.rows [| 0 |] >> ignore
    "Batch.current", Batch.current >> ignore
    "Aggregation.over", Aggregation.over TokenMean >> ignore
    "Importance.weights", Importance.weights(Truncated 2.0) >> ignore
    "Surrogate.logRatio", (fun batch -> Surrogate.logRatio batch forward |> ignore)
    "Objective.differentiate", (fun batch -> Objective.differentiate Objective.zero (Objective.zero.Loss whole) batch forward |> ignore)
]

[<Fact>]
let ``every function that takes a batch refuses each tensor of a wrong shape, by name`` () =
    use _ = torch.NewDisposeScope()
    let whole, forward = example()
    for _, take in takers whole forward do
        for name, right, spoil in tensors whole do
            for other in wrong right do
                refused $"Batch.{name}" (text right) other (fun () -> take(spoil other))
        refused "Batch.Mask" "R, N" whole.Reward (fun () -> take { whole with Mask = whole.Reward })
        let error = Assert.Throws<ArgumentException>(fun () -> take { whole with Trajectories = [||] })
        Assert.Contains($"Batch.Trajectories has 0 trajectories, where {whole.Mask.shape[0]} are wanted", error.Message)

[<Fact>]
let ``every objective of the library refuses them, in the mini-batch, the part and the forward pass`` () =
    use _ = torch.NewDisposeScope()
    let whole, forward = example()
    for objective in objectives do
        for name, right, spoil in tensors whole do
            let other = List.head(wrong right)
            refused $"Batch.{name}" (text right) other (fun () -> objective.Loss(spoil other))
            refused $"Batch.{name}" (text right) other (fun () -> objective.Loss whole (spoil other) forward)
        for name, right, spoil in forwards forward do
            for other in wrong right do
                refused $"Forward.{name}" (text right) other (fun () -> objective.Loss whole whole (spoil other))
                refused $"Forward.{name}" (text right) other (fun () ->
                    Objective.differentiate objective (objective.Loss whole) whole (spoil other))

[<Fact>]
let ``what a function of one's own gives is refused likewise`` () =
    use _ = torch.NewDisposeScope()
    let whole, forward = example()
    let right = text whole.Mask
    for other in wrong whole.Mask do
        let ofTokens = Objective.ofTokens "mine" "mine" TokenMean (fun _ _ -> other)
        refused "The loss of each token" right other (fun () -> ofTokens.Loss whole whole forward)
        let loss = Surrogate.ofTokens "mine" TokenMean (fun part _ -> other, part.Mask)
        refused "The loss of each token" right other (fun () -> loss.Loss whole whole forward)
        let bound = Surrogate.ofTokens "mine" TokenMean (fun part _ -> part.Mask, other)
        refused "The places where a bound is in force" right other (fun () -> bound.Loss whole whole forward)
    let select other = Objective.mask "mine" (fun _ -> other) Surrogate.reinforce
    for other in List.tail(wrong whole.Mask) do
        refused "The selection of tokens" right other (fun () -> (select other).Loss whole)
    // One number for each response chooses whole responses.
    (select(whole.Mask.narrow(1L, 0L, 1L))).Loss whole whole forward |> ignore

[<Fact>]
let ``functions of single tensors refuse them by the argument's name`` () =
    use _ = torch.NewDisposeScope()
    let whole, forward = example()
    let right = text whole.Mask
    for other in wrong whole.Mask do
        refused "values" right other (fun () -> Aggregation.over TokenMean whole whole other)
        if other.dim() = 2L then
            refused "reference" right other (fun () -> KlEstimator.estimate K3 whole.Mask other)
            for reference in [ Reference.Sampling; Reference.Initial ] do
                let spoilt = { whole with LogProbOld = other; LogProbReference = Map.ofList [ Reference.Initial, other ] }
                refused $"The log-probabilities under the policy {reference}" right other (fun () -> Batch.logProb reference spoilt)
            refused "Forward.LogProb" right other (fun () -> Forward.demand whole.Mask.shape { forward with LogProb = other })
    let flat = whole.Reward
    refused "Forward.Observations" $"{whole.Mask.shape[0]}, 0 or more" flat (fun () ->
        Forward.demand whole.Mask.shape { forward with Observations = Some flat })
    refused "logProb" "R, N" flat (fun () -> KlEstimator.estimate K1 flat flat)
    refused "ratio" "R, N" flat (fun () -> Clip.apply (Clip.symmetric 0.2) flat)
    refused "A part" "R, N" flat (fun () -> Padding.stack [| whole.Mask; flat |])
    let four = whole.Trajectories[..3]
    refused "values" "4, 0 or more" whole.Mask (fun () -> Padding.unpad whole.Trajectories[..3] (whole.Mask))
    refused "The result of score" "3, 0 or more" whole.Mask (fun () -> Padding.inParts 3 (fun _ -> whole.Mask) four)
    refused "x" "2, 3" flat (fun () -> Shape.demand "x" [| 2L; 3L |] flat)
    refused "x" "R, N" flat (fun () -> Shape.ofMatrix "x" flat)
    refused "x" "2, 3 or more" flat (fun () -> Shape.demandRows "x" 2 3 flat)
    Assert.True(Shape.fits flat.shape flat && not(Shape.fits [| 1L |] flat))

[<Fact>]
let ``no public function that takes a tensor, a batch or a forward pass was left out`` () =
    use _ = torch.NewDisposeScope()
    let takesTensors (parameter: ParameterInfo) =
        List.contains parameter.ParameterType [ typeof<torch.Tensor>; typeof<torch.Tensor[]>; typeof<Batch>; typeof<Forward> ]
    let found =
        [
            for room in (typeof<Batch>.Assembly.GetExportedTypes()) do
                if (string room.Namespace).StartsWith "Levee.Algorithms" then
                    let name = room.Name.Replace("Module", "")
                    for made in room.GetMethods(BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly) do
                        if Array.exists takesTensors (made.GetParameters()) then
                            $"{name}.{made.Name}"
        ]
        |> Set.ofList
    let tried =
        Set.ofList [
            yield! example() ||> takers |> List.map fst
            "Batch.logProb"
            "Clip.apply"
            "Forward.demand"
            "KlEstimator.estimate"
            "Padding.stack"
            "Padding.unpad"
            "Shape.demand"
            "Shape.demandRows"
            "Shape.fits"
            "Shape.ofMatrix"
        ]
    Assert.Equal<Set<string>>(tried, found)
