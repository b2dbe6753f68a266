module Levee.Tests.LldsLaws

open System
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private gates = [ Gate.Token; Gate.Action; Gate.Segment; Gate.Response ]

let private withGate gate = Llds.penalty { Llds.overAllTokens with Gate = gate }

[<Fact>]
let ``zero, with zero gradient, where no likelihood fell`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        for rise in [ 0.0; 0.3 ] do
            let risen = { case with LogProb = case.Old |> Array.map(Array.map(fun x -> x + rise)) }
            for gate in gates do
                let value, gradient = differentiate (withGate gate) risen
                Assert.Equal(0.0, value)
                Assert.All(Array.concat gradient, fun gradient -> Assert.Equal(0.0, gradient)))

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
let ``added to GRPO it leaves the gradient of ungated tokens alone`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        let _, plain = differentiate Recipes.grpo.Objective case
        let _, penalty = differentiate (withGate Gate.Action) case
        let _, both = differentiate (Recipes.grpo.Objective + 3.0 * withGate Gate.Action) case
        for r in 0 .. case.Old.Length - 1 do
            for k in 0 .. case.Old[r].Length - 1 do
                if penalty[r][k] = 0.0 then
                    Assert.Equal(plain[r][k], both[r][k], 12))

[<Fact>]
let ``the gates close in order: token, then action, then response only where sums agree`` () =
    // The first action fell by 0.1 in all, the second rose by 0.3: the response as a whole rose.
    let case =
        plain
            [| [| -1.0; -1.0; 0.0; -1.0; -1.0 |] |]
            [| [| -1.4; -0.7; 0.0; -1.2; -0.5 |] |]
            [| Array.zeroCreate 5 |]
            [| 1.0 |]
            [| [| 1.0; 1.0; 0.0; 1.0; 1.0 |] |]
            [| Array.zeroCreate 5 |] [| 1.0 |] [| 0.0 |]
    let value gate = differentiate (withGate gate) case |> fst
    Assert.Equal((0.4 + 0.2) / 4.0, value Gate.Token, 12)
    Assert.Equal(0.4 / 4.0, value Gate.Action, 12)
    Assert.Equal(0.0, value Gate.Response, 12)

[<Fact>]
let ``the answer's weight follows the mean number of searches`` () =
    let case =
        plain
            [| [| -1.0; -1.0 |]; [| -1.0; -1.0 |] |]
            [| [| -1.2; -1.3 |]; [| -1.0; -1.0 |] |]
            [| [| 0.0; 0.0 |]; [| 0.0; 0.0 |] |]
            [| 1.0; -1.0 |]
            [| [| 1.0; 1.0 |]; [| 1.0; 1.0 |] |]
            [| [| 0.0; 1.0 |]; [| 0.0; 1.0 |] |] [| 1.0; 0.0 |] [| 1.0; 2.0 |]
    let value weight = differentiate (Llds.penalty { Llds.overAllTokens with AnswerWeight = weight }) case |> fst
    Assert.Equal((0.2 + 0.75 * 0.3) / 4.0, value AnswerWeight.Paper, 12)
    Assert.Equal((0.2 + 0.5 * 0.3) / 4.0, value AnswerWeight.Released, 12)

[<Fact>]
let ``the penalty is shared out the same over equal responses, whatever the normaliser`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let rows = [| 0 .. case.Old.Length - 1 |]
        let doubled = select (Array.append rows rows) case
        for normaliser in [ Normaliser.AllTokens; Normaliser.PreservedTokens; Normaliser.PerResponse ] do
            let objective = Llds.penalty { Llds.overAllTokens with Normaliser = normaliser }
            Assert.Equal(differentiate objective case |> fst, differentiate objective doubled |> fst, 12))

[<Fact>]
let ``settings out of range are refused with a remedy`` () =
    let refused options =
        let error = Assert.Throws<ArgumentException>(fun () -> Llds.penalty options |> ignore)
        Assert.Contains("give 0 or more", error.Message)
    refused { Llds.overAllTokens with Threshold = -0.1 }
    refused { Llds.overAllTokens with Threshold = nan }
    refused { Llds.overAllTokens with AnswerWeight = AnswerWeight.Fixed -1.0 }

[<Theory>]
[<InlineData(0)>]
[<InlineData(-1)>]
let ``a reference no update ago is refused`` (updates: int) =
    let error =
        Assert.Throws<ArgumentException>(fun () ->
            Llds.penalty { Llds.overAllTokens with Reference = Reference.UpdatesAgo updates } |> ignore)
    Assert.Contains("give 1 or more", error.Message)

[<Theory>]
[<InlineData(0.0)>]
[<InlineData(1.0)>]
[<InlineData(Double.NaN)>]
let ``an average that never or always moves is refused`` (decay: float) =
    let error =
        Assert.Throws<ArgumentException>(fun () ->
            Llds.penalty { Llds.overAllTokens with Reference = Reference.MovingAverage decay } |> ignore)
    Assert.Contains("between 0 and 1", error.Message)

let private metric name (gradients: ObjectiveGradient) = gradients.Metrics |> List.find(fst >> (=) name) |> snd

[<Fact>]
let ``it says that it is inert exactly where the reference is the current policy`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let still = { case with LogProb = case.Old }
        let inert options case =
            let _, _, gradients = gradients (Llds.penalty options) case
            metric "llds/inert" gradients
        let hasPreserved = Array.map2 (fun a m -> if a >= 0.0 then Array.sum m else 0.0) case.Advantage case.Mask |> Array.sum > 0.0
        Assert.Equal((if hasPreserved then 1.0 else 0.0), inert Llds.overAllTokens still, 12)
        Assert.Equal(0.0, inert Llds.overAllTokens case, 12)
        Assert.Equal(0.0, inert { Llds.overAllTokens with Reference = Reference.Initial } still, 12))

