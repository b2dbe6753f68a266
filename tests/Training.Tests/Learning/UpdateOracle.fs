/// Whole updates against those of another implementation, in PyTorch (`tests/oracles/updates`): the same weights, trajectories and order of mini-batches.
/// Advantages, gradients, norms, what objectives measure, and how far the weights have moved after 1, 6 and 60 updates.
module Levee.Tests.UpdateOracle

open System
open System.Text.Json
open Levee
open Levee.Tests.UpdateCases
open TorchSharp
open Xunit

let names = TheoryData<string>(UpdateCases.all.Value.Keys)

let private exact = { Type = torch.float64; Packing = false; Checkpointing = false; MicroBatch = None }

/// The share of a gradient, or of a movement, that float64 may be off: its rounding, grown over 60 updates.
let private tolerance = 1e-11

/// A tensor's numbers in a few sums, as `learner.py` folds them: number i counts 1 + (7919 i mod 1009) / 1009 times in sum i mod `buckets`.
let private fold (numbers: float[]) =
    let sums = Array.zeroCreate<float> buckets.Value
    numbers
    |> Array.iteri(fun i x ->
        let place = i % sums.Length
        sums[place] <- sums[place] + x * (1.0 + float(7919L * int64 i % 1009L) / 1009.0))
    sums

let private square (numbers: float[]) = Array.sumBy (fun x -> x * x) numbers

/// The distance of folded tensors from those expected, as a share of the latter's length, and the tensor that most of it is in.
let private distance (expected: Map<string, float[]>) (actual: Map<string, float[]>) =
    Assert.Equal<string list>(List.ofSeq expected.Keys, List.ofSeq actual.Keys)
    let gaps = expected |> Map.map(fun name sums -> Array.map2 (-) sums (fold actual[name]) |> square)
    let length = expected.Values |> Seq.sumBy square
    let worst = gaps |> Map.toSeq |> Seq.maxBy snd |> fst
    let gap = Seq.sum gaps.Values
    (if gap = 0.0 then 0.0 else sqrt(gap / length)), worst

/// What was compared: what it is, how far it is from what was expected, how far it may be, and where most of that is.
type private Finding = { What: string; Off: float; Limit: float; Where: string }

let private rowsOff (expected: float[][]) (actual: float[][]) =
    Assert.Equal<int[]>(Array.map Array.length expected, Array.map Array.length actual)
    let largest = expected |> Seq.concat |> Seq.map abs |> Seq.fold max 1e-300
    (Seq.map2 (fun a b -> abs(a - b)) (Seq.concat expected) (Seq.concat actual) |> Seq.max) / largest

let private table what limit expected actual = { What = what; Off = rowsOff expected actual; Limit = limit; Where = "of the largest" }

/// Numbers of one update each, as a share of the expected ones or of 1.
let private series what limit (expected: float[]) (actual: float seq) =
    let off = Seq.map2 (fun (e: float) a -> abs(e - a) / max 1.0 (abs e)) expected actual |> Seq.indexed |> Seq.toArray
    let update, worst = off |> Array.maxBy(fun (_, x) -> if Double.IsNaN x then infinity else x)
    { What = what; Off = worst; Limit = limit; Where = $"update {update + 1}" }

/// The numbers that training moved, and their gradients, at every moment but the first; `limit` gives what each may be off.
let private trained limit (case: JsonElement) gradient moved who select (outcome: Outcome) = [
    let start: Trained = select outcome.Moments.Head
    for moment in outcome.Moments.Tail do
        let now: Trained = select moment
        let sums kind = field $"expected.{kind}.{moment.Update}" case |> decode ofBytes<float>
        let finding kind what actual =
            let off, worst = distance (sums kind) actual
            {
                What = $"{who}'s {what}"
                Off = off
                Limit = limit kind moment.Update
                Where = $"mostly in {worst}"
            }
        finding gradient $"gradient in update {moment.Update}" now.Gradient
        let movement = now.Values |> Map.map(fun name values -> Array.map2 (-) values start.Values[name])
        finding moved $"movement after {moment.Update} updates" movement
]

let private weights limit case (outcome: Outcome) = [
    yield! trained limit case "gradient" "moved" "the policy" _.Policy outcome
    if outcome.Moments.Head.Critic.IsSome then
        yield! trained limit case "criticGradient" "criticMoved" "the critic" (_.Critic >> Option.get) outcome
]

let private estimates limit case (outcome: Outcome) = [
    table "advantages" limit (rows "expected.advantages" case) outcome.Advantages
    for expected in Option.toList(optional "returns" (field "expected" case)) do
        table "returns" limit (rows "expected.returns" case) (Option.get outcome.Returns)
]

