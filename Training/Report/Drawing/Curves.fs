namespace Levee.Training.Report.Drawing

open Levee.Training.Records
open Levee.Training.Studies

/// A metric of an arm over training.
type Curve = {
    /// Over the seeds measured at each step, where at least half of the arm's seeds were; a running mean if smoothed.
    Mean: (float * float)[]
    /// (step, mean less standard deviation, mean plus standard deviation); empty for a single seed.
    Band: (float * float * float)[]
    /// The seeds, smoothed as the mean is; of a single seed, what was measured at each step.
    Seeds: (float * float)[] list
}

/// Turns metric lines into curves. Pure.
[<RequireQualifiedAccess>]
module Curves =
    let private floated points = points |> Array.map(fun (step: int, value: float) -> float step, value)

    /// The running mean at every step from the first measured one on; at a step without a value it stays as it was, for at most a
    /// window, so that the mean over seeds does not jump where one seed has a gap.
    let private smoothed window metric (lines: MetricLine[]) =
        let means = Statistics.runningMean window (Summary.series metric lines)
        let carry (last: (int * float) option) step =
            match last with
            | Some(measured, mean) when step - measured < window -> Some(step, mean)
            | _ -> None
        let known = dict means
        lines
        |> Array.mapFold
            (fun last line ->
                let last =
                    if known.ContainsKey line.Step then
                        Some(line.Step, known[line.Step])
                    else
                        last
                carry last line.Step, last)
            None
        |> fst
        |> Array.choose id

    /// The curve of means with what spreads around them, by what the horizontal axis counts.
    let ofSpreads (over: (float * Spread)[]) = {
        Mean = over |> Array.map(fun (x, spread) -> x, spread.Mean)
        Band =
            over
            |> Array.choose(fun (x, spread) ->
                spread.Deviation |> Option.map(fun deviation -> x, spread.Mean - deviation, spread.Mean + deviation))
        Seeds = []
    }

    /// The curve of a metric over runs of one arm; `window` 1 leaves it unsmoothed.
    let ofMetric (window: int) (metric: string) (runs: MetricLine[] list) =
        let measured = runs |> List.filter(Summary.series metric >> Array.isEmpty >> not)
        let smooth = measured |> List.map(smoothed window metric)
        match measured, smooth with
        | [ only ], [ mean ] -> {
            Mean = floated mean
            Band = [||]
            Seeds =
                if window > 1 then
                    [ floated(Summary.series metric only) ]
                else
                    []
          }
        | _ ->
            let over =
                smooth
                |> Seq.collect id
                |> Seq.groupBy fst
                |> Seq.sortBy fst
                |> Seq.choose(fun (step, values) -> Statistics.spread(Seq.map snd values) |> Option.map(fun spread -> float step, spread))
                |> Seq.filter(fun (_, spread) -> 2 * spread.Count >= measured.Length)
                |> Array.ofSeq
            { ofSpreads over with Seeds = smooth |> List.map floated }

    /// The stretches over which a metric that names a stage, from 0 to below `count`, stays the same: first step, step at which the next
    /// begins (of the last: the last step), stage.
    let stages count (metric: string) (lines: MetricLine[]) =
        let points =
            Summary.series metric lines
            |> Array.map(fun (step, value) -> step, int value)
            |> Array.filter(fun (_, stage) -> stage >= 0 && stage < count)
        let begins i = i = 0 || snd points[i - 1] <> snd points[i]
        let starts = [
            for i, point in Array.indexed points do
                if begins i then
                    point
        ]
        let ends = starts |> List.map fst |> List.skip(min 1 starts.Length)
        let last = points |> Array.tryLast |> Option.map fst |> Option.toList
        List.map2 (fun (step, stage) next -> step, next, stage) starts (ends @ last)
