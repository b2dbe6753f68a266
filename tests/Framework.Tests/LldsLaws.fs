module Levee.Tests.LldsLaws

open System
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private gates = [ Gate.Token; Gate.Action; Gate.Response ]

let private withGate gate = Llds.penalty { Llds.defaults with Gate = gate }

[<Fact>]
let ``zero, with zero gradient, where no likelihood fell`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        for rise in [ 0.0; 0.3 ] do
            let risen = { case with LogProb = case.Old |> Array.map(Array.map(fun x -> x + rise)) }
            for gate in gates do
                let value, gradient = differentiate (withGate gate) risen
                Assert.Equal(0.0, value)
                Assert.All(Array.concat gradient, fun slope -> Assert.Equal(0.0, slope)))

[<Fact>]
let ``never pushes a token down, nor touches one that is not preserved or did not fall`` () =
    forSeeds 20 (fun seed ->
        let case = random seed
        for gate in gates do
            let _, gradient = differentiate (withGate gate) case
            for r in 0 .. case.Old.Length - 1 do
                for k in 0 .. case.Old[r].Length - 1 do
                    Assert.True(gradient[r][k] <= 0.0)
                    let may = case.Mask[r][k] > 0.0 && case.Advantage[r] >= 0.0 && case.LogProb[r][k] < case.Old[r][k]
                    if not may then
                        Assert.Equal(0.0, gradient[r][k]))

[<Fact>]
let ``added to GRPO it leaves the slope of ungated tokens alone`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let _, plain = differentiate Recipes.grpo case
        let _, penalty = differentiate (withGate Gate.Action) case
        let _, both = differentiate (Recipes.grpo + 3.0 * withGate Gate.Action) case
        for r in 0 .. case.Old.Length - 1 do
            for k in 0 .. case.Old[r].Length - 1 do
                if penalty[r][k] = 0.0 then
                    Assert.Equal(plain[r][k], both[r][k], 12))

[<Fact>]
let ``the gates close in order: token, then action, then response only where sums agree`` () =
    let case = {
        Old = [| [| -1.0; -1.0; 0.0; -1.0; -1.0 |] |]
        // The first action fell by 0.1 in all, the second rose by 0.3: the response as a whole rose.
        LogProb = [| [| -1.4; -0.7; 0.0; -1.2; -0.5 |] |]
        Reference = [| Array.zeroCreate 5 |]
        Advantage = [| 1.0 |]
        Mask = [| [| 1.0; 1.0; 0.0; 1.0; 1.0 |] |]
        Answer = [| Array.zeroCreate 5 |]
        Reward = [| 1.0 |]
        Searches = [| 0.0 |]
    }
    let value gate = differentiate (withGate gate) case |> fst
    Assert.Equal((0.4 + 0.2) / 4.0, value Gate.Token, 12)
    Assert.Equal(0.4 / 4.0, value Gate.Action, 12)
    Assert.Equal(0.0, value Gate.Response, 12)

[<Fact>]
let ``the answer's weight follows the mean number of searches`` () =
    let case = {
        Old = [| [| -1.0; -1.0 |]; [| -1.0; -1.0 |] |]
        LogProb = [| [| -1.2; -1.3 |]; [| -1.0; -1.0 |] |]
        Reference = [| [| 0.0; 0.0 |]; [| 0.0; 0.0 |] |]
        Advantage = [| 1.0; -1.0 |]
        Mask = [| [| 1.0; 1.0 |]; [| 1.0; 1.0 |] |]
        Answer = [| [| 0.0; 1.0 |]; [| 0.0; 1.0 |] |]
        Reward = [| 1.0; 0.0 |]
        Searches = [| 1.0; 2.0 |]
    }
    let value weight = differentiate (Llds.penalty { Llds.defaults with AnswerWeight = weight }) case |> fst
    Assert.Equal((0.2 + 0.75 * 0.3) / 4.0, value AnswerWeight.Paper, 12)
    Assert.Equal((0.2 + 0.5 * 0.3) / 4.0, value AnswerWeight.Released, 12)

[<Fact>]
let ``the penalty is shared out the same over equal responses, whatever the normaliser`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let doubled = {
            Old = Array.append case.Old case.Old
            LogProb = Array.append case.LogProb case.LogProb
            Reference = Array.append case.Reference case.Reference
            Advantage = Array.append case.Advantage case.Advantage
            Mask = Array.append case.Mask case.Mask
            Answer = Array.append case.Answer case.Answer
            Reward = Array.append case.Reward case.Reward
            Searches = Array.append case.Searches case.Searches
        }
        for normaliser in [ Normaliser.AllTokens; Normaliser.PreservedTokens; Normaliser.PerResponse ] do
            let objective = Llds.penalty { Llds.defaults with Normaliser = normaliser }
            Assert.Equal(differentiate objective case |> fst, differentiate objective doubled |> fst, 12))

[<Fact>]
let ``settings out of range are refused with a remedy`` () =
    let refused options =
        let error = Assert.Throws<ArgumentException>(fun () -> Llds.penalty options |> ignore)
        Assert.Contains("give 0 or more", error.Message)
    refused { Llds.defaults with Threshold = -0.1 }
    refused { Llds.defaults with Threshold = nan }
    refused { Llds.defaults with AnswerWeight = AnswerWeight.Fixed -1.0 }
    let error = Assert.Throws<ArgumentException>(fun () -> Recipes.llds -0.2 |> ignore)
    Assert.Contains("0 or more", error.Message)
