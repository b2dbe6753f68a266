/// Values and gradients against the reference's, within 1e-9 in float64.
module Levee.Tests.MathematicsOracle

open System.IO
open System.Text.Json
open Levee
open TorchSharp
open Xunit
open Levee.Tests.Examples

let private numbers (element: JsonElement) = [| for x in element.EnumerateArray() -> x.GetDouble() |]

let private table (element: JsonElement) = [| for row in element.EnumerateArray() -> numbers row |]

let private cases =
    let document = JsonDocument.Parse(File.ReadAllText(Oracles.file "mathematics.json"))
    [ for case in document.RootElement.GetProperty("cases").EnumerateArray() -> case ]

/// The rows of each group, in order.
let private groups (case: JsonElement) =
    numbers(case.GetProperty("input").GetProperty "group")
    |> Array.indexed
    |> Array.groupBy snd
    |> Array.map(snd >> Array.map fst)

/// A trajectory whose actions are the runs of 1 in a row of the mask.
let private trajectory (mask: float[]) reward : Trajectory =
    let lengths = actionNumbers mask |> Array.filter(fun number -> number > 0L) |> Array.countBy id |> Array.map snd
    {
        Trajectory.empty with
            Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
            Segments = Prompt [| 0 |] :: [ for length in lengths -> Action(Array.zeroCreate length, Array.zeroCreate length) ]
            Reward = reward
    }

/// The advantages that an estimator gives for a case, [row][token] of action tokens in the case's order. The reward of row r is raised by r times `tie`.
let private estimate (estimator: Estimator) tie (case: JsonElement) =
    let input = case.GetProperty "input"
    let mask, reward, value =
        table(input.GetProperty "mask"), numbers(input.GetProperty "reward"), table(input.GetProperty "value")
    let groups = groups case
    let order = Array.concat groups
    let sampled = groups |> Array.map(Array.map(fun r -> trajectory mask[r] (reward[r] + tie * float r)))
    let values = order |> Array.map(fun r -> Array.zip value[r] mask[r] |> Array.filter(fun (_, m) -> m > 0.0) |> Array.map fst)
    let estimates = estimator.Estimate { Rollouts.ofGroups sampled with Values = Some values }
    let back (rows: float[][]) = Array.init order.Length (fun r -> rows[Array.findIndex ((=) r) order])
    back estimates.Advantages, Option.map back estimates.Returns

let private ofRows rewards =
    let result = Array.zeroCreate(Array.length rewards)
    fun (rows: int[][]) ->
        for rows in rows do
            rows
            |> Array.map(fun r -> rewards[r])
            |> Baseline.standardise Deviation.sample
            |> Array.iter2 (fun r a -> result[r] <- a) rows
        result

let private read (case: JsonElement) =
    let input = case.GetProperty "input"
    let field (name: string) = input.GetProperty name
    let rewards = numbers(field "reward")
    plain
        (table(field "old"))
        (table(field "logp"))
        (table(field "ref"))
        (ofRows rewards (groups case))
        (table(field "mask"))
        (table(field "answer"))
        rewards
        (rewards |> Array.map(fun _ -> 0.0))

let private near (expected: float) (actual: float) = Assert.True(abs(expected - actual) <= 1e-9, $"expected {expected:R}, got {actual:R}")

let private llds gate normaliser = Llds.penalty { Llds.overAllTokens with Gate = gate; Normaliser = normaliser }

let private clip = Clip.symmetric 0.2

let private reproduced: (string * Objective) list = [
    "ppo_clip/token_mean", Surrogate.clipped clip
    "ppo_clip/sequence_mean_token_mean", Surrogate.clippedOver SequenceMeanTokenMean clip
    "ppo_clip/sequence_mean_token_sum", Surrogate.clippedOver SequenceMeanTokenSum clip
    "ppo_clip/sequence_sum_over_length", Surrogate.clippedOver (SequenceSumOver 64.0) clip
    "ppo_clip/clip_higher", Surrogate.clipped(Clip.asymmetric 0.2 0.28)
    "dual_clip/c=3", Surrogate.dualClippedOver TokenMean clip 3.0
    "sapo", Surrogate.sapo
    "gmpo/0.4", Surrogate.gmpo 0.4
    "reinforce", Surrogate.reinforce
    "gspo", Surrogate.gspo(Clip.asymmetric 0.3 0.4)
    "cispo", Surrogate.cispo 1.28
    "kl/abs", Kl.toReference Abs
    "kl/k1", Kl.toReference K1
    "kl/k2", Kl.toReference K2
    "kl/k3", Kl.toReference K3
    for gateName, gate in [ "token", Gate.Token; "response", Gate.Response; "action", Gate.Action ] do
        for normaliserName, normaliser in
            [
                "all_tokens", Normaliser.AllTokens
                "preserved_tokens", Normaliser.PreservedTokens
                "per_response", Normaliser.PerResponse
            ] do
            $"llds/{gateName}/{normaliserName}", llds gate normaliser
    "llds_ma/action/all_tokens/beta=0.25", Llds.penalty { Llds.overAllTokens with AnswerWeight = AnswerWeight.Fixed 0.25 }
    "llds/action/all_tokens/threshold=0.5", Llds.penalty { Llds.overAllTokens with Threshold = 0.5 }
    "total/ppo_clip+0.2*llds+0.001*k3", Surrogate.clipped clip + 0.2 * Llds.penalty Llds.overAllTokens + 0.001 * Kl.toReference K3
]

