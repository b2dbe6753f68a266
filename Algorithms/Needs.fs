namespace Levee.Algorithms

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
    /// A coefficient that follows `Clock.Alarm`.
    | PhaseAlarm
