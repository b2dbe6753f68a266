namespace Levee.Algorithms

open Levee
open Levee.Algorithms.Estimators
open Levee.Algorithms.Formulas

/// Which of the groups that a step samples are trained on.
type GroupChoice = {
    /// How, for configurations and reports; `Term.name "mine"` for one of a script's own.
    Term: Term
    /// The most rounds in which a step samples other questions in place of groups that are not kept, at least 1. Groups that are missing after the last round
    /// are made up from those that were not kept, in the order in which they were sampled. None samples once and trains on every group.
    Rounds: int option
    /// True for a group that is kept; asked once of each group where there are rounds. A group may hold trajectories that were not judged (`Judgement.judged`).
    Keep: Group -> bool
    /// Those of a step's groups that are trained on, asked once a step of the groups that the rounds gave, which may be fewer than were sampled; they keep their
    /// order. A step that is left without groups makes no update.
    Among: Group[] -> Group[]
} with

    /// The term in one line.
    member this.Formula = Term.text this.Term

/// Choices of groups. `ofGroups` makes one of your own, such as a curriculum that keeps what is neither too easy nor too hard.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module GroupChoice =
    /// Every group, in one round.
    let all = { Term = Term.name "all"; Rounds = None; Keep = (fun _ -> true); Among = id }

    /// Raises `ArgumentException` on rounds out of range.
    let validate (choice: GroupChoice) =
        match choice.Rounds with
        | Some rounds when rounds < 1 ->
            Setting.refuse
                $"Sampling groups ({choice.Formula}) in {rounds} rounds is out of range: give 1 or more, or take GroupChoice.all to keep every group."
        | _ -> ()

    let private create term rounds keep =
        let choice = { Term = term; Rounds = Some rounds; Keep = keep; Among = id }
        validate choice
        choice

    /// The groups of which a function says so, in at most so many rounds. Raises `ArgumentException` unless rounds >= 1.
    let ofGroups formula rounds keep = create (Term.name formula) rounds keep

    /// Dynamic sampling: the groups with signal (`Judgement.hasSignal`), in at most so many rounds (DAPO, arXiv 2503.14476, section 3.2). Raises
    /// `ArgumentException` unless rounds >= 1.
    let dynamicSampling rounds =
        create (Term.Call("dynamicSampling", [ Term.number "rounds" (float rounds) ])) rounds Judgement.hasSignal

    /// The mean squared distance of a group's judged rewards from their mean.
    let private spread (group: Group) =
        let _, deviation = group |> Judgement.judged |> Array.map _.Reward |> Deviation.momentsOf { Ddof = 0; Epsilon = 0.0 }
        deviation * deviation

    /// The groups whose rewards have a variance above a threshold, in at most so many rounds. The variance is the mean squared distance from the mean of the
    /// rewards that were judged, without shaping: p (1 - p) where a share p is rewarded by 1 and the rest by 0. Groups without signal are never kept.
    /// Raises `ArgumentException` unless rounds >= 1 and the threshold is a finite number of 0 or more.
    let variance threshold rounds =
        if not(threshold >= 0.0 && System.Double.IsFinite threshold) then
            Setting.refuse $"A variance of rewards above {threshold} is out of range: give 0 or more, such as 0.1."
        let arguments = [ Term.number "threshold" threshold; Term.number "rounds" (float rounds) ]
        create (Term.Call("variance", arguments)) rounds (fun group -> Judgement.hasSignal group && spread group > threshold)

    /// The groups that hold the most reward variance: from the largest variance down, as few as have together at least the given share of the step's. The variance
    /// is that of `variance`. Groups without signal are never kept, and of equal variances the one sampled first goes first. Nothing else is sampled in place
    /// of the rest (reward-variance top-p: RAGEN-2, arXiv 2604.06268, where the share is 0.9). Raises `ArgumentException` unless the share is above 0 and
    /// at most 1.
    let varianceTopP share =
        if not(share > 0.0 && share <= 1.0) then
            Setting.refuse $"A share of {share} of the reward variance is out of range: give a number above 0 and at most 1, such as 0.9."
        let among (groups: Group[]) =
            let ordered =
                groups
                |> Array.indexed
                |> Array.filter(snd >> Judgement.hasSignal)
                |> Array.map(fun (index, group) -> index, spread group)
                |> Array.sortBy(fun (index, variance) -> -variance, index)
            // Rounding of the sums must not ask for a group more.
            let enough = share * Array.sumBy snd ordered * (1.0 - 1e-12)
            let before = ordered |> Array.scan (fun sum (_, variance) -> sum + variance) 0.0
            ordered
            |> Array.indexed
            |> Array.filter(fun (rank, _) -> before[rank] < enough)
            |> Array.map(fun (_, (index, _)) -> index)
            |> Array.sort
            |> Array.map(fun index -> groups[index])
        { all with Term = Term.Call("varianceTopP", [ Term.number "share" share ]); Among = among }
