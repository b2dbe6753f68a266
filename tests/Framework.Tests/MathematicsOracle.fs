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

let private advantages (group: float[]) (rewards: float[]) =
    let result = Array.zeroCreate rewards.Length
    for _, rows in group |> Array.indexed |> Array.groupBy snd do
        let rows = rows |> Array.map fst
        rows |> Array.map(fun r -> rewards[r]) |> Advantage.groupRelative |> Array.iter2 (fun r a -> result[r] <- a) rows
    result

let private read (case: JsonElement) =
    let input = case.GetProperty "input"
    let field (name: string) = input.GetProperty name
    let rewards = numbers(field "reward")
    {
        Old = table(field "old")
        LogProb = table(field "logp")
        Reference = table(field "ref")
        Advantage = advantages (numbers(field "group")) rewards
        Mask = table(field "mask")
        Answer = table(field "answer")
        Reward = rewards
        Searches = rewards |> Array.map(fun _ -> 0.0)
    }

let private near (expected: float) (actual: float) = Assert.True(abs(expected - actual) <= 1e-9, $"expected {expected:R}, got {actual:R}")

let private llds gate normaliser = Llds.penalty { Llds.defaults with Gate = gate; Normaliser = normaliser }

let private clip = Clip.symmetric 0.2

let private reproduced: (string * Objective) list = [
    "ppo_clip/token_mean", Surrogate.clipped clip
    "ppo_clip/sequence_mean_token_mean", Surrogate.clippedOver SequenceMeanTokenMean clip
    "ppo_clip/sequence_mean_token_sum", Surrogate.clippedOver SequenceMeanTokenSum clip
    "ppo_clip/sequence_sum_over_length", Surrogate.clippedOver (SequenceSumOver 64.0) clip
    "ppo_clip/clip_higher", Surrogate.clipped(Clip.asymmetric 0.2 0.28)
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
    "llds_ma/action/all_tokens/beta=0.25", Llds.penalty { Llds.defaults with AnswerWeight = AnswerWeight.Fixed 0.25 }
    "llds/action/all_tokens/threshold=0.5", Llds.penalty { Llds.defaults with Threshold = 0.5 }
    "total/ppo_clip+0.2*llds+0.001*k3", Surrogate.clipped clip + 0.2 * Llds.penalty Llds.defaults + 0.001 * Kl.toReference K3
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

[<Fact>]
let ``advantage of GRPO`` () =
    for case in cases do
        (numbers(case.GetProperty("expected").GetProperty "advantage/grpo"), (read case).Advantage) ||> Array.iter2 near

[<Fact>]
let ``numbers of actions`` () =
    for case in cases do
        let expected = table(case.GetProperty("expected").GetProperty "action_ids")
        let actual = (read case).Mask |> Array.map(actionNumbers >> Array.map float)
        Assert.Equal<float[][]>(expected, actual)
