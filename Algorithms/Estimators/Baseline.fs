namespace Levee.Algorithms.Estimators

/// From the rewards of one question's trajectories to one number each: pure functions, same length in and out, empty for empty.
[<RequireQualifiedAccess>]
module Baseline =
    /// The mean and deviation that a group is compared with: one trajectory has nothing to compare with, so its mean is 0 and its deviation 1.
    let private ofGroup deviation (rewards: float[]) =
        if rewards.Length = 1 then
            0.0, 1.0
        else
            Deviation.moments deviation rewards

    /// r - mean (Dr.GRPO: Liu et al. 2025, arXiv 2503.20783). One reward alone keeps its size, as released code has it.
    let centre rewards =
        let mean, _ = ofGroup Deviation.sample rewards
        rewards |> Array.map(fun r -> r - mean)

    /// (r - mean) / (std + epsilon) (GRPO: Shao et al. 2024, arXiv 2402.03300, section 4.1.2; arXiv 2512.04220, Eq. 1). One reward alone keeps its
    /// size (mean 0, std 1), as released code has it; equal rewards give zeros, also without an epsilon.
    let standardise deviation rewards =
        let mean, spread = ofGroup deviation rewards
        let scale = spread + deviation.Epsilon
        rewards |> Array.map(fun r -> if scale > 0.0 then (r - mean) / scale else 0.0)

    /// r - mean of the others (RLOO: Ahmadian et al. 2024, arXiv 2402.14740, section 2.3). One reward alone has no baseline and keeps its size.
    let leaveOneOut (rewards: float[]) =
        match rewards.Length with
        | 1 -> Array.copy rewards
        | n ->
            let sum = Array.sum rewards
            rewards |> Array.map(fun r -> r - (sum - r) / float(n - 1))

    /// r - sum(length x r) / sum(length): the baseline of least variance where a gradient's size grows with length (OPO: Hao et al. 2025, arXiv
    /// 2505.23585, Eq. 8). Without any length the plain mean is taken.
    let lengthWeighted (lengths: float[]) (rewards: float[]) =
        let baseline =
            match Array.sum lengths with
            | 0.0 -> fst(Deviation.moments Deviation.sample rewards)
            | total -> Array.sum(Array.map2 (*) lengths rewards) / total
        rewards |> Array.map(fun r -> r - baseline)

    /// (r - mean) / mean: the gradient estimator of maximum likelihood for rewards of 0 and 1 (MaxRL: Tajwar et al. 2026, arXiv 2602.02710). All
    /// rewards zero: zeros.
    let overMean rewards =
        match Deviation.moments Deviation.sample rewards with
        | 0.0, _ -> Array.map (fun _ -> 0.0) rewards
        | mean, _ -> rewards |> Array.map(fun r -> (r - mean) / mean)

    /// Best less second best for the best, 0 for all others: the leave-one-out estimator of pass@k, k the group's size (verl's `grpo_passk`). Of
    /// several that are best none gains; one alone gives 0.
    let bestOverSecond (rewards: float[]) =
        match Array.sortDescending rewards with
        | ordered when ordered.Length < 2 -> Array.map (fun _ -> 0.0) rewards
        | ordered -> rewards |> Array.map(fun r -> if r = ordered[0] then ordered[0] - ordered[1] else 0.0)

    /// Whether the rewards differ: a group of equal rewards gives no signal.
    let differ (rewards: float[]) = rewards |> Array.exists((<>) rewards[0])
