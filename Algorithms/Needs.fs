namespace Levee.Algorithms

open Levee

/// A policy other than the one being trained, under which a batch's tokens are scored besides.
[<RequireQualifiedAccess>]
type Reference =
    /// The policy that sampled the batch: pi_old.
    | Sampling
    /// The policy as it was before training: the reference policy of a KL.
    | Initial
    /// The policy as it was so many updates ago, at least 1; the initial one while there were fewer.
    | UpdatesAgo of updates: int
    /// The exponential moving average of the weights over updates; each update keeps the share `decay` of it, in (0, 1).
    | MovingAverage of decay: float
    /// The policy in a folder, which never changes: a teacher. Its tokens must be those of the policy being trained; its sizes may be others.
    | Folder of folder: string

/// A thing that an objective or an estimator needs besides the trajectories themselves.
type Need =
    /// Log-probabilities under a reference policy.
    | ReferencePolicy of Reference
    /// Gradient through `Forward.Entropy`.
    | EntropyGradient
    /// A critic: its values, and for an objective their gradient.
    | CriticValues
    /// `Batch.LogProbOld` computed by the trainer instead of taken from the sampler.
    | TrainerLogProbs
    /// `Batch.LogProbCurrent` and `Batch.EntropyCurrent`: for an objective that must know of the whole mini-batch what the policy says of it now.
    | CurrentScores
    /// `Forward.Observations`, and their gradient.
    | ObservationScores
    /// `Rollouts.SquaredProbabilities`, for an estimator.
    | SquaredProbabilities
    /// `Rollouts.Alignment`, for an estimator.
    | HiddenAlignment
    /// A controller, moved from step to step; its value is in `Clock.Controls`.
    | Controlled of Controller

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Need =
    /// The controllers among needs, by name. Raises `ArgumentException` where two that are not the same have one name.
    let controllers (needs: Set<Need>) =
        let all =
            needs
            |> Seq.choose(function
                | Controlled controller -> Some controller
                | _ -> None)
            |> List.ofSeq
        for name, same in all |> List.groupBy _.Name do
            if same.Length > 1 then
                Setting.refuse
                    $"{same.Length} different controllers are named '{name}', which would share a state: give each a name of its own, or make one and use it in both places."
        all
