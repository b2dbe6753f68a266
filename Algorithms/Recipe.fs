namespace Levee.Algorithms

open Levee
open Levee.Algorithms.Estimators
open Levee.Algorithms.Objectives

/// A way to train: how advantages are estimated, what is minimised, and which groups are trained on.
type Recipe = {
    Estimator: Estimator
    Objective: Objective
    /// Dynamic sampling (DAPO, arXiv 2503.14476, section 3.2): groups without signal (`Judgement.hasSignal`) are dropped and other questions sampled in
    /// their place, in at most so many rounds of sampling a step. None keeps every group.
    SamplingRounds: int option
} with

    /// Adds a term to the recipe's objective.
    static member (+)(recipe: Recipe, objective: Objective) = { recipe with Objective = recipe.Objective + objective }

/// Making recipes from parts.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Recipe =
    /// An estimator and an objective, on all groups.
    let create estimator objective = { Estimator = estimator; Objective = objective; SamplingRounds = None }

    /// A recipe in one line, from the formulas of its parts and its rounds of dynamic sampling.
    let line (objective: string) (advantage: string) (samplingRounds: int option) =
        let sampling = samplingRounds |> Option.map(fun rounds -> $", dynamic sampling in {rounds} rounds") |> Option.defaultValue ""
        $"{objective}, advantage {advantage}{sampling}"

    /// The recipe in one line.
    let formula recipe = line recipe.Objective.Formula recipe.Estimator.Formula recipe.SamplingRounds

    /// The needs that a trainer must meet.
    let needs recipe = recipe.Estimator.Needs + recipe.Objective.Needs

    /// Raises `ArgumentException` that says which parts do not fit and what would.
    let validate recipe =
        match recipe.Estimator.Needs.Contains CriticValues, recipe.Objective.Needs.Contains CriticValues with
        | true, false ->
            Setting.refuse
                $"The estimator {recipe.Estimator.Formula} uses a critic that the objective {recipe.Objective.Formula} does not teach: add Value.clipped 0.5 to it."
        | false, true ->
            Setting.refuse
                $"The objective {recipe.Objective.Formula} teaches a critic, but the estimator {recipe.Estimator.Formula} gives no returns to learn: take Advantage.gae."
        | _ -> ()
        match recipe.SamplingRounds with
        | Some rounds when rounds < 1 ->
            Setting.refuse $"Dynamic sampling in {rounds} rounds is out of range: give 1 or more, or None to keep every group."
        | _ -> ()
