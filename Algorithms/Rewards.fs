namespace Levee

open System

/// How rewards or advantages are brought to unit spread: (x - mean) / (standard deviation + Epsilon).
type Deviation = {
    /// Subtracted from the count in the variance's denominator: 1 unbiased (torch's default), 0 of the numbers themselves.
    Ddof: int
    /// Added to the standard deviation; at least 0.
    Epsilon: float
}

/// From the rewards of one question's trajectories to one number each: pure functions, same length in and out, empty for empty. Rewards that do not
/// `differ` give zeros, exactly, but for a reward alone where a function says so; and so does a division by nothing. All raise `ArgumentException`
/// that names the first reward that is no finite number.
[<RequireQualifiedAccess>]
module Rewards =
    /// Unbiased, + 1e-6, as the released Search-R1 and verl have it.
    let sample = { Ddof = 1; Epsilon = 1e-6 }

    /// Whether numbers differ: rewards that do not give no signal. Exact, without a tolerance: no mean is rounded on the way. False of one number and of none.
    let differ (rewards: float[]) = rewards.Length > 1 && rewards |> Array.exists((<>) rewards[0])

    /// As `moments`, of any numbers.
    let internal momentsOf deviation (numbers: float[]) =
        if numbers.Length = 0 then
            0.0, 1.0
        elif differ numbers then
            let mean = Array.average numbers
            match numbers.Length - deviation.Ddof with
            | free when free < 1 -> mean, 1.0
            | free -> mean, sqrt((numbers |> Array.sumBy(fun r -> (r - mean) * (r - mean))) / float free)
        else
            numbers[0], (if numbers.Length > deviation.Ddof then 0.0 else 1.0)

    let private demandFinite (rewards: float[]) =
        match rewards |> Array.tryFindIndex(Double.IsFinite >> not) with
        | Some index ->
            invalidArg
                (nameof rewards)
                $"Reward {index} of {rewards.Length} is {rewards[index]}, which is no reward: leave that trajectory out of its group, or mend the reward function."
        | None -> ()

    /// Mean and standard deviation; exactly the number itself and 0 of equal numbers. With no more numbers than `Ddof` the deviation is 1.
    let moments deviation rewards =
        demandFinite rewards
        momentsOf deviation rewards

    /// Advantages of rewards that differ; zeros of others, but `alone` of a reward that stands alone.
    let private compared (alone: float -> float) (advantages: float[] -> float[]) rewards =
        demandFinite rewards
        if differ rewards then advantages rewards
        elif rewards.Length = 1 then Array.map alone rewards
        else Array.map (fun _ -> 0.0) rewards

    let private none _ = 0.0

    /// x / divisor; 0 where there is nothing to divide by.
    let internal over divisor x = if divisor = 0.0 then 0.0 else x / divisor

    /// r - mean (Dr.GRPO: Liu et al. 2025, arXiv 2503.20783). One reward alone keeps its size, as released code has it.
    let centre rewards =
        rewards
        |> compared id (fun rewards ->
            let mean = Array.average rewards
            rewards |> Array.map(fun r -> r - mean))

    /// (r - mean) / (std + epsilon) (GRPO: Shao et al. 2024, arXiv 2402.03300, section 4.1.2; arXiv 2512.04220, Eq. 1). One reward alone is divided by
    /// 1 + epsilon, as released code has it.
    let standardise deviation rewards =
        rewards
        |> compared (over(1.0 + deviation.Epsilon)) (fun rewards ->
            let mean, spread = momentsOf deviation rewards
            rewards |> Array.map(fun r -> over (spread + deviation.Epsilon) (r - mean)))

    /// r - mean of the others (RLOO: Ahmadian et al. 2024, arXiv 2402.14740, section 2.3). One reward alone has no baseline and keeps its size.
    let leaveOneOut rewards =
        rewards
        |> compared id (fun rewards ->
            let sum = Array.sum rewards
            rewards |> Array.map(fun r -> r - (sum - r) / float(rewards.Length - 1)))

    /// r - sum(length x r) / sum(length): the baseline of least variance where a gradient's size grows with length (OPO: Hao et al. 2025, arXiv
    /// 2505.23585, Eq. 8). Without any length the plain mean is taken.
    let lengthWeighted (lengths: float[]) rewards =
        rewards
        |> compared none (fun rewards ->
            let baseline =
                match Array.sum lengths with
                | 0.0 -> Array.average rewards
                | total -> Array.sum(Array.map2 (*) lengths rewards) / total
            rewards |> Array.map(fun r -> r - baseline))

    /// (r - mean) / mean: the gradient estimator of maximum likelihood for rewards of 0 and 1 (MaxRL: Tajwar et al. 2026, arXiv 2602.02710). A mean of
    /// 0: zeros.
    let overMean rewards =
        rewards
        |> compared none (fun rewards ->
            let mean = Array.average rewards
            rewards |> Array.map(fun r -> over mean (r - mean)))

    /// Best less second best for the best, 0 for all others: the leave-one-out estimator of pass@k, k the group's size (verl's `grpo_passk`). Of
    /// several that are best none gains; one alone gives 0.
    let bestOverSecond rewards =
        rewards
        |> compared none (fun rewards ->
            let ordered = Array.sortDescending rewards
            rewards |> Array.map(fun r -> if r = ordered[0] then ordered[0] - ordered[1] else 0.0))
