namespace Levee.Training.Learning

open Levee
open Levee.Policies.Weights

/// The updates that a step makes of its trajectories.
type UpdateSettings = {
    /// Questions whose trajectories one update learns from (verl's `ppo_mini_batch_size`), at most `BatchSize`. A pass makes one update for every
    /// so many of the step's questions, and shares the questions out among its updates evenly.
    MiniBatchSize: int
    /// Passes over a step's trajectories (verl's `ppo_epochs`, TRL's `num_iterations`).
    Epochs: int
    /// True when the first update after a rollout takes its own log-probabilities for the sampler's, which are the same but for rounding. Then the
    /// ratio is exactly 1 and LLDS exactly nothing there. Otherwise rounding alone opens LLDS's gates on about half of the tokens, whose gradient does
    /// not depend on how far they fell.
    ExactFirstUpdate: bool
    /// True when token embeddings stay as they are. In a small vocabulary of names, updates would otherwise push away every name that no rollout meets,
    /// and with it all that was learnt about copying it.
    FreezeEmbedding: bool
    /// Low-rank products that are trained beside the policy's weights, which then stay as they are; all weights are trained where there is none.
    Adapter: LoraOptions option
}

[<RequireQualifiedAccess>]
module UpdateSettings =
    /// 3 passes of updates on 4 questions each; all weights are trained.
    let defaults = { MiniBatchSize = 4; Epochs = 3; ExactFirstUpdate = true; FreezeEmbedding = false; Adapter = None }

    /// The number of updates that a pass over some questions makes; at least 1.
    let updates questions (update: UpdateSettings) = max 1 ((questions + update.MiniBatchSize - 1) / update.MiniBatchSize)

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate (update: UpdateSettings) =
        Setting.atLeast 1 "miniBatchSize" update.MiniBatchSize
        Setting.atLeast 1 "epochs" update.Epochs
        Option.iter LoraOptions.validate update.Adapter
