namespace Levee

/// Advantage estimators: pure functions from the trajectories of one question to one number each.
[<RequireQualifiedAccess>]
module Advantage =
    /// Group-relative advantage from rewards: (r - mean) / (std + 1e-6) with the unbiased standard deviation, as the released
    /// Search-R1 has it. A group of one keeps its reward (mean 0, std 1); equal rewards give zeros. Same length as `rewards`.
    /// Source: Shao et al. 2024 (arXiv 2402.03300), section 4.1.2; arXiv 2512.04220, Eq. 1.
    let groupRelative (rewards: float[]) : Advantages =
        let n = float rewards.Length
        let mean, deviation =
            if rewards.Length = 1 then
                0.0, 1.0
            else
                let mean = Array.average rewards
                mean, sqrt((rewards |> Array.sumBy(fun r -> (r - mean) * (r - mean))) / (n - 1.0))
        rewards |> Array.map(fun r -> (r - mean) / (deviation + 1e-6))

    /// GRPO's advantage of each trajectory of a group: `groupRelative` of the rewards.
    let grpo: Estimator = Array.map(fun (t: Trajectory) -> t.Reward) >> groupRelative
