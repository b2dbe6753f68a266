namespace Levee.Training.Measuring

open System
open System.Text
open Levee.Algorithms
open Levee.Algorithms.Objectives
open Levee.Policies
open Levee.Training.Learning
open Levee.Training.Records

/// Displacement on demand: what one update would do to a policy's correct responses, and which trajectories are to blame.
[<RequireQualifiedAccess>]
module Diagnosis =
    /// The per-sample measure (arXiv 2512.04220, Eq. 3) of a policy for the first training questions of a plan's task: one update by the plan's recipe at
    /// the learning rate's peak, each from the policy's own weights, which are as they were at the end. Questions that the policy answers always right or
    /// always wrong have none.
    let perSample (plan: RunPlan) (probe: PerSampleOptions) cancellation (policy: Policy) =
        TrainingOptions.validate plan.Options
        Recipe.validate plan.Recipe
        let learner = Learner.start plan.Options (Recipe.needs plan.Recipe) policy
        let trial = {
            Options = plan.Options
            Recipe = plan.Recipe
            Rates = {
                PolicyRate = plan.Options.Optimiser.Schedule.Peak
                CriticRate = plan.Options.Optimiser.CriticSchedule.Peak
            }
            Clock = Clock.single
            Probe = probe
        }
        try
            PerSample.run trial plan.Task plan.Seed cancellation learner
        finally
            Learner.dispose learner

    /// Explains a measurement by its correct trajectory that fell most: the trajectories that pull each action down, worst first, and then in full (arXiv 2512.04220,
    /// Theorem A.1). The policy is the one that was measured.
    let explain temperature (policy: Policy) (measured: PerSampleChange) =
        let index = measured.Changes |> Array.minBy snd |> fst
        Influence.onTrajectory temperature policy measured.Group measured.Advantages index
        |> Readable.influences policy.Tokenizer measured.Group index

    let private width = 30

    let private drawn largest change =
        let cells = int(round(float width * abs change / largest))
        let blocks = String('#', cells)
        if change < 0.0 then
            blocks.PadLeft width + "|" + String(' ', width)
        else
            String(' ', width) + "|" + blocks.PadRight width

    /// The measurements drawn as bars in text, most displaced first, with the share of them below zero.
    let draw (bars: PerSampleChange[]) =
        let text = StringBuilder()
        let sorted = bars |> Array.sortBy _.Change
        let largest = bars |> Array.fold (fun most bar -> max most (abs bar.Change)) 1e-12
        for bar in sorted do
            text.AppendLine $"%8.3f{bar.Change} {drawn largest bar.Change} {bar.Correct}+ {bar.Incorrect}-  {bar.Question.Text}"
            |> ignore
        let below = sorted |> Array.filter(fun bar -> bar.Change < 0.0) |> Array.length
        text.AppendLine $"{below} of {bars.Length} below zero: one update on the question makes its own correct responses less likely."
        |> ignore
        text.ToString()
