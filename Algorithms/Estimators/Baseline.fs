namespace Levee.Algorithms.Estimators

/// Pure functions from the rewards of one question's trajectories to one number for each: same length in and out, empty for empty. They give exact zeros for
/// rewards that do not `differ` (but for a single reward where a function says so), and where they would divide by nothing. All raise `ArgumentException`
/// that names the first reward that is no finite number.
[<RequireQualifiedAccess>]
module Baseline =
    /// Advantages of rewards that differ. Rewards that do not differ give zeros, but a reward that stands alone gives `alone` of it.
    let private compared (alone: float -> float) (advantages: float[] -> float[]) rewards =
        Deviation.demandFinite rewards
        if Deviation.differ rewards then advantages rewards
        elif rewards.Length = 1 then Array.map alone rewards
        else Array.map (fun _ -> 0.0) rewards

    let private none _ = 0.0

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
        |> compared (Deviation.over(1.0 + deviation.Epsilon)) (fun rewards ->
            let mean, spread = Deviation.momentsOf deviation rewards
            rewards |> Array.map(fun r -> Deviation.over (spread + deviation.Epsilon) (r - mean)))

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
            rewards |> Array.map(fun r -> Deviation.over mean (r - mean)))

    /// Best less second best for the best, 0 for all others: the leave-one-out estimator of pass@k, k the group's size (verl's `grpo_passk`). Of
    /// several that are best none gains; one alone gives 0.
    let bestOverSecond rewards =
        rewards
        |> compared none (fun rewards ->
            let ordered = Array.sortDescending rewards
            rewards |> Array.map(fun r -> if r = ordered[0] then ordered[0] - ordered[1] else 0.0))
