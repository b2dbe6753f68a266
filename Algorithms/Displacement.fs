namespace Levee

/// Lazy likelihood displacement: what became of the likelihood of sampled responses.
[<RequireQualifiedAccess>]
module Displacement =
    /// A response's mean log-probability per action token under the policy that sampled it, in nats; `None` when it wrote nothing.
    let logLikelihood trajectory =
        match Batching.actions trajectory |> List.map snd |> Array.concat with
        | [||] -> None
        | logProbs -> Some(logProbs |> Array.averageBy float)

    /// The mean of `logLikelihood` over the trajectories that `select` accepts; `None` when there are none.
    let meanLogLikelihood select trajectories =
        match trajectories |> Array.filter select |> Array.choose logLikelihood with
        | [||] -> None
        | values -> Some(Array.average values)

    /// Whether a response counts as correct: a positive outcome reward.
    let isCorrect (trajectory: Trajectory) = trajectory.Reward > 0.0
