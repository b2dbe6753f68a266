/// The demo task and its policies, and the workloads that are measured with them.
module Levee.Benchmarks.World

open System.IO
open Levee
open Levee.Policies.Transformer
open Levee.Tests
open TorchSharp

let data = Path.Combine(Repository.root, "Experiments", "data")

/// A fresh policy of the demo's sizes.
let freshPolicy () = LearningTask.beginner (Tasks.atlas data) (Seed.ofInt 1)

/// The policy that the repository keeps, which knows how to search; a fresh one where there is none.
let warmPolicy () =
    let folder = Path.Combine(data, "warm-start")
    if Directory.Exists folder then
        Policy.load torch.float32 torch.CPU folder
    else
        freshPolicy()

/// A policy of its own with the same weights.
let copy (policy: Policy) = { policy with Model = Parameters.cloneTrainable policy.Parameters |> Model.ofParameters }

/// Tokens drawn at random.
let private randomTokens (policy: Policy) count seed =
    Array.init count (fun i -> Seed.derive i seed |> Seed.below policy.Tokenizer.VocabularySize)

/// A uniform number from `low` to `high`, both included.
let private between low high seed = low + Seed.below (high - low + 1) seed

let private promptTokens = 12

/// A trajectory of 80 to 140 tokens, 28 to 42 of them in three actions, as the demo's are; without log-probabilities.
let private trajectory policy seed : Trajectory =
    let length = seed |> Seed.named "length" |> between 80 140
    let written = seed |> Seed.named "written" |> between 28 42
    let parts total count = [ for k in 0 .. count - 1 -> total * (k + 1) / count - total * k / count ]
    let tokens count name number = seed |> Seed.named name |> Seed.derive number |> randomTokens policy count
    let actions = parts written 3 |> List.mapi(fun k count -> Action(tokens count "action" k, Array.zeroCreate count))
    let observations =
        parts (length - promptTokens - written) 2 |> List.mapi(fun k count -> Observation(tokens count "observation" k))
    {
        Question = { Id = "benchmark"; Text = "?"; GoldenAnswers = [ "answer" ]; Metadata = "" }
        Segments = [
            Prompt(tokens promptTokens "prompt" 0)
            actions[0]
            observations[0]
            actions[1]
            observations[1]
            actions[2]
        ]
        Reward = float(seed |> Seed.named "reward" |> Seed.below 2)
        Fault = None
        End = Answered
        Answer = Some "answer"
        AnswerTokens = 3
        CallTokens = []
        Searches = []
        InvalidActions = 0
    }

/// The trajectory with the log-probabilities of a policy a little away from the one given, as the second update of a step meets it.
let private scored policy seed (trajectory: Trajectory) =
    let logProbs =
        Tensors.released(fun () -> (Scoring.logProbs (Scoring.at 1.0) policy [| trajectory |] |> fst).data<float32>().ToArray())
    let logProb place = logProbs[place] + float32(0.4 * (Seed.uniform(Seed.derive place seed) - 0.5))
    let segment start segment =
        match segment with
        | Action(tokens, _) -> Action(tokens, Array.init tokens.Length (fun k -> logProb(start + k))), start + tokens.Length
        | Prompt _
        | Observation _ -> segment, start
    { trajectory with Segments = List.mapFold segment 0 trajectory.Segments |> fst }

/// `count` trajectories, the same for the same policy.
let trajectories policy count =
    Array.init count (fun k ->
        let seed = Seed.ofInt 2 |> Seed.derive k
        trajectory policy seed |> scored policy (Seed.named "drift" seed))

/// GRPO's advantages of trajectories in groups of a size.
let advantages groupSize (trajectories: Trajectory[]) =
    trajectories
    |> Array.chunkBySize groupSize
    |> Array.collect(Array.map _.Reward >> Baseline.standardise Deviation.sample)

/// The episodes of some rows: their prompts, the tokens that they observe after each turn, and the number of tokens that each turn of each row writes.
type Turns = {
    Prompts: int[][]
    /// The observation of each row, the same after each of its turns.
    Feedback: int[][]
    Limits: int[][]
}

let private feedbackTokens = 35

/// `rows` rows of turns that `limits` gives by their seed.
let turns policy rows (limits: Seed -> int[]) : Turns =
    let row name count =
        Array.init rows (fun r -> Seed.ofInt 3 |> Seed.named name |> Seed.derive r |> randomTokens policy count)
    {
        Prompts = row "prompt" promptTokens
        Feedback = row "feedback" feedbackTokens
        Limits = Array.init rows (fun r -> Seed.ofInt 4 |> Seed.derive r |> limits)
    }

/// Three turns of 12 tokens.
let equalTurns: Seed -> int[] = fun _ -> [| 12; 12; 12 |]

/// Two to four turns of 5 to 24 tokens.
let raggedTurns seed =
    Array.init (seed |> Seed.named "turns" |> between 2 4) (fun turn -> seed |> Seed.derive turn |> between 5 24)
