namespace Levee.Algorithms.Estimators

open System
open Levee

/// One of several rewards, as a function of the trajectory.
type RewardPart = { Name: string; Weight: float; Reward: Trajectory -> float }

/// Tells which trajectories were judged, and which groups give a signal. A reward that is no finite number, or that throws, is an error of its trajectory: it
/// is named, and the trajectory takes part in nothing that is computed from rewards.
[<RequireQualifiedAccess>]
module Judgement =
    /// The value of a reward function: a finite number, or the fault for which there is none. Every exception but cancellation is a fault of the reward.
    let attempt name (reward: unit -> float) =
        try
            match reward() with
            | number when Double.IsFinite number -> Ok number
            | other -> Error { Function = name; Gave = string other }
        with
        | :? OperationCanceledException -> reraise()
        | error -> Error { Function = name; Gave = $"{error.GetType().Name}: {error.Message}" }

    /// The fault for which a trajectory could not be judged; `None` where it was judged.
    let fault (trajectory: Trajectory) =
        match trajectory.Fault with
        | Some fault -> Some fault
        | None when Double.IsFinite trajectory.Reward -> None
        | None -> Some { Function = ""; Gave = string trajectory.Reward }

    /// True when a trajectory has a reward.
    let isJudged trajectory = (fault trajectory).IsNone

    /// The trajectories of a group that were judged, in order.
    let judged (group: Group) : Group = Array.filter isJudged group

    /// The trajectories that can be compared in groups: those that were judged, in groups with at least two of them.
    let comparable (groups: Group[]) = groups |> Array.map judged |> Array.filter(fun group -> group.Length >= 2)

    /// True when a group gives a signal: at least two of its trajectories were judged, and their rewards are not all alike (`Deviation.differ`). A group
    /// without a signal has advantages of 0 under every estimator that compares within groups.
    let hasSignal (group: Group) = group |> judged |> Array.map _.Reward |> Deviation.differ

    /// A fault in words, with the question that it befell.
    let describe (trajectory: Trajectory) fault =
        let name =
            if fault.Function = "" then
                "the reward"
            else
                $"the reward '{fault.Function}'"
        $"question '{trajectory.Question.Id}': {name} gave {fault.Gave}"

    let private ofPart (part: RewardPart) trajectory = attempt part.Name (fun () -> part.Reward trajectory)

    /// The reward that a part gives. Raises `ArgumentException` that names the part, the question and what it gave where that is no number.
    let reward (part: RewardPart) trajectory =
        match ofPart part trajectory with
        | Ok reward -> reward
        | Error fault -> Setting.refuse(describe trajectory fault + ".")

    /// The trajectory, with the first of these rewards that it cannot be given, if any, as its fault.
    let ofParts (parts: RewardPart list) (trajectory: Trajectory) : Trajectory =
        let failing part =
            match ofPart part trajectory with
            | Ok _ -> None
            | Error fault -> Some fault
        match fault trajectory |> Option.orElseWith(fun () -> List.tryPick failing parts) with
        | Some fault -> { trajectory with Reward = nan; Fault = Some fault }
        | None -> trajectory

    /// Raises `ArgumentException` that names the first trajectory that was not judged.
    let demand (trajectories: Trajectory seq) =
        for index, trajectory in Seq.indexed trajectories do
            match fault trajectory with
            | Some fault ->
                Setting.refuse
                    $"Trajectory {index} was not judged ({describe trajectory fault}): leave it out of its group, as Judgement.judged does."
            | None -> ()