[<Fact>]
let ``it counts the tokens that it penalises`` () =
    forSeeds 6 (fun seed ->
        let case = random seed
        let _, gradient, gradients = gradients (withGate Gate.Action) case
        let pushed = gradient |> Array.sumBy(Array.sumBy(fun gradient -> if gradient < 0.0 then 1.0 else 0.0))
        Assert.Equal(pushed, metric "llds/penalised_tokens" gradients)
        Assert.Equal(pushed / Array.sumBy Array.sum case.Mask, metric "llds/penalised_share" gradients, 12))

/// One response of two actions, of 1 and 3 tokens; all of them fell but one, which is not enough for its action.
let private fallen =
    plain
        [| [| -1.0; 0.0; -1.0; -1.0; -1.0 |]; [| -1.0; 0.0; 0.0; 0.0; 0.0 |] |]
        [| [| -1.5; 0.0; -1.3; -0.9; -1.1 |]; [| -2.0; 0.0; 0.0; 0.0; 0.0 |] |]
        [| Array.zeroCreate 5; Array.zeroCreate 5 |]
        [| 1.0; -1.0 |]
        [| [| 1.0; 0.0; 1.0; 1.0; 1.0 |]; [| 1.0; 0.0; 0.0; 0.0; 0.0 |] |]
        [| [| 0.0; 0.0; 0.0; 0.0; 1.0 |]; Array.zeroCreate 5 |] [| 1.0; 0.0 |] [| 3.0; 1.0 |]

[<Fact>]
let ``the paper's and the released recipe differ in the normaliser and in the answer's weight`` () =
    let value options = differentiate (Llds.penalty options) fallen |> fst
    // 0.5 + 0.3 + 0.1 over the 4 tokens of the one preserved response, against all 5 tokens.
    Assert.Equal(0.9 / 4.0, value Llds.paper, 12)
    Assert.Equal(0.9 / 5.0, value Llds.released, 12)
    // V = 2: the paper's beta is 1, and so is the released one; with V = 1 they are 1/2 and 0.
    Assert.Equal(0.9 / 4.0, value Llds.multiAction, 12)
    Assert.Equal(0.9 / 5.0, value Llds.multiActionReleased, 12)
    let fewer = { fallen with Searches = [| 1.0; 1.0 |] }
    let value options = differentiate (Llds.penalty options) fewer |> fst
    Assert.Equal((0.8 + 0.05) / 4.0, value Llds.multiAction, 12)
    Assert.Equal(0.8 / 5.0, value Llds.multiActionReleased, 12)

[<Fact>]
let ``segments are actions where a response has one advantage, and parts of them where it has several`` () =
    forSeeds 12 (fun seed ->
        let case = random seed
        Assert.Equal(differentiate (withGate Gate.Action) case |> fst, differentiate (withGate Gate.Segment) case |> fst, 12))
    // The middle token's advantage is negative, so the second action falls into two segments, of which only the first fell.
    let whole = batch { fallen with LogProb = [| [| -1.0; 0.0; -1.3; -1.0; -0.5 |]; [| -1.0; 0.0; 0.0; 0.0; 0.0 |] |] }
    let perToken = {
        whole with
            Advantage = matrix [| [| 1.0; 0.0; 1.0; -1.0; 1.0 |]; [| -1.0; 0.0; 0.0; 0.0; 0.0 |] |]
    }
    let logProb = matrix [| [| -1.0; 0.0; -1.3; -1.0; -0.5 |]; [| -1.0; 0.0; 0.0; 0.0; 0.0 |] |]
    let value gate =
        let objective = withGate gate
        (objective.Loss perToken perToken { LogProb = logProb; Entropy = logProb; Values = None; Observations = None }).Value.ToDouble()
    Assert.Equal(0.3 / 5.0, value Gate.Segment, 12)
    Assert.Equal(0.0, value Gate.Action, 12)

[<Fact>]
let ``correct responses are preserved whatever their advantage`` () =
    let unlucky = { fallen with Advantage = [| -1.0; -1.0 |] }
    let value preserve = differentiate (Llds.penalty { Llds.overAllTokens with Preserve = preserve }) unlucky |> fst
    Assert.Equal(0.0, value Preserve.NonNegative)
    Assert.Equal(0.9 / 5.0, value Preserve.Correct, 12)
