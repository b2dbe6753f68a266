module Levee.Tests.BatchingLaws

open System
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private question = { Id = "q"; Text = "What is the capital of France?"; GoldenAnswers = [ "Paris" ]; Metadata = "" }

let private trajectory reward answerTokens segments = {
    Question = question
    Segments = segments
    Reward = reward
    Fault = None
    End = Answered
    Answer = None
    AnswerTokens = answerTokens
    CallTokens = []
    Searches = []
    InvalidActions = 0
}

let private two = [|
    trajectory 1.0 2 [
        Prompt [| 1; 2; 3 |]
        Action([| 4; 5 |], [| -0.1f; -0.2f |])
        Observation [| 6; 7; 8 |]
        Action([| 9; 10; 11 |], [| -0.3f; -0.4f; -0.5f |])
    ]
    trajectory 0.0 0 [ Prompt [| 1; 2 |]; Action([| 4 |], [| -0.6f |]) ]
|]

let private create = Batch.create torch.float64 torch.CPU

[<Fact>]
let ``only what the policy wrote is in a batch, in order, padded at the right`` () =
    use _ = torch.NewDisposeScope()
    let batch = create two [| 1.0; -1.0 |]
    Assert.Equal<float[][]>([| [| 1.0; 1.0; 1.0; 1.0; 1.0 |]; [| 1.0; 0.0; 0.0; 0.0; 0.0 |] |], toRows batch.Mask)
    Assert.Equal<float[][]>([| [| 1.0; 1.0; 2.0; 2.0; 2.0 |]; [| 1.0; 0.0; 0.0; 0.0; 0.0 |] |], toRows(batch.Action.``to``(torch.float64)))
    Assert.Equal<float[][]>([| [| 0.0; 0.0; 0.0; 1.0; 1.0 |]; Array.zeroCreate 5 |], toRows batch.Answer)
    Assert.Equal<float[][]>([| Array.replicate 5 1.0; [| -1.0; 0.0; 0.0; 0.0; 0.0 |] |], toRows batch.Advantage)
    Assert.Equal<float[]>([| -0.1; -0.2; -0.3; -0.4; -0.5 |], (toRows batch.LogProbOld)[0] |> Array.map(fun x -> Math.Round(x, 6)))

[<Fact>]
let ``some rows of a batch are the batch of those trajectories`` () =
    use _ = torch.NewDisposeScope()
    let batch = create two [| 1.0; -1.0 |]
    let row = Batch.rows [| 1 |] batch
    let alone = create [| two[1] |] [| -1.0 |]
    for ofRow, ofAlone in
        [
            row.LogProbOld, alone.LogProbOld
            row.Advantage, alone.Advantage
            row.Mask, alone.Mask
            row.Answer, alone.Answer
        ] do
        Assert.Equal<float[][]>(toRows ofAlone, toRows ofRow)

[<Fact>]
let ``a batch carries its trajectories, row for row, through every choice of rows`` () =
    use _ = torch.NewDisposeScope()
    let batch = create two [| 1.0; -1.0 |]
    Assert.Same(two, batch.Trajectories)
    for order in [ [| 1; 0 |]; [| 1 |]; [| 0; 0; 1 |] ] do
        for choose in [ Batch.rows; Batch.select ] do
            let some = choose order batch
            Assert.Equal<Trajectory[]>(order |> Array.map(fun row -> two[row]), some.Trajectories)
            Assert.Equal<float[]>(some.Trajectories |> Array.map _.Reward, some.Reward.data<float>().ToArray())
            Assert.Equal<float[]>(
                some.Trajectories |> Array.map(Trajectory.actionTokens >> float),
                some.Mask.sum(1L).data<float>().ToArray()
            )
    Assert.Equal(batch.Mask.shape[1], (Batch.select [| 1 |] batch).Mask.shape[1])

[<Fact>]
let ``a trajectory without a single token of the policy's own is survived`` () =
    use _ = torch.NewDisposeScope()
    let batch = create [| trajectory 0.0 0 [ Prompt [| 1 |] ] |] [| 0.0 |]
    Assert.Equal(0.0, batch.Mask.sum().ToDouble())
    let forward = { LogProb = batch.LogProbOld; Entropy = batch.LogProbOld; Values = None; Observations = None }
    for objective in [ Recipes.grpo.Objective; Llds.penalty Llds.paper; Surrogate.gmpo 0.4 ] do
        Assert.Equal(0.0, (Objective.differentiate objective (objective.Loss batch) batch forward).Value)

[<Fact>]
let ``numbers that do not match are refused`` () =
    Assert.Throws<ArgumentException>(fun () -> create two [| 1.0 |] |> ignore) |> ignore
    Assert.Throws<ArgumentException>(fun () -> create [||] [||] |> ignore) |> ignore

[<Fact>]
let ``an estimator's advantages stand token by token`` () =
    use _ = torch.NewDisposeScope()
    let estimates = {
        Advantages = [| [| 1.0; 2.0; 3.0; 4.0; 5.0 |]; [| -1.0 |] |]
        Returns = Some [| [| 0.5; 0.5; 0.5; 0.5; 0.5 |]; [| 0.25 |] |]
    }
    let batch = Batch.ofEstimates torch.float64 torch.CPU two estimates
    Assert.Equal<float[][]>([| [| 1.0; 2.0; 3.0; 4.0; 5.0 |]; [| -1.0; 0.0; 0.0; 0.0; 0.0 |] |], toRows batch.Advantage)
    Assert.Equal<float[][]>([| Array.replicate 5 0.5; [| 0.25; 0.0; 0.0; 0.0; 0.0 |] |], toRows batch.Returns.Value)
    Assert.Equal<float[][]>(estimates.Advantages, Padding.unpad two batch.Advantage)
