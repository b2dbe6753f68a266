/// Batches to test with, in float64: from numbers given, or at random from a seed.
module Levee.Tests.Examples

open Levee
open TorchSharp

let matrix (rows: float[][]) = torch.tensor(Array.concat rows, [| int64 rows.Length; int64 rows[0].Length |])

let vector (values: float[]) = torch.tensor(values, [| int64 values.Length |])

let toRows (t: torch.Tensor) =
    let width = int t.shape[1]
    t.contiguous().data<float>().ToArray() |> Array.chunkBySize width

/// Runs of 1 in a mask row, numbered from 1.
let actionNumbers (mask: float[]) =
    ((0, 0.0), mask)
    ||> Array.scan(fun (count, previous) m -> (if m > 0.0 && previous = 0.0 then count + 1 else count), m)
    |> Array.skip 1
    |> Array.map(fun (count, m) -> if m > 0.0 then int64 count else 0L)

type Case = {
    Old: float[][]
    LogProb: float[][]
    Reference: float[][]
    Advantage: float[]
    Mask: float[][]
    Answer: float[][]
    Reward: float[]
    Searches: float[]
}

let batch case : Batch =
    let numbers = case.Mask |> Array.map actionNumbers
    let mask = matrix case.Mask
    {
        LogProbOld = matrix case.Old
        LogProbReference = Some(matrix case.Reference)
        Advantage = (vector case.Advantage).unsqueeze(1L) * torch.ones_like mask
        Mask = mask
        Action = torch.tensor(Array.concat numbers, [| int64 numbers.Length; int64 numbers[0].Length |])
        Answer = matrix case.Answer
        Reward = vector case.Reward
        Searches = vector case.Searches
    }

/// A random case of R responses in groups of G, with gaps between actions, an empty response and an answer span now and then.
let random (seed: Seed) =
    let uniform name k = Seed.uniform(seed |> Seed.named name |> Seed.derive k)
    let groups, size = 2, 2 + Seed.below 3 (Seed.named "size" seed)
    let responses, tokens = groups * size, 4 + Seed.below 6 (Seed.named "tokens" seed)
    let table name (make: float -> float) = Array.init responses (fun r -> Array.init tokens (fun k -> make(uniform name (r * tokens + k))))
    let mask =
        table "mask" (fun u -> if u < 0.7 then 1.0 else 0.0)
        |> Array.mapi(fun r row ->
            if uniform "empty" r < 0.1 then
                Array.map (fun _ -> 0.0) row
            else
                row)
    let rewards = Array.init responses (fun r -> if uniform "reward" r < 0.5 then 1.0 else 0.0)
    let old = table "old" (fun u -> log(0.05 + 0.9 * u))
    {
        Old = old
        LogProb = table "move" (fun u -> 0.8 * u - 0.4) |> Array.mapi(fun r -> Array.mapi(fun k move -> old[r][k] + move))
        Reference = table "reference" (fun u -> log(0.05 + 0.9 * u))
        Advantage = rewards |> Array.chunkBySize size |> Array.collect Advantage.groupRelative
        Mask = mask
        Answer = Array.map2 (Array.map2(fun m u -> if m > 0.0 && u < 0.3 then 1.0 else 0.0)) mask (table "answer" id)
        Reward = rewards
        Searches = Array.init responses (fun r -> floor(4.0 * uniform "searches" r))
    }

/// Value and gradient [R, N] of an objective on a whole batch at the given log-probabilities and entropies.
let differentiateAt objective (batch: Batch) (logProb: torch.Tensor) (entropy: torch.Tensor) =
    let slopes = Objective.differentiate objective (objective.Loss batch) batch logProb entropy
    slopes.Value, toRows slopes.LogProb, slopes

let differentiate objective case =
    let logProb = matrix case.LogProb
    let value, gradient, _ = differentiateAt objective (batch case) logProb (torch.ones_like logProb)
    value, gradient

/// Every objective of the library under test, by formula.
let objectives = [
    for aggregation in [ TokenMean; SequenceMeanTokenMean; SequenceMeanTokenSum; SequenceSumOver 64.0 ] do
        Surrogate.clippedOver aggregation (Clip.asymmetric 0.2 0.28)
    for estimator in [ K1; K2; K3 ] do
        Kl.toReference estimator
    Surrogate.negativeLogLikelihood
    for gate in [ Gate.Token; Gate.Action; Gate.Response ] do
        for normaliser in [ Normaliser.AllTokens; Normaliser.PreservedTokens; Normaliser.PerResponse ] do
            for weight in [ AnswerWeight.Fixed 0.25; AnswerWeight.Paper; AnswerWeight.Released ] do
                Llds.penalty { Llds.defaults with Gate = gate; Normaliser = normaliser; AnswerWeight = weight }
    Recipes.llds 0.2
]

/// Checks a law on many seeds.
let forSeeds count (law: Seed -> unit) =
    for k in 1..count do
        try
            Tensors.released(fun () -> law(Seed.ofInt k))
        with error ->
            raise(exn($"seed {k}: {error.Message}", error))
