namespace Levee.Report

open Levee

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

            {
                Mean = over |> Array.map(fun (step, spread) -> step, spread.Mean)
                Band =
                    over
                    |> Array.choose(fun (step, spread) ->
                        spread.Deviation |> Option.map(fun deviation -> step, spread.Mean - deviation, spread.Mean + deviation))
                Seeds = smooth |> List.map floated
            }
