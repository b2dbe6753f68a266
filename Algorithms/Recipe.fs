namespace Levee.Algorithms

open Levee
open Levee.Algorithms.Estimators
open Levee.Algorithms.Formulas
open Levee.Algorithms.Objectives

/// A way to train: how advantages are estimated, what is minimised, and which groups are trained on.
type Recipe = {
    Estimator: Estimator
    Objective: Objective
    /// Which of a step's groups are trained on.
    Groups: GroupChoice
} with

    /// Adds a term to the recipe's objective.
    static member (+)(recipe: Recipe, objective: Objective) = { recipe with Objective = recipe.Objective + objective }

/// Making recipes from parts.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Recipe =
    /// An estimator and an objective, on all groups.
    let create estimator objective = { Estimator = estimator; Objective = objective; Groups = GroupChoice.all }

    /// A recipe in one line, from the formulas of its parts; the choice of groups is told where it is not all of them.
    let line (objective: string) (advantage: string) (groups: Term) =
        let choice =
            match groups with
            | Term.Call("all", []) -> ""
            | Term.Call("dynamicSampling", [ _, Term.Number rounds ]) -> $", dynamic sampling in {rounds} rounds"
            | other -> $", groups {Term.text other}"
        $"{objective}, advantage {advantage}{choice}"

    /// The recipe in one line.
    let formula recipe = line recipe.Objective.Formula recipe.Estimator.Formula recipe.Groups.Term

    /// The needs that a trainer must meet.
    let needs recipe = recipe.Estimator.Needs + recipe.Objective.Needs

    /// The controllers of the recipe's coefficients, by name. Raises `ArgumentException` where two that are not the same have one name.
    let controllers recipe = needs recipe |> Need.controllers

    /// Raises `ArgumentException` that says which parts do not fit and what would.
    let validate recipe =
        match recipe.Estimator.Needs.Contains CriticValues, recipe.Objective.Needs.Contains CriticValues with
        | true, false ->
            Setting.refuse
                $"The estimator {recipe.Estimator.Formula} uses a critic that the objective {recipe.Objective.Formula} does not teach: add ValueLoss.clipped 0.5 to it."
        | false, true ->
            Setting.refuse
                $"The objective {recipe.Objective.Formula} teaches a critic, but the estimator {recipe.Estimator.Formula} gives no returns to learn: take Advantage.gae."
        | _ -> ()
        controllers recipe |> ignore
        GroupChoice.validate recipe.Groups