let names = TheoryData<string>(reproduced |> List.map fst)

[<Fact>]
let ``the reference has cases`` () = Assert.NotEmpty cases

[<Theory>]
[<MemberData(nameof names)>]
let ``value and gradient`` (name: string) =
    let objective = reproduced |> List.find(fst >> (=) name) |> snd
    for case in cases do
        use _ = torch.NewDisposeScope()
        let expected = case.GetProperty("expected").GetProperty name
        let value, gradient = differentiate objective (read case)
        near (expected.GetProperty("value").GetDouble()) value
        (table(expected.GetProperty "grad"), gradient) ||> Array.iter2(Array.iter2 near)

/// The estimators by the reference's names, each with the `tie` by which the rewards of its case are raised.
let private estimators: (string * (Estimator * float)) list = [
    "advantage/grpo", (Advantage.grpo, 0.0)
    "advantage/dr_grpo", (Advantage.drGrpo, 0.0)
    "advantage/rloo", (Advantage.rloo, 0.0)
    "advantage/opo", (Advantage.opo, 0.0)
    "advantage/max_rl", (Advantage.maxRl, 0.0)
    "advantage/pass_at_k", (Advantage.passAtK None, 0.001)
    "advantage/reinforce_pp", (Advantage.reinforcePlusPlus 1.0, 0.0)
    "advantage/reinforce_pp/gamma=0.9", (Advantage.reinforcePlusPlus 0.9, 0.0)
    "advantage/gae/gamma=1,lambda=0.95", (Advantage.gae { Gamma = 1.0; Lambda = 0.95 }, 0.0)
]

let advantageNames = TheoryData<string>(estimators |> List.map fst)

/// The reference's numbers for each action token. It writes one number a row, or one a token with gaps between actions.
let private expectedTokens (case: JsonElement) (name: string) =
    let mask = table(case.GetProperty("input").GetProperty "mask")
    let marked (row: 'a[]) r = Array.zip row mask[r] |> Array.filter(fun (_, m) -> m > 0.0) |> Array.map fst
    [|
        for r, row in case.GetProperty("expected").GetProperty(name).EnumerateArray() |> Seq.indexed ->
            if row.ValueKind = JsonValueKind.Array then
                marked (numbers row) r
            else
                marked (Array.replicate mask[r].Length (row.GetDouble())) r
    |]

[<Theory>]
[<MemberData(nameof advantageNames)>]
let ``advantages`` (name: string) =
    let estimator, tie = estimators |> List.find(fst >> (=) name) |> snd
    for case in cases do
        (expectedTokens case name, fst(estimate estimator tie case)) ||> Array.iter2(Array.iter2 near)

[<Fact>]
let ``returns that a critic learns`` () =
    for case in cases do
        let _, returns = estimate (Advantage.gae { Gamma = 1.0; Lambda = 0.95 }) 0.0 case
        (expectedTokens case "returns/gae/gamma=1,lambda=0.95", returns.Value) ||> Array.iter2(Array.iter2 near)

[<Fact>]
let ``every number of the reference is checked`` () =
    let known = [
        yield! List.map fst reproduced
        yield! List.map fst estimators
        "returns/gae/gamma=1,lambda=0.95"
        "action_ids"
    ]
    for case in cases do
        for expected in case.GetProperty("expected").EnumerateObject() do
            Assert.Contains(expected.Name, known)

[<Fact>]
let ``numbers of actions`` () =
    for case in cases do
        let expected = table(case.GetProperty("expected").GetProperty "action_ids")
        let actual = (read case).Mask |> Array.map(actionNumbers >> Array.map float)
        Assert.Equal<float[][]>(expected, actual)
