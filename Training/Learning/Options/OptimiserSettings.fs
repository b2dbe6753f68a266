namespace Levee.Training.Learning

open Levee

/// The step that an update takes along its gradient.
type OptimiserSettings = {
    /// The policy's learning rate.
    Schedule: Schedule
    /// The critic's learning rate, where the recipe has a critic.
    CriticSchedule: Schedule
    AdamW: AdamW
    /// The norm that longer gradients are cut back to.
    ClipNorm: float
}

[<RequireQualifiedAccess>]
module OptimiserSettings =
    /// AdamW at a learning rate of 3e-4, the critic's at 1e-3, both risen over the first 6% of the steps; gradients cut back to a norm of 1.
    let defaults = {
        Schedule = { Peak = 3e-4; WarmUp = 0.06; Decay = Constant }
        CriticSchedule = { Peak = 1e-3; WarmUp = 0.06; Decay = Constant }
        AdamW = Optimiser.adamW
        ClipNorm = 1.0
    }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate (optimiser: OptimiserSettings) =
        Schedule.validate "" optimiser.Schedule
        Schedule.validate "critic " optimiser.CriticSchedule
        Setting.positive "clipNorm" optimiser.ClipNorm
