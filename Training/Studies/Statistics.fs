namespace Levee.Training.Studies

open System

/// Mean and spread of a quantity over runs.
type Spread = {
    Mean: float
    /// Standard deviation with n - 1 in the denominator; none for fewer than two values.
    Deviation: float option
    /// The number of values that went in; at least 1.
    Count: int
}

/// Two arms compared seed by seed.
type PairedDifference = {
    /// Mean over the common seeds of the second arm's value minus the first's.
    Mean: float
    /// Standard error of that mean; none for fewer than two pairs.
    StandardError: float option
    /// Number of common seeds; at least 1.
    Pairs: int
    /// Two-sided p-value of the sign-flip permutation test.
    P: float
    /// The smallest p-value that this number of pairs can give.
    SmallestP: float
}

/// The few statistics that a report needs.
[<RequireQualifiedAccess>]
module Statistics =
    /// Mean and spread; none for no values.
    let spread (values: float seq) =
        match Array.ofSeq values with
        | [||] -> None
        | values ->
            let mean = Array.average values
            let squares = values |> Array.sumBy(fun value -> (value - mean) ** 2.0)
            let deviation =
                if values.Length < 2 then
                    None
                else
                    Some(sqrt(squares / float(values.Length - 1)))
            Some { Mean = mean; Deviation = deviation; Count = values.Length }

    /// Trailing mean by step: for each (step, value), sorted by step, the mean of the values at the last `window` steps, that step
    /// included. Steps without a value do not count; the first means have fewer values than the window.
    let runningMean (window: int) (points: (int * float)[]) =
        let mutable first = 0
        points
        |> Array.mapi(fun last (step, _) ->
            while fst points[first] <= step - window do
                first <- first + 1
            step, Array.averageBy snd points[first..last])

    /// Most pairs for which every assignment of signs is tried.
    [<Literal>]
    let ExactPairs = 12

    /// Sign assignments drawn where there are too many to try them all.
    [<Literal>]
    let Draws = 100_000

    let private isAsExtreme (differences: float[]) =
        let observed = abs(Array.sum differences)
        let rounding = 1e-12 * Array.sumBy abs differences
        fun (sum: float) -> abs sum >= observed - rounding

    let private flipped (negative: int -> bool) (differences: float[]) =
        let mutable sum = 0.0
        for i in 0 .. differences.Length - 1 do
            sum <- sum + (if negative i then -differences[i] else differences[i])
        sum

    /// Two-sided p-value of the sign-flip permutation test of paired differences: under the hypothesis that both arms do equally well,
    /// each difference was as likely to have the other sign. The share of sign assignments whose mean is at least as far from zero as
    /// the observed one: all of them up to `ExactPairs` pairs, else `Draws` drawn from a fixed seed with (1 + hits) / (1 + draws).
    let signFlip (differences: float[]) =
        let extreme = isAsExtreme differences
        if differences.Length <= ExactPairs then
            let all = 1 <<< differences.Length
            let hits =
                Seq.init all (fun signs -> flipped (fun i -> signs >>> i &&& 1 = 1) differences) |> Seq.filter extreme |> Seq.length
            float hits / float all
        else
            let random = Random 1
            let hits = Seq.init Draws (fun _ -> flipped (fun _ -> random.Next 2 = 1) differences) |> Seq.filter extreme |> Seq.length
            float(1 + hits) / float(1 + Draws)

    /// Compares paired values (second minus first); none for no pairs.
    let paired (pairs: (float * float) seq) =
        let differences = pairs |> Seq.map(fun (first, second) -> second - first) |> Array.ofSeq
        spread differences
        |> Option.map(fun spread -> {
            Mean = spread.Mean
            StandardError = spread.Deviation |> Option.map(fun deviation -> deviation / sqrt(float spread.Count))
            Pairs = spread.Count
            P = signFlip differences
            SmallestP =
                if spread.Count <= ExactPairs then
                    2.0 / float(1 <<< spread.Count)
                else
                    1.0 / float(1 + Draws)
        })
