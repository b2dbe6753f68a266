/// Batches to test with, in float64: from numbers given, or at random from a seed.
module Levee.Tests.Examples

open System
open Levee
open TorchSharp

let matrix (rows: float[][]) = torch.tensor(Array.concat rows, ReadOnlySpan [| int64 rows.Length; int64 rows[0].Length |])

let vector (values: float[]) = torch.tensor(values)

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
    /// The log-probabilities that the sampler reported, where they differ from `Old`.
    Sampled: float[][]
    Value: float[][]
    ValuesOld: float[][]
    Return: float[][]
    Truncated: float[]
    /// Log-probabilities and entropies under the policy right before the update.
    Current: float[][]
    CurrentEntropy: float[][]
    /// Void turns of each response.
    Void: int[]
}

/// A case without a critic whose sampler was exact.
let plain old logProb reference advantage mask answer reward searches = {
    Old = old
    LogProb = logProb
    Reference = reference
    Advantage = advantage
    Mask = mask
    Answer = answer
    Reward = reward
    Searches = searches
    Sampled = old
    Value = Array.map (Array.map(fun _ -> 0.0)) mask
    ValuesOld = Array.map (Array.map(fun _ -> 0.0)) mask
    Return = Array.map (Array.map(fun _ -> 0.0)) mask
    Truncated = Array.map (fun _ -> 0.0) reward
    Current = logProb
    CurrentEntropy = Array.map (Array.map(fun _ -> 0.0)) mask
    Void = Array.map (fun _ -> 0) reward
}

