namespace Levee.Algorithms.Diagnosis

open Levee
open Levee.Algorithms.Estimators

/// The purpose of a token within an action.
[<RequireQualifiedAccess>]
type Role =
    | Reasoning
    /// A call of a tool, tags included.
    | Search
    /// The final answer, tags included.
    | Answer

/// A sampled response and the change of its likelihood.
type Displaced = {
    Trajectory: Trajectory
    /// True when its group has a signal (`Judgement.hasSignal`): only then does it have an advantage.
    HasSignal: bool
    /// [token] log-probability of each action token under the policy that sampled it.
    Before: float[]
    /// [token] log-probability of each action token under the policy after the step's updates, where it was measured.
    After: float[] option
}

/// Lazy likelihood displacement (arXiv 2512.04220, section 4): what becomes of the likelihood of sampled responses. Log-likelihoods are means over action
/// tokens, in nats; of several responses, means over those that have such tokens.
[<RequireQualifiedAccess>]
module Displacement =
    /// A response's mean log-probability per action token under the policy that sampled it, in nats; `None` when it wrote nothing.
    let logLikelihood trajectory =
        match Trajectory.logProbs trajectory with
        | [||] -> None
        | logProbs -> Some(logProbs |> Array.averageBy float)

    /// The role of each action token.
    let roles trajectory =
        (Trajectory.callMask trajectory, Trajectory.answerMask trajectory)
        ||> Array.map2(fun call answer ->
            if answer > 0.0f then Role.Answer
            elif call > 0.0f then Role.Search
            else Role.Reasoning)

    /// A step's groups of trajectories that were judged, with log-probabilities after its updates where they were measured, [trajectory][token].
    let ofGroups (groups: Group[]) (after: float[][] option) =
        let signal = groups |> Array.collect(fun group -> Array.replicate group.Length (Judgement.hasSignal group))
        Array.concat groups
        |> Array.mapi(fun i trajectory -> {
            Trajectory = trajectory
            HasSignal = signal[i]
            Before = Trajectory.logProbs trajectory |> Array.map float
            After = after |> Option.map(fun rows -> rows[i])
        })

    /// Change of a token's log-probability under the updates.
    let private change response = response.After |> Option.map(fun after -> Array.map2 (-) after response.Before)

    /// Actions and roles by name, each with the tokens of a response that belong to it.
    let private parts (responses: Displaced[]) =
        let marked (mark: Trajectory -> 'a[]) wanted response =
            mark response.Trajectory |> Array.indexed |> Array.filter(snd >> (=) wanted) |> Array.map fst
        let actions = responses |> Array.fold (fun most r -> max most (Trajectory.actions r.Trajectory).Length) 0
        [
            "", (fun response -> [| 0 .. response.Before.Length - 1 |])
            for number in 1..actions do
                $"/action_{number}", marked Trajectory.actionNumbers (float32 number)
            "/reasoning", marked roles Role.Reasoning
            "/search", marked roles Role.Search
            "/answer", marked roles Role.Answer
        ]

    let private meanOf values =
        match values with
        | [||] -> None
        | values -> Some(Array.average values)

    /// The mean over responses of the mean over some of their tokens.
    let private meanOver (tokens: Displaced -> int[]) (value: Displaced -> float[] option) responses =
        let ofResponse response =
            match value response, tokens response with
            | None, _
            | _, [||] -> None
            | Some numbers, indexes -> Some(indexes |> Array.averageBy(fun i -> numbers[i]))
        responses |> Array.choose ofResponse |> meanOf

    /// Log-likelihood of correct, incorrect and no-signal responses and its change, whole, by action and by role of token.
    let private likelihoods responses = [
        let parts = parts responses
        for name, select in
            [
                "correct", (fun r -> Trajectory.isCorrect r.Trajectory)
                "incorrect", (fun r -> not(Trajectory.isCorrect r.Trajectory))
                "no_signal", (fun r -> not r.HasSignal)
            ] do
            let chosen = responses |> Array.filter select
            for part, tokens in parts do
                $"lld/log_likelihood/{name}{part}", meanOver tokens (fun r -> Some r.Before) chosen
                $"lld/change/{name}{part}", meanOver tokens change chosen
    ]

    /// True when a sum of changes counts as displaced (Def. 4.1): at most epsilon, which is 0 here.
    let private isDisplaced sum = sum <= 0.0

    /// The share of correct responses, and of their actions, that the updates should have made more likely and did not (Def. 4.1).
    let private shares responses = [
        let judged = responses |> Array.filter(fun r -> Trajectory.isCorrect r.Trajectory && r.HasSignal)
        let share tokens =
            let displaced response =
                match change response, tokens response with
                | None, _
                | _, [||] -> None
                | Some change, indexes ->
                    Some(
                        if isDisplaced(indexes |> Array.sumBy(fun i -> change[i])) then
                            1.0
                        else
                            0.0
                    )
            judged |> Array.choose displaced |> meanOf
        for part, tokens in parts responses do
            $"lld/share{part}", share tokens
    ]

    /// Quantiles of the tokens' likelihood ratio after / before, and the shares of tokens that at least halved or doubled.
    let private ratios responses =
        match responses |> Array.choose change |> Array.concat with
        | [||] -> []
        | changes ->
            let sorted = Array.sort changes
            let quantile share = exp sorted[int(round(share * float(sorted.Length - 1)))]
            let share isBeyond = float(sorted |> Array.filter isBeyond |> Array.length) / float sorted.Length
            [
                "lld/likelihood_ratio/below_half", Some(share(fun change -> change < -log 2.0))
                "lld/likelihood_ratio/above_2", Some(share(fun change -> change > log 2.0))
                for name, share in [ "p01", 0.01; "p10", 0.1; "p50", 0.5; "p90", 0.9; "p99", 0.99 ] do
                    $"lld/likelihood_ratio/{name}", Some(quantile share)
            ]

    /// The share of incorrect responses, in groups with a correct one, whose first search returned the very documents that the first search of a correct one
    /// did; `None` where no incorrect response searched. Source: arXiv 2512.04220, section 4 (searches that are right inside responses that are wrong).
    let firstSearchOverlap (groups: Group[]) =
        let first (trajectory: Trajectory) = trajectory.Searches |> List.tryHead |> Option.map(fun search -> Set.ofList search.Documents)
        let ofGroup (group: Group) =
            match group |> Array.filter Trajectory.isCorrect |> Array.choose first with
            | [||] -> [||]
            | found ->
                group
                |> Array.filter(Trajectory.isCorrect >> not)
                |> Array.choose first
                |> Array.map(fun documents -> if Array.contains documents found then 1.0 else 0.0)
        groups |> Array.collect ofGroup |> meanOf

    /// Negative log-likelihood by number of searches carried out.
    let private bySearches responses = [
        for searches, own in responses |> Array.groupBy(fun r -> r.Trajectory.Searches.Length) |> Array.sortBy fst do
            $"lld/nll/searches_{searches}", own |> Array.choose(fun r -> logLikelihood r.Trajectory) |> meanOf |> Option.map (~-)
    ]

    /// Everything that a step's groups tell of displacement, by name; what could not be measured is left out. `after` holds the log-probabilities of the
    /// same action tokens after the step's updates, [trajectory][token].
    let measure groups after =
        let responses = ofGroups groups after
        [
            yield! likelihoods responses
            yield! shares responses
            yield! ratios responses
            "lld/first_search_overlap", firstSearchOverlap groups
            yield! bySearches responses
        ]
        |> List.choose(fun (name, value) -> value |> Option.map(fun value -> name, value))
