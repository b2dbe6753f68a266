/// Times of things that are measured in turn, so that whatever else the machine does meets all of them alike.
module Levee.Benchmarks.Measure

open System
open System.Diagnostics

/// The clock that time is told by.
type Clock =
    /// Seconds on the wall.
    | Wall
    /// Seconds of processor, over all threads of the process: what others do on the machine counts little.
    | Processor

/// The time that some work took, in seconds.
type Time = {
    Wall: float
    Processor: float
} with

    member this.By clock =
        match clock with
        | Wall -> this.Wall
        | Processor -> this.Processor

/// One of the programs compared: it does its work a number of times and gives the time that this took.
type Contestant = int -> Time

/// Middle, smallest and largest of some numbers.
type Spread = { Median: float; Least: float; Greatest: float }

/// The median is the mean of the middle two where their count is even.
let spread (values: float[]) =
    let sorted = Array.sort values
    let middle = sorted.Length / 2
    {
        Median =
            if sorted.Length % 2 = 1 then
                sorted[middle]
            else
                (sorted[middle - 1] + sorted[middle]) / 2.0
        Least = sorted[0]
        Greatest = sorted[sorted.Length - 1]
    }

/// Work in this process as a contestant.
let ofWork (work: unit -> unit) : Contestant =
    fun repetitions ->
        let wall, processor = Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime
        for _ in 1..repetitions do
            work()
        {
            Wall = Stopwatch.GetElapsedTime(wall).TotalSeconds
            Processor = (Environment.CpuUsage.TotalTime - processor).TotalSeconds
        }

/// The contestants' times, round by round. Each round lets all of them work, in turn, and the next one in the opposite order. Two rounds
/// before are for warming up and not counted.
let rounds count repetitions (contestants: Contestant[]) : Time[][] =
    let round number =
        let places = Array.init contestants.Length id
        let order = if number % 2 = 0 then places else Array.rev places
        let times = order |> Array.map(fun place -> place, contestants[place] repetitions)
        times |> Array.sortBy fst |> Array.map snd
    [| -2 .. count - 1 |] |> Array.map round |> Array.skip 2

/// The quotient of each round's two numbers.
let ratios (value: Time[] -> float) (reference: Time[] -> float) (rounds: Time[][]) =
    rounds |> Array.map(fun round -> value round / reference round) |> spread
