namespace Levee.Training.Report

open Levee.Training.Records
open Levee.Training.Report.Drawing
open Levee.Training.Studies

/// The pictures that tell displacement apart (arXiv 2512.04220, section 4): by action and role, by update, inside wrong responses, by
/// question. Pure.
[<RequireQualifiedAccess>]
module internal DisplacementCharts =
    open ChartParts

    // A late action that few responses have is measured too seldom for a line.
    let private actionsOf metric data = numbersOf 0.5 (MetricName.ofAction metric) data |> List.truncate 4

    // Behind the arms' tones, so that neither is taken for the other.
    let private toneAfterArms (data: ChartData) index = data.Arms.Length + index

    let private action number =
        view $"Action {number}" "nats per token" VerticalAxis.Fitted [
            shown "correct" (MetricName.ofAction MetricName.correct number)
            shown "incorrect" (MetricName.ofAction MetricName.incorrect number) |> dashed
        ]

    let private roles data =
        view "Correct responses by role" "nats per token" VerticalAxis.Fitted [
            for index, role in List.indexed [ "reasoning"; "search"; "answer" ] do
                MetricName.ofRole MetricName.correct role |> toned (toneAfterArms data index) role
        ]

    /// Log-likelihood of correct and incorrect responses action by action, and of correct ones by role.
    let parts data subjects =
        subjects
        |> columns
            "parts"
            "Log-likelihood by action and by role"
            "log-likelihood of correct and incorrect responses by action, and of correct responses by role, by training step"
            [
                for number in actionsOf MetricName.correct data do
                    ofArm data (action number)
                ofArm data (roles data)
            ]
        |> Option.map(fun figure -> { figure with PanelHeight = 104 })

    let private changes =
        view "Change of log-likelihood" "nats per token" VerticalAxis.FromZero [
            shown "correct" MetricName.changeCorrect
            shown "incorrect" MetricName.changeIncorrect |> dashed
            toned 6 "no signal" MetricName.changeNoSignal
        ]

    let private shares data =
        view "LLD share" "of correct responses, and of their actions" VerticalAxis.FromZero [
            shown "whole" MetricName.lldShare
            for index, number in List.indexed(actionsOf MetricName.lldShare data) do
                MetricName.ofAction MetricName.lldShare number |> toned (toneAfterArms data index) $"action {number}"
        ]

    let private ratios =
        view "Likelihood ratio" "quantiles over tokens" VerticalAxis.Spanning [
            shown "p99" (MetricName.likelihoodRatio "p99") |> dashed
            shown "p50" (MetricName.likelihoodRatio "p50")
            shown "p01" (MetricName.likelihoodRatio "p01") |> dashed
        ]

    /// The change that each step's updates made to the responses that it trained on.
    let changed data subjects =
        subjects
        |> columns
            "changed"
            "What a step's updates do to its own responses"
            "change of log-likelihood, share of correct responses displaced, and quantiles of the likelihood ratio, by training step"
            [ ofArm data changes; ofArm data (shares data); ofArm data ratios ]

    let private overlap =
        single "Right first search" "share of incorrect responses" MetricName.firstSearchOverlap VerticalAxis.FromZero true

    /// A run's mean of a metric over the steps that `within` takes, given its first and last.
    let private meanWithin within metric (lines: MetricLine[]) =
        let first, last = lines[0].Step, (Array.last lines).Step
        Summary.series metric lines
        |> Array.filter(fun (step, _) -> within first last step)
        |> Array.map snd
        |> Statistics.spread
        |> Option.map _.Mean

    /// Negative log-likelihood by number of searches, over the steps that `within` takes.
    let private bySearches (data: ChartData) counts within subject =
        let runs = runs data subject
        let spread count = runs |> List.choose(meanWithin within (MetricName.nllOfSearches count)) |> Statistics.spread
        counts
        |> List.choose(fun count -> spread count |> Option.map(fun spread -> float count, spread))
        |> Array.ofList
        |> Curves.ofSpreads

    let private nll (data: ChartData) =
        let counts = numbersOf 0.0 MetricName.nllOfSearches data
        let subjects = subjects data
        let early first _ step = step < first + data.Window
        let late _ last step = step > last - data.Window
        [
            for subject in subjects do
                bySearches data counts late subject |> trace (labelIn subjects subject) subject.Tone false
                { bySearches data counts early subject with Band = [||] } |> trace "" subject.Tone true
        ]
        |> panel "Negative log-likelihood" "nats per token, by number of searches" VerticalAxis.FromZero {
            Name = "searches"
            Range = 0.0, counts |> List.fold max 1 |> float
        }

    /// Right searches inside wrong responses, and likelihood by number of tool rounds.
    let wrong data =
        [ ofArms data overlap; nll data ]
        |> List.choose id
        |> overlaid "wrong" "Right first searches, and likelihood by number of searches" data

    /// The first, the middle and the last of some steps, ascending.
    let private representative (steps: int list) =
        match List.sort(List.distinct steps) with
        | [] -> []
        | steps -> [ steps.Head; steps[(steps.Length - 1) / 2]; List.last steps ] |> List.distinct

    let private barsOf (bars: PerSampleLine list) =
        bars
        |> List.choose(fun bar -> bar.Change |> Option.map(fun change -> change, bar))
        |> List.sortBy fst
        |> List.map(fun (change, bar) -> {
            Value = change
            Hint = $"{Numbers.signed change}: {bar.Question} (seed {bar.Run.Seed}, {bar.Correct} correct, {bar.Incorrect} incorrect)"
        })

    let private barPanel (bars: PerSampleLine list) (subject: Subject) step =
        let own = bars |> List.filter(fun bar -> bar.Run.Arm = subject.Arm.Arm && bar.Step = step)
        match PerSampleLines.displaced own with
        | _, 0 -> None
        | below, known ->
            Some {
                Title = $"{subject.Arm.Arm}, step {step}"
                Unit = $"{below} of {known} below zero, {round(100.0 * float below / float known)} %%"
                Axis = VerticalAxis.FromZero
                Content = Content.Bars(subject.Tone, barsOf own)
            }

    /// The per-sample measure: one row an arm, one column a step, a bar a question.
    let perSample (data: ChartData) =
        let bars = PerSampleLines.latest data.PerSample
        let steps = bars |> List.map _.Step |> representative
        [ for subject in subjects data -> steps |> List.map(barPanel bars subject) ]
        |> grid
            "per-sample"
            "Per-sample displacement"
            "One row an arm, one column a step, a bar a question: how much one update on it changes the log-likelihood of its correct responses."
