namespace Levee.Training.Measuring

open Levee
open Levee.Algorithms.Diagnosis
open Levee.Algorithms.Estimators
open Levee.Algorithms.Objectives
open Levee.Training.Learning
open Levee.Training.Records
open TorchSharp

/// The metrics of one step, by name (verl's where it has one, else TRL's, else ours under `lld/` and `llds/`); `None` where there was nothing to measure.
[<RequireQualifiedAccess>]
module StepMetrics =
    let private mean values =
        match values with
        | [] -> None
        | values -> Some(List.average values)

    let private share (isSo: 'a -> bool) items = items |> List.map(fun item -> if isSo item then 1.0 else 0.0) |> mean

    /// The metrics of all that a step sampled.
    let ofRollouts (groups: Group[]) =
        let trajectories = Array.concat groups |> List.ofArray
        let judged = trajectories |> List.filter Judgement.isJudged
        let ended reason = trajectories |> share(fun t -> t.End = reason)
        let over (value: Trajectory -> float) = trajectories |> List.map value |> mean
        let lengthOf select = judged |> List.filter select |> List.map(Trajectory.actionTokens >> float) |> mean
        let extreme choose (value: Trajectory -> float) = trajectories |> List.map value |> choose |> Some
        let failed (search: SearchCall) = if search.Failure.IsSome then 1.0 else 0.0
        [
            MetricName.reward, judged |> List.map _.Reward |> mean
            MetricName.unjudged, Some(float(trajectories.Length - judged.Length))
            MetricName.responseLength, over(Trajectory.actionTokens >> float)
            MetricName.correctLength, lengthOf Trajectory.isCorrect
            MetricName.incorrectLength, lengthOf(Trajectory.isCorrect >> not)
            "response_length/max", extreme List.max (Trajectory.actionTokens >> float)
            "response_length/min", extreme List.min (Trajectory.actionTokens >> float)
            MetricName.truncated, trajectories |> share Trajectory.isTruncated
            MetricName.truncatedByTurn, ended TurnTokenLimit
            MetricName.truncatedByContext, ended LengthLimit
            MetricName.validSearches, over(fun t -> float t.Searches.Length)
            MetricName.invalidActions, over(fun t -> float t.InvalidActions)
            "env/finish_ratio", trajectories |> share _.Answer.IsSome
            "env/failed_searches", over(fun t -> t.Searches |> List.sumBy failed)
            MetricName.noSignal, groups |> List.ofArray |> share(Judgement.hasSignal >> not)
        ]

    /// The metrics of the groups trained on, with their log-probabilities after the updates where those were measured.
    let ofDisplacement groups after = Displacement.measure groups after |> List.map(fun (name, value) -> name, Some value)

    /// The advantages that a step's updates learn from, over its action tokens.
    let ofAdvantages (batch: Batch) =
        use _ = torch.NewDisposeScope()
        let advantages = Tensors.keep batch.Mask batch.Advantage
        let total = advantages.abs().sum().ToDouble()
        let negative = -advantages.clamp_max(Tensors.scalar 0.0).sum().ToDouble()
        let tokens = batch.Mask.sum().ToDouble()
        [
            MetricName.advantage,
            (if tokens > 0.0 then
                 Some(advantages.sum().ToDouble() / tokens)
             else
                 None)
            MetricName.negativeMass, (if total > 0.0 then Some(negative / total) else None)
        ]

    /// The metrics of a step's updates. Entropy is that of the first one: of the policy that sampled. A skipped update counts for `updatesSkipped` alone.
    let ofUpdates (reports: UpdateReport list) =
        let applied = reports |> List.filter _.Applied
        let mismatch = applied |> List.choose _.Mismatch
        let largest values = values |> List.map Some |> List.fold max None
        let measured =
            applied
            |> List.collect _.Metrics
            |> List.groupBy fst
            |> List.map(fun (name, values) -> name, values |> List.map snd |> mean)
        [
            MetricName.entropy, applied |> List.tryHead |> Option.map _.Entropy
            MetricName.gradientNorm, applied |> List.map _.GradientNorm |> mean
            MetricName.gradientNormMax, applied |> List.map _.GradientNorm |> largest
            "critic/grad_norm", applied |> List.choose _.CriticGradientNorm |> mean
            MetricName.ratioMax, applied |> List.map _.LargestRatio |> largest
            MetricName.updatesSkipped, Some(float(reports.Length - applied.Length))
            "training/rollout_probs_diff_mean", mismatch |> List.map _.MeanDifference |> mean
            "training/rollout_probs_diff_max", mismatch |> List.map _.LargestDifference |> largest
            "rollout_corr/kl", mismatch |> List.map _.Kl |> mean
        ]
        @ measured

    /// The metrics of the per-sample measure. Updates that were not finite are left out.
    let ofPerSample (bars: PerSampleChange[]) =
        let changes = bars |> Array.map _.Change |> Array.filter System.Double.IsFinite |> List.ofArray
        [
            MetricName.perSampleChange, mean changes
            MetricName.perSampleDisplaced, changes |> share(fun change -> change < 0.0)
        ]

    /// Seconds up to the end of sampling, of the updates, and of everything.
    let timing generated updated total groups =
        let written = Array.concat groups |> Array.sumBy(Trajectory.actionTokens >> float)
        [
            "timing_s/gen", Some generated
            "timing_s/update_actor", Some(updated - generated)
            "perf/throughput", Some(written / updated)
            MetricName.seconds, Some total
        ]
