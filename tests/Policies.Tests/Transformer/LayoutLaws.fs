module Levee.Policies.Tests.LayoutLaws

open System
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples
open TorchSharp

let private trajectories = [|
    trajectory [
        Prompt [| 1; 2 |]
        Action([| 3; 4 |], [| -1.0f; -1.0f |])
        Observation [| 5 |]
        Action([| 6 |], [| -1.0f |])
    ]
    trajectory [ Prompt [| 7 |]; Action([| 8; 9 |], [| -1.0f; -1.0f |]) ]
|]

let private integers (tensor: torch.Tensor) = tensor.data<int64>().ToArray()

[<Fact>]
let ``action tokens are found behind what predicts them`` () =
    use _ = torch.NewDisposeScope()
    let layout = Layout.ofTrajectories false torch.CPU trajectories
    Assert.Equal<int64[]>([| 2L; 5L |], layout.Inputs.shape)
    Assert.Equal<int64[]>([| 1L; 2L; 3L; 4L; 5L; 7L; 8L; 0L; 0L; 0L |], integers layout.Inputs)
    Assert.Equal<int64[]>([| 3L; 4L; 6L; 8L; 9L |], integers layout.Targets)
    Assert.Equal<int64[]>([| 2L; 3L; 5L; 7L; 8L |], integers(layout.Inputs.view(-1L).index_select(0L, layout.Sources)))

[<Fact>]
let ``padding and flattening are inverse, in the batch's order`` () =
    use _ = torch.NewDisposeScope()
    let layout = Layout.ofTrajectories false torch.CPU trajectories
    let flat = torch.tensor [| 1.0; 2.0; 3.0; 4.0; 5.0 |]
    let padded = Layout.pad layout flat
    close 0.0 (torch.tensor(array2D [ [ 1.0; 2.0; 3.0 ]; [ 4.0; 5.0; 0.0 ] ])) padded
    close 0.0 flat (Layout.flatten layout padded)

[<Fact>]
let ``scores stand where the batch has its tokens`` () =
    use _ = torch.NewDisposeScope()
    use policy = policy 1
    let logProb, mask = Scoring.logProbs (Scoring.at 1.0) policy trajectories
    let batch = Batch.create torch.float32 torch.CPU trajectories [| 1.0; 1.0 |]
    close 0.0 batch.Mask mask
    Assert.Equal<int64[]>(batch.LogProbOld.shape, logProb.shape)
    Assert.Equal<bool[]>(numbers mask |> Array.map(fun m -> m > 0.0), numbers logProb |> Array.map(fun l -> l < 0.0))

[<Fact>]
let ``a trajectory cannot begin with an action`` () =
    let act () = Layout.ofTrajectories false torch.CPU [| trajectory [ Action([| 1 |], [| -1.0f |]) ] |] |> ignore
    let error = Assert.Throws<ArgumentException> act
    Assert.Contains("give it a prompt", error.Message)
