namespace Levee.Training.Learning

open Levee

/// The trajectories that a step samples.
type RolloutSettings = {
    /// Questions a step (verl's `train_batch_size`).
    BatchSize: int
    /// Trajectories sampled for each question (verl's `rollout.n`, TRL's `num_generations`); at least 2, since advantages are relative to the group.
    GroupSize: int
    /// The temperature that tokens are sampled and trained at, from 0.01 to 100: beyond, rounding of the logits decides what is learnt.
    Temperature: float
}

[<RequireQualifiedAccess>]
module RolloutSettings =
    /// 8 questions of 5 trajectories each, sampled from the policy's own distribution.
    let defaults = { BatchSize = 8; GroupSize = 5; Temperature = 1.0 }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate (rollout: RolloutSettings) =
        Setting.atLeast 1 "batchSize" rollout.BatchSize
        Setting.demand
            (rollout.GroupSize >= 2)
            $"groupSize {rollout.GroupSize} gives no advantage: GRPO compares a question's trajectories with one another, so give 2 or more."
        Setting.within 0.01 100.0 "the temperature to train with" "temperature" rollout.Temperature