/// Some rows of a case, in the order given.
let select (rows: int[]) case =
    let pick (values: 'a[]) = rows |> Array.map(fun r -> values[r])
    {
        Old = pick case.Old
        LogProb = pick case.LogProb
        Reference = pick case.Reference
        Advantage = pick case.Advantage
        Mask = pick case.Mask
        Answer = pick case.Answer
        Reward = pick case.Reward
        Searches = pick case.Searches
        Sampled = pick case.Sampled
        Value = pick case.Value
        ValuesOld = pick case.ValuesOld
        Return = pick case.Return
        Truncated = pick case.Truncated
        Current = pick case.Current
        CurrentEntropy = pick case.CurrentEntropy
        Void = pick case.Void
    }

/// Reference policies that the objectives under test ask for.
let references = [ Reference.Initial; Reference.UpdatesAgo 2; Reference.MovingAverage 0.9 ]

let clock = { Step = 3; Steps = 5; Controls = Map.ofList [ "raised_decay_2", 2.0; "drift", 0.3 ] }

/// A trajectory with as many observation tokens as it has searches. Its actions are what an objective does not look at: masks here have gaps that no trajectory has.
let private trajectory reward voidTurns (observed: float) = {
    Trajectory.empty with
        Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
        Segments = [ Observation(Array.zeroCreate(int observed)) ]
        Reward = reward
        InvalidActions = voidTurns
}

let batch case : Batch =
    let numbers = case.Mask |> Array.map actionNumbers
    let mask = matrix case.Mask
    {
        Trajectories = Array.map3 trajectory case.Reward case.Void case.Searches
        LogProbOld = matrix case.Old
        LogProbSampled = matrix case.Sampled
        LogProbReference = references |> List.map(fun reference -> reference, matrix case.Reference) |> Map.ofList
        LogProbCurrent = Some(matrix case.Current)
        EntropyCurrent = Some(matrix case.CurrentEntropy)
        Advantage = (vector case.Advantage).unsqueeze(1L) * torch.ones_like mask
        ValuesOld = Some(matrix case.ValuesOld)
        Returns = Some(matrix case.Return)
        Mask = mask
        Action = torch.tensor(Array.concat numbers, ReadOnlySpan [| int64 numbers.Length; int64 numbers[0].Length |])
        Answer = matrix case.Answer
        Reward = vector case.Reward
        Searches = vector case.Searches
        Truncated = vector case.Truncated
        Clock = clock
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
    let near (rows: float[][]) name by = table name (fun u -> by * (2.0 * u - 1.0)) |> Array.map2 (Array.map2 (+)) rows
    let returns = table "return" id
    {
        Old = old
        LogProb = near old "move" 0.4
        Reference = table "reference" (fun u -> log(0.05 + 0.9 * u))
        Advantage = rewards |> Array.chunkBySize size |> Array.collect(Baseline.standardise Deviation.sample)
        Mask = mask
        Answer = Array.map2 (Array.map2(fun m u -> if m > 0.0 && u < 0.3 then 1.0 else 0.0)) mask (table "answer" id)
        Reward = rewards
        Searches = Array.init responses (fun r -> floor(4.0 * uniform "searches" r))
        Sampled = near old "sampler" 0.5
        Value = near returns "value" 1.0
        ValuesOld = near returns "old value" 0.5
        Return = returns
        Truncated = Array.init responses (fun r -> if uniform "truncated" r < 0.2 then 1.0 else 0.0)
        Current = near old "current" 0.4
        CurrentEntropy = table "current entropy" (fun u -> 2.0 * u)
        Void = Array.init responses (fun r -> if uniform "void" r < 0.3 then 1 else 0)
    }

let private forwardAt case logProb : Forward = {
    LogProb = logProb
    Entropy = torch.full_like(logProb, Tensors.scalar 0.7)
    Values = Some(matrix case.Value)
    Observations = Some(matrix(case.Mask |> Array.mapi(fun r row -> row[..2] |> Array.mapi(fun k _ -> -1.0 - float k - case.Reward[r]))))
}

/// Value, gradient with respect to log-probabilities, and all gradients of an objective on a case.
let gradients (objective: Objective) case =
    let whole = batch case
    let gradients = Objective.differentiate objective (objective.Loss whole) whole (forwardAt case (matrix case.LogProb))
    gradients.Value, toRows gradients.LogProb, gradients

let differentiate objective case =
    let value, gradient, _ = gradients objective case
    value, gradient

/// The gradients of a part of a case's rows, judged as a part of the whole.
let ofPart (objective: Objective) case rows =
    use scope = torch.NewDisposeScope()
    let whole = batch case
    let index = torch.tensor(Array.map int64 rows)
    let here (t: torch.Tensor) = t.index_select(0L, index)
    let forward = forwardAt case (matrix case.LogProb)
    let part = {
        LogProb = here forward.LogProb
        Entropy = here forward.Entropy
        Values = Option.map here forward.Values
        Observations = Option.map here forward.Observations
    }
    let gradients = Objective.differentiate objective (objective.Loss whole) (Batch.select rows whole) part
    { gradients with LogProb = scope.MoveToOuter gradients.LogProb }

let private clip = Clip.asymmetric 0.2 0.28

let private aggregations = [ TokenMean; SequenceMeanTokenMean; SequenceMeanTokenSum; SequenceSumOver 64.0 ]

/// A dual variable that keeps the policy near the one that sampled.
let drift = { Name = "drift"; Metric = "actor/ppo_kl"; Limit = 0.01; Rate = 5.0; Start = 0.1 }

/// An entropy to be kept.
let target = { Target = 0.5; Delta = 0.1; Start = 0.2; Most = 0.3 }

/// Masks around the surrogates that they are for; each is in force on some of the random cases.
let private masked = [
    for surrogate in [ Surrogate.clipped clip; Surrogate.gspo clip; Surrogate.sapo ] do
        Masks.geometric 0.9 1.1 surrogate
        Masks.withoutVoidTurns surrogate
        Masks.offPolicy 0.05 surrogate
    Masks.highEntropy 0.2 (Surrogate.clipped clip)
    Covariance.clip { Share = 0.1; Least = 0.1; Largest = 5.0 } (Surrogate.clipped clip)
    Masks.offPolicy 0.05 (Masks.highEntropy 0.5 (Importance.correct (Truncated 2.0) (Surrogate.clipped clip)))
    for estimator in [ Abs; K2 ] do
        Covariance.kl estimator 0.1
]

/// Objectives whose value is a function of the current log-probabilities with the gradient that it seems to have.
let differentiable = [
    for aggregation in aggregations do
        Surrogate.clippedOver aggregation clip
        Surrogate.dualClippedOver aggregation clip 1.5
        Surrogate.reinforceOver aggregation
        Surrogate.sapoOver aggregation { Positive = 1.0; Negative = 1.05 }
    Surrogate.gspo clip
    Surrogate.gmpo 0.2
    Importance.correct (Truncated 1.2) (Surrogate.clipped clip)
    Importance.correct (Masked(0.8, 1.3)) (Surrogate.clipped clip)
    for estimator in [ K1; K2; K3; Abs ] do
        for reference in Reference.Sampling :: references do
            Kl.toward reference estimator
    Surrogate.negativeLogLikelihood
    Objective.withoutTruncated(Surrogate.clipped clip)
    for gate in [ Gate.Token; Gate.Action; Gate.Segment; Gate.Response ] do
        for normaliser in [ Normaliser.AllTokens; Normaliser.PreservedTokens; Normaliser.PerResponse ] do
            for weight in [ AnswerWeight.Fixed 0.25; AnswerWeight.Paper; AnswerWeight.Released ] do
                Llds.penalty { Llds.overAllTokens with Gate = gate; Normaliser = normaliser; AnswerWeight = weight }
    for preserve in [ Preserve.NonNegative; Preserve.Positive; Preserve.Correct ] do
        for reference in references do
            Llds.penalty { Llds.overAllTokens with Preserve = preserve; Reference = reference; Threshold = 0.1 }
    ValueLoss.clipped 0.3
    for recipe in
        [
            Recipes.grpo
            Recipes.searchR1
            Recipes.drGrpo 64.0
            Recipes.dapo
            Recipes.gspo
            Recipes.rloo
            Recipes.reinforcePlusPlus
            Recipes.ppo
            Recipes.llds
            Recipes.lldsReleased
            Recipes.lldsMa
            Recipes.gspoLlds
        ] do
        recipe.Objective
    Coefficient.raisedAt Phase.Decay 2.0 (Coefficient.linear 0.1 0.5) * Llds.penalty Llds.paper
    Coefficient.dualAscent drift * Kl.toReference K3
    Surrogate.luspo clip
    0.1 * Observations.crossEntropy
    yield! masked
    Recipes.grpo.Objective + Coefficient.entropyTarget target * Kl.toReference K2
]

/// Every objective of the library under test.
let objectives =
    differentiable
    @ [
        for aggregation in aggregations do
            Surrogate.gspoOver aggregation clip
            Surrogate.cispoOver aggregation 1.1
            Surrogate.dppoOver aggregation { Low = 0.1; High = 0.1; Cap = 1.2 }
            Surrogate.vespoOver aggregation { Praised = { Power = 2.0; Decay = 3.0 }; Blamed = { Power = 3.0; Decay = 2.0 } }
        Importance.correct (Masked(0.8, 1.3)) (Surrogate.gspo clip)
        Kl.toReference K3WithGradientOfK2
        Entropy.bonus
        Coefficient.entropyTarget target * Entropy.bonus
        Masks.highEntropy 0.2 (Surrogate.gspoOver SequenceMeanTokenMean clip)
        Surrogate.vespo
        Objective.zero
        Recipes.cispo.Objective
    ]

/// Checks a law on many seeds.
let forSeeds count (law: Seed -> unit) =
    for k in 1..count do
        try
            Tensors.released(fun () -> law(Seed.ofInt k))
        with error ->
            raise(exn($"seed {k}: {error.Message}", error))
