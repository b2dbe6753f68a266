namespace Levee.Training.Learning

open Levee
open Levee.Algorithms
open Levee.Training.Tasks

/// The parts of a run that never change while it trains.
type RunPlan = {
    Task: LearningTask
    Recipe: Recipe
    Options: TrainingOptions
    /// The seed that everything random derives from.
    Seed: Seed
}
