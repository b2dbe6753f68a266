namespace Levee.Algorithms

open System
open Levee
open Levee.Algorithms.Objectives
open TorchSharp

/// A law that an objective breaks, and where.
type Violation = {
    Law: string
    Detail: string
} with

    override this.ToString() = $"{this.Law}: {this.Detail}"

/// Laws that every objective must keep for a trainer, checked on random mini-batches in float64. They are for objectives that you write yourself.
[<RequireQualifiedAccess>]
module Laws =
    let private rows, columns = 6, 7

    /// The trajectories of a random mini-batch: two actions of half of a response's tokens each, the last token the answer.
    let private trajectories length (logProb: torch.Tensor) (reward: torch.Tensor) (searches: torch.Tensor) (truncated: torch.Tensor) =
        let numbers (t: torch.Tensor) = t.data<float>().ToArray()
        let logProb, reward, searches, truncated = numbers logProb, numbers reward, numbers searches, numbers truncated
        let action row first count =
            Action(Array.init count (fun k -> 1 + first + k), Array.init count (fun k -> float32 logProb[row * columns + first + k]))
        Array.init rows (fun row ->
            let whole = length row
            let half = (whole + 1) / 2
            {
                Trajectory.empty with
                    Question = { Id = string row; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
                    Segments = [
                        Prompt [| 0 |]
                        if whole > 0 then
                            action row 0 half
                        if whole > half then
                            Observation [| 0 |]
                            action row half (whole - half)
                    ]
                    Reward = reward[row]
                    End = if truncated[row] > 0.0 then LengthLimit else Answered
                    AnswerTokens = min 1 whole
                    Searches = List.init (int searches[row]) (fun turn -> { Turn = turn; Query = ""; Documents = []; Failure = None })
                    InvalidActions = row % 2
            })

    /// A random mini-batch: gaps behind short responses, one of them empty, two actions and one advantage a response, of
    /// either sign.
    let private randomBatch (seed: Seed) (needs: Set<Need>) =
        let uniform name k = Seed.uniform(seed |> Seed.named name |> Seed.derive k)
        let table name (make: int -> int -> float -> float) =
            let numbers = Array.init (rows * columns) (fun i -> make (i / columns) (i % columns) (uniform name i))
            torch.tensor(numbers, ReadOnlySpan [| int64 rows; int64 columns |])
        let perRow name (make: float -> float) = torch.tensor(Array.init rows (fun r -> make(uniform name r)))
        let length r =
            if r = rows - 1 then
                0
            else
                1 + int(float columns * uniform "length" r)
        let mask = table "mask" (fun r k _ -> if k < length r then 1.0 else 0.0)
        let action =
            table "action" (fun r k _ ->
                if k >= length r then 0.0
                elif k < (length r + 1) / 2 then 1.0
                else 2.0)
        let logProb name = table name (fun _ _ u -> log(0.05 + 0.9 * u)) * mask
        let reward = perRow "reward" round
        let searches = perRow "searches" (fun u -> floor(4.0 * u))
        let truncated = perRow "truncated" (fun u -> if u < 0.2 then 1.0 else 0.0)
        let old = logProb "old"
        let reference need =
            match need with
            | ReferencePolicy reference -> Some(reference, logProb $"reference {reference}")
            | _ -> None
        {
            Trajectories = trajectories length old reward searches truncated
            LogProbOld = old
            LogProbSampled = old + table "sampler" (fun _ _ u -> 0.2 * u - 0.1) * mask
            LogProbReference = needs |> Seq.choose reference |> Map.ofSeq
            LogProbCurrent = Some(logProb "current")
            EntropyCurrent = Some(table "current entropy" (fun _ _ u -> 2.0 * u) * mask)
            Advantage = ((reward * 2.0 - 1.0) * perRow "advantage" (fun u -> 0.5 + u)).unsqueeze(1L) * mask
            ValuesOld = Some(table "value" (fun _ _ u -> u))
            Returns = Some(table "return" (fun _ _ u -> u))
            Mask = mask
            Action = action.``to``(torch.int64)
            Answer = table "answer" (fun r k _ -> if k = length r - 1 then 1.0 else 0.0)
            Reward = reward
            Searches = searches
            Truncated = truncated
            Clock = Clock.at 2 4
        },
        {
            LogProb = old + table "move" (fun _ _ u -> 0.8 * u - 0.4) * mask
            Entropy = table "entropy" (fun _ _ u -> u)
            Values =
                if needs.Contains CriticValues then
                    Some(table "new value" (fun _ _ u -> u))
                else
                    None
            Observations =
                if needs.Contains ObservationScores then
                    Some(table "observation" (fun _ _ u -> log(0.05 + 0.9 * u)))
                else
                    None
        }

    let private near (a: float) b = abs(a - b) <= 1e-9 * max 1.0 (max (abs a) (abs b))

    let private largest (t: torch.Tensor) = t.abs().max().ToDouble()

    let private judge (objective: Objective) whole part forward = Objective.differentiate objective (objective.Loss whole) part forward

    let private differences (objective: Objective) seed (batch: Batch, forward: Forward) = [
        let gradients = judge objective batch batch forward
        let h = 1e-6
        for n in 0..4 do
            let r = seed |> Seed.derive n |> Seed.below(rows - 1)
            let shift by =
                let move = Array.init (rows * columns) (fun i -> if i = r * columns then by else 0.0)
                let moved = forward.LogProb + torch.tensor(move, ReadOnlySpan [| int64 rows; int64 columns |])
                (judge objective batch batch { forward with LogProb = moved }).Value
            let difference, gradient = (shift h - shift -h) / (2.0 * h), gradients.LogProb[r, 0].ToDouble()
            if not(abs(difference - gradient) < 1e-5) then
                $"response {r}, token 0: the value's difference quotient is {difference}, the gradient {gradient}; right only where a stop-gradient is meant"
    ]

    let private parts (objective: Objective) _ (batch: Batch, forward: Forward) = [
        let whole = judge objective batch batch forward
        let ofRows (indexes: int[]) =
            let index = torch.tensor(Array.map int64 indexes)
            let here (t: torch.Tensor) = t.index_select(0L, index)
            judge objective batch (Batch.select indexes batch) {
                LogProb = here forward.LogProb
                Entropy = here forward.Entropy
                Values = Option.map here forward.Values
                Observations = Option.map here forward.Observations
            }
        let pieces = [ ofRows [| 4; 0 |]; ofRows [| 1; 2; 3; 5 |] ]
        let sum = pieces |> List.sumBy _.Value
        if not(near sum whole.Value) then
            $"two parts have the value {sum}, the whole mini-batch {whole.Value}; count denominators on the whole"
        for name, measured in whole.Metrics do
            let sum = pieces |> List.sumBy(fun piece -> piece.Metrics |> List.filter(fst >> (=) name) |> List.sumBy snd)
            if not(near sum measured) then
                $"two parts measure {name} = {sum}, the whole mini-batch {measured}"
    ]

    let private padding (objective: Objective) _ (batch: Batch, forward: Forward) = [
        let clean = judge objective batch batch forward
        for garbage in [ nan; -infinity; 1e30 ] do
            let spoil (t: torch.Tensor) =
                if t.dtype = torch.float64 && t.dim() = 2L then
                    torch.where(Tensors.above 0.0 batch.Mask, t, torch.full_like(t, Tensors.scalar garbage))
                else
                    t
            let spoilt = {
                batch with
                    LogProbOld = spoil batch.LogProbOld
                    LogProbSampled = spoil batch.LogProbSampled
                    LogProbReference = Map.map (fun _ t -> spoil t) batch.LogProbReference
                    LogProbCurrent = Option.map spoil batch.LogProbCurrent
                    EntropyCurrent = Option.map spoil batch.EntropyCurrent
            }
            let gradients = judge objective spoilt spoilt { forward with LogProb = spoil forward.LogProb }
            if not(near gradients.Value clean.Value) || not(largest(gradients.LogProb - clean.LogProb) < 1e-9) then
                $"{garbage} in the padding changes value or gradients; pass log-probabilities through Tensors.keep part.Mask"
    ]

    let private emptiness (objective: Objective) _ (batch: Batch, forward: Forward) = [
        let nothing = { batch with Mask = torch.zeros_like batch.Mask; Action = torch.zeros_like batch.Action }
        let gradients = judge objective nothing nothing forward
        if gradients.Value <> 0.0 || largest gradients.LogProb <> 0.0 then
            $"a mini-batch without tokens has the value {gradients.Value}; divide by Tensors.atLeastOne of a count"
    ]

    let private laws = [
        "the gradient is the finite difference", differences
        "micro-batches add up", parts
        "padding does not matter", padding
        "nothing gives nothing", emptiness
    ]

    /// The laws that an objective breaks; empty for one that a trainer can use. Each law is tried on a few random mini-batches.
    let violations (objective: Objective) : Violation list = [
        for law, check in laws do
            let found =
                Seq.init 4 Seed.ofInt
                |> Seq.tryPick(fun seed ->
                    Tensors.released(fun () -> randomBatch seed objective.Needs |> check objective seed) |> List.tryHead)
            match found with
            | Some detail -> { Law = law; Detail = detail }
            | None -> ()
    ]

    /// The objective itself. Raises `ArgumentException` that names every law it breaks.
    let check (objective: Objective) =
        match violations objective with
        | [] -> objective
        | broken ->
            let list = broken |> List.map string |> String.concat Environment.NewLine
            Setting.refuse $"The objective {objective.Formula} breaks a law:{Environment.NewLine}{list}"
