namespace Levee.Training.Learning

open System
open Levee
open Levee.Algorithms.Objectives

/// A run ends once a metric has been beyond a bound for some steps in a row.
type StopRule = {
    /// The metric's name, as in `metrics.jsonl`.
    Metric: string
    /// True for a run that ends above the bound, false for one that ends below it.
    Above: bool
    Bound: float
    /// Measurements in a row; at least 1. Steps at which the metric was not measured do not count.
    Steps: int
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module StopRule =
    /// Ends a run whose metric has been above a bound for so many measurements.
    let above metric bound steps = { Metric = metric; Above = true; Bound = bound; Steps = steps }

    /// Ends a run whose metric has been below a bound for so many measurements.
    let below metric bound steps = { above metric bound steps with Above = false }

    /// Raises `ArgumentException` naming the setting and the remedy.
    let validate rule =
        Setting.demand (rule.Steps >= 1) $"The stop rule on {rule.Metric} counts {rule.Steps} steps: give 1 or more."
        Setting.demand (not(Double.IsNaN rule.Bound)) $"The stop rule on {rule.Metric} has no bound: give a number."

    /// The number of measurements in a row that have been beyond the bound, given their number before this step.
    let observe rule before (metrics: Map<string, float>) =
        match Map.tryFind rule.Metric metrics with
        | None -> before
        | Some value when
            (if rule.Above then
                 value > rule.Bound
             else
                 value < rule.Bound)
            ->
            before + 1
        | Some _ -> 0

    /// True when a count ends the run.
    let isMet rule count = count >= rule.Steps
