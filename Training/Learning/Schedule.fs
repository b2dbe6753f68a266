namespace Levee.Training.Learning

open System
open Levee

/// The course of the learning rate once it is warm.
type Decay =
    /// The rate stays.
    | Constant
    /// The rate falls along half a cosine to this share of its peak at the last step.
    | Cosine of floor: float

/// The learning rate over a run's steps.
type Schedule = {
    /// Learning rate after the warm-up; above 0.
    Peak: float
    /// Share of all steps over which the rate rises linearly from zero; 0 to 1.
    WarmUp: float
    Decay: Decay
}

[<RequireQualifiedAccess>]
module Schedule =
    /// The learning rate of step `step` (0-based) of `steps`.
    let at schedule steps step =
        let rise = min 1.0 (float(step + 1) / max 1.0 (schedule.WarmUp * float steps))
        let fall =
            match schedule.Decay with
            | Constant -> 1.0
            | Cosine floor -> floor + (1.0 - floor) * 0.5 * (1.0 + cos(Math.PI * float step / float(max 1 steps)))
        schedule.Peak * rise * fall

    /// Raises `ArgumentException` that says which setting is out of range and what would do; `prefix` tells whose learning rate it is.
    let validate prefix (schedule: Schedule) =
        Setting.positive $"{prefix}learningRate" schedule.Peak
        Setting.within 0.0 1.0 "a share of all steps" $"{prefix}warmUp" schedule.WarmUp