let private measured limit case (outcome: Outcome) = [
    let reports = outcome.Reports
    series "norm of the gradient" limit (numbers "expected.norms" case) (reports |> Seq.map _.GradientNorm)
    for _ in Option.toList(optional "criticNorms" (field "expected" case)) do
        series
            "norm of the critic's gradient"
            limit
            (numbers "expected.criticNorms" case)
            (reports |> Seq.map(_.CriticGradientNorm >> Option.get))
    series "entropy" limit (numbers "expected.entropies" case) (reports |> Seq.map _.Entropy)
    for metric in (field "expected.metrics" case).EnumerateObject() do
        let value (report: UpdateReport) = report.Metrics |> List.find(fst >> (=) metric.Name) |> snd
        series metric.Name limit [| for x in metric.Value.EnumerateArray() -> x.GetDouble() |] (Seq.map value reports)
]

let private faults findings =
    findings
    |> List.filter(fun finding -> not(finding.Off <= finding.Limit))
    |> List.map(fun finding -> $"{finding.What} off by {finding.Off:E1}, more than {finding.Limit:E1} ({finding.Where})")

let private demand (name: string) how findings =
    let faults = faults findings
    Assert.True(faults.IsEmpty, $"""Case '{name}', {how}: {String.concat "; " faults}""")

/// Everything that a case says of its first updates.
let private everything limit case outcome =
    estimates limit case outcome @ measured limit case outcome @ weights (fun _ _ -> limit) case outcome

[<Theory; MemberData(nameof names)>]
let ``sixty updates are the reference's in float64`` name =
    let case = UpdateCases.all.Value[name]
    let outcome = run id exact case 60 [ 1; 6; 60 ]
    Assert.All(outcome.Reports, fun report -> Assert.True report.Applied)
    demand name "float64" (everything tolerance case outcome)

[<Theory; MemberData(nameof names)>]
let ``packed, checkpointed, in micro-batches of any size, updates are the reference's`` name =
    let case = UpdateCases.all.Value[name]
    for packing, checkpointing, size in [ true, false, 3; false, true, 2; true, true, 64 ] do
        let way = { exact with Packing = packing; Checkpointing = checkpointing; MicroBatch = Some size }
        demand
            name
            $"packing {packing}, checkpointing {checkpointing}, micro-batches of {size}"
            (everything tolerance case (run id way case 6 [ 1; 6 ]))

/// What a type's own rounding may do, in terms of how far it leads the reference's first gradient from float64, r. Another order of the same operations
/// rounds otherwise but not more, so that the first gradient is off by r or thereabouts. Then AdamW divides each number's gradient by its own size: where
/// that is rounding, so is the step. In about a share r of the numbers it is, which makes sqrt r of the movement.
let private rounded (name: string) case (kind: string) update =
    let gradient =
        if kind.StartsWith "critic" then
            "criticGradient"
        else
            "gradient"
    let share = 4.0 * number $"expected.rounding.{name}.{gradient}" case
    if update = 1 && kind = gradient then share else sqrt share

[<Theory; MemberData(nameof names)>]
let ``in float32 updates are the reference's within that type's rounding`` name =
    let case = UpdateCases.all.Value[name]
    let outcome = run id { exact with Type = torch.float32 } case 6 [ 1; 6 ]
    demand name "float32" (estimates 1e-6 case outcome @ weights (rounded "float32" case) case outcome)

[<Theory; MemberData(nameof names)>]
let ``in bfloat16 updates are the reference's within that type's rounding`` name =
    let case = UpdateCases.all.Value[name]
    let outcome = run id { exact with Type = torch.bfloat16 } case 6 [ 1; 6 ]
    let limit (kind: string) update =
        // By then rounding has decided what is clipped and which gates are open. The sum of the steps goes the same way still; a single gradient need not.
        if update = 1 then
            rounded "bfloat16" case kind update
        elif kind.EndsWith("moved", StringComparison.OrdinalIgnoreCase) then
            1.0
        else
            infinity
    demand name "bfloat16" (weights limit case outcome)

[<Fact>]
let ``an objective that is off by one part in a million is told`` () =
    let name = "grpo, ratios clipped from the start"
    let case = UpdateCases.all.Value[name]
    let more (recipe: Recipe) = { recipe with Objective = recipe.Objective + 1e-6 * Entropy.bonus }
    let told = faults(everything tolerance case (run more exact case 6 [ 1; 6 ]))
    for what in [ "norm of the gradient"; "gradient in update 1"; "movement after 6 updates" ] do
        Assert.Contains(told, fun line -> line.Contains what)
