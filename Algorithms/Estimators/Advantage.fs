namespace Levee.Algorithms.Estimators

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas

/// The set that an average is taken over.
[<RequireQualifiedAccess>]
type Over =
    /// All action tokens of all trajectories.
    | Tokens
    /// All trajectories, each by the mean of its tokens.
    | Trajectories

/// Constants of generalised advantage estimation.
type Gae = {
    /// Discount a token, in [0, 1].
    Gamma: float
    /// The weight of sampled returns against the critic, in [0, 1]: 0 trusts the critic alone, 1 the returns alone.
    Lambda: float
}

/// Advantage estimators. Make one from a function of a group's rewards by `ofRewards`, or by
/// `ofActions` where each action has its own; refine it by `whiten`, `TokenRewards.kl`, `TokenRewards.overlong`.
///
/// A group has no signal where the rewards of its trajectories do not differ (`Deviation.differ`), rewards with their shaping. Under an estimator that compares
/// within groups (all but REINFORCE, REINFORCE++ and generalised advantage estimation) its advantages are exactly 0, for every epsilon and also once
/// whitened. REINFORCE++ compares over the step, so there it is a step whose tokens' returns are all equal that has advantages of 0; a critic compares
/// with what it expected, so there equal rewards do give advantages.
[<RequireQualifiedAccess>]
module Advantage =
    let private estimator formula isGroupRelative estimate : Estimator = {
        Term = Term.name formula
        Needs = Set.empty
        IsGroupRelative = isGroupRelative
        Parts = []
        Estimate = estimate
    }

    /// One number for each trajectory, spread evenly over its action tokens.
    let private spread (rollouts: Rollouts) (perTrajectory: float[]) = {
        Advantages = (rollouts.Shaping, perTrajectory) ||> Array.map2(fun tokens a -> Array.map (fun _ -> a) tokens)
        Returns = None
    }

    /// An estimator from a function of one group and its rewards, which gives one number for each trajectory.
    let ofGroups formula (advantages: Group -> float[] -> float[]) =
        estimator formula true (fun rollouts ->
            Array.map2 advantages rollouts.Groups (Rollouts.rewards rollouts) |> Array.concat |> spread rollouts)

    /// An estimator from a function of one group's rewards, which gives one number for each trajectory.
    let ofRewards formula (advantages: float[] -> float[]) = ofGroups formula (fun _ rewards -> advantages rewards)

    /// For each action token of a trajectory, the advantage of its action.
    let private spreadActions formula (group: Group) index (trajectory: Trajectory) (perAction: float[]) =
        let actions = Trajectory.actions trajectory
        if perAction.Length <> actions.Length then
            Setting.refuse
                $"The estimator {formula} gave {perAction.Length} advantages for trajectory {index} of the {group.Length} of question '{trajectory.Question.Id}', which has {actions.Length} actions: give one for each action, in the order of Trajectory.actions."
        (actions, List.ofArray perAction) ||> List.map2(fun (tokens, _) a -> Array.replicate tokens.Length a) |> Array.concat

    /// An estimator from a function of one group and its rewards, which gives one number for each action of each trajectory, [trajectory][action]; every
    /// token of an action has its action's advantage. Actions are counted from 0 in the order of `Trajectory.actions`, as `SearchCall.Turn` counts them, so
    /// that a search can be paid for what it found (turn-level credit). The estimate raises `ArgumentException` that names the trajectory and both counts
    /// where the function gives not one number for each action.
    let ofActions formula (advantages: Group -> float[] -> float[][]) =
        let ofGroup (group: Group) rewards =
            let rows = advantages group rewards
            if rows.Length <> group.Length then
                let question = group |> Array.tryHead |> Option.map _.Question.Id |> Option.defaultValue ""
                Setting.refuse
                    $"The estimator {formula} gave advantages for {rows.Length} trajectories of question '{question}', which has {group.Length}: give one row for each trajectory, in the group's order."
            Array.mapi2 (spreadActions formula group) group rows
        estimator formula true (fun rollouts -> {
            Advantages = (rollouts.Groups, Rollouts.rewards rollouts) ||> Array.map2 ofGroup |> Array.concat
            Returns = None
        })

    /// The rows of each group, of one row a trajectory.
    let private perGroup (groups: Group[]) (rows: float[][]) =
        let starts = groups |> Array.scan (fun start group -> start + group.Length) 0
        groups |> Array.mapi(fun g group -> rows[starts[g] .. starts[g] + group.Length - 1])

    let private deviationArguments deviation = [ Term.number "ddof" (float deviation.Ddof); Term.number "epsilon" deviation.Epsilon ]

    /// (x - mean) / sqrt(var + epsilon) of advantages over the whole step. `Ddof` 1 and epsilon 1e-8 are verl's; fewer than two numbers stay as they are,
    /// and numbers that do not differ become 0. Groups in which an estimator that compares within groups found nothing but zeros keep them: taking the step's
    /// mean off would make a signal of none.
    let whiten over deviation (inner: Estimator) : Estimator =
        let whitened (rollouts: Rollouts) (advantages: float[][]) =
            let tokens = advantages |> Array.filter(Array.isEmpty >> not)
            let numbers =
                match over with
                | Over.Tokens -> Array.concat tokens
                | Over.Trajectories -> Array.map Array.average tokens
            if numbers.Length < 2 then
                advantages
            else
                let mean, spread = Deviation.momentsOf deviation numbers
                let divisor = sqrt(spread * spread + deviation.Epsilon)
                let ofGroup (rows: float[][]) =
                    if inner.IsGroupRelative && rows |> Array.forall(Array.forall((=) 0.0)) then
                        rows
                    else
                        rows |> Array.map(Array.map(fun a -> Deviation.over divisor (a - mean)))
                perGroup rollouts.Groups advantages |> Array.collect ofGroup
        {
            inner with
                Term = Term.Call("whiten", Term.argument inner.Term :: Term.keyed "over" (Term.ofCase over) :: deviationArguments deviation)
                Estimate =
                    fun rollouts ->
                        let estimates = inner.Estimate rollouts
                        { estimates with Advantages = whitened rollouts estimates.Advantages }
        }

    /// GRPO with a standard deviation of choice: `Baseline.standardise`.
    let groupRelative deviation = {
        ofRewards "grpo" (Baseline.standardise deviation) with
            Term = Term.Call("grpo", deviationArguments deviation)
    }

    /// GRPO as released code has it: `groupRelative Deviation.sample`.
    let grpo = groupRelative Deviation.sample

    /// Dr.GRPO: GRPO without dividing by the standard deviation (`Baseline.centre`).
    let drGrpo = ofRewards "drGrpo" Baseline.centre

    /// RLOO: `Baseline.leaveOneOut`.
    let rloo = ofRewards "rloo" Baseline.leaveOneOut

    /// OPO: `Baseline.lengthWeighted` by action tokens.
    let opo = ofGroups "opo" (fun group -> group |> Array.map(Trajectory.actionTokens >> float) |> Baseline.lengthWeighted)

    /// MaxRL: `Baseline.overMean`.
    let maxRl = ofRewards "maxRl" Baseline.overMean

    /// pass@k: `Baseline.bestOverSecond`; divided by the group's standard deviation where one is given.
    let passAtK deviation =
        let scale rewards =
            match deviation with
            | Some deviation -> snd(Deviation.momentsOf deviation rewards) + deviation.Epsilon
            | None -> 1.0
        {
            ofRewards "passAtK" (fun rewards ->
                let scale = scale rewards
                rewards |> Baseline.bestOverSecond |> Array.map(Deviation.over scale)) with
                Term = Term.Call("passAtK", deviation |> Option.map deviationArguments |> Option.defaultValue [])
        }

    /// GPG: centred rewards times (groups / groups whose rewards differ), so that groups without signal do not dilute the gradient (Chu et al. 2025, arXiv
    /// 2504.02546, section 3.2).
    let gpg =
        estimator "gpg" true (fun rollouts ->
            let rewards = Rollouts.rewards rollouts
            let signal = rewards |> Array.filter Deviation.differ |> Array.length
            let alpha = float rewards.Length / float(max 1 signal)
            rewards |> Array.collect Baseline.centre |> Array.map((*) alpha) |> spread rollouts)

    /// GDPO: each of several rewards is standardised in its group by itself, then their weighted sum is whitened over the step's trajectories, so that
    /// rewards of different size do not drown one another (arXiv 2601.05242). The trajectories' own outcome is used only where a part reads it. A group has
    /// no signal where no part's rewards differ. Raises `ArgumentException` that names the part, the question and what it gave where that is no number.
    let gdpo (parts: RewardPart list) =
        let weighted = Term.Sum [ for part in parts -> Term.Product(Term.Number part.Weight, Term.name part.Name) ]
        let standardised (group: Group) part =
            group |> Array.map(Judgement.reward part) |> Baseline.standardise Deviation.sample |> Array.map((*) part.Weight)
        {
            ofGroups "gdpo" (fun group _ ->
                parts |> List.map(standardised group) |> List.fold (Array.map2 (+)) (Array.zeroCreate group.Length)) with
                Term = Term.Call("gdpo", [ Term.argument weighted ])
                Parts = parts
        }
        |> whiten Over.Trajectories Deviation.whitening

    /// sum over later tokens of gamma^distance x reward, from each token on; distances count action tokens alone.
    let private discounted gamma (rewards: float[]) =
        Array.scanBack (fun reward later -> reward + gamma * later) rewards 0.0 |> Array.truncate rewards.Length

    /// Each token's discounted return, not yet whitened: REINFORCE. Raises `ArgumentException` unless gamma is in [0, 1].
    let discountedReturn gamma =
        if not(gamma >= 0.0 && gamma <= 1.0) then
            Setting.refuse $"A discount of {gamma} is out of range: give 0 to 1."
        {
            estimator "discountedReturn" false (fun rollouts -> {
                Advantages = Rollouts.tokenRewards rollouts |> Array.map(discounted gamma)
                Returns = None
            }) with
                Term = Term.Call("discountedReturn", [ Term.number "gamma" gamma ])
        }

    /// REINFORCE++: discounted returns whitened over the step's tokens, no group needed (Hu et al. 2025, arXiv 2501.03262, Eq. 6 to 8). A group of equal
    /// rewards is compared with the other groups of the step.
    let reinforcePlusPlus gamma = discountedReturn gamma |> whiten Over.Tokens Deviation.whitening

    /// REINFORCE++ with the group's mean as baseline, whitened over the step's tokens (arXiv 2501.03262, section 3.2). One trajectory alone keeps its
    /// reward. A group without signal keeps advantages of 0, where released code gives it minus the step's mean.
    let reinforcePlusPlusBaseline = drGrpo |> whiten Over.Tokens Deviation.whitening

    /// Generalised advantage estimation with a critic's values V, not yet whitened: delta_t = r_t + gamma V_{t+1} - V_t, A_t = delta_t + gamma lambda A_{t+1};
    /// the return that the critic learns is A_t + V_t (Schulman et al. 2016, arXiv 1506.02438, Eq. 16). Tokens are action tokens; the value behind the
    /// last is 0. Raises `ArgumentException` on a constant out of [0, 1], `InvalidOperationException` on rollouts without values.
    let gae options : Estimator =
        let isShare x = x >= 0.0 && x <= 1.0
        if not(isShare options.Gamma && isShare options.Lambda) then
            Setting.refuse $"A gamma of {options.Gamma} with a lambda of {options.Lambda} is out of range: give 0 to 1 for both."
        let ofTrajectory (rewards: float[]) (values: float[]) =
            let step (reward, value) (advantage, next) =
                reward + options.Gamma * next - value + options.Gamma * options.Lambda * advantage, value
            Array.scanBack step (Array.zip rewards values) (0.0, 0.0) |> Array.truncate rewards.Length |> Array.map fst
        {
            Term = Term.Call("gae", [ Term.number "gamma" options.Gamma; Term.number "lambda" options.Lambda ])
            Needs = Set.singleton CriticValues
            IsGroupRelative = false
            Parts = []
            Estimate =
                fun rollouts ->
                    match rollouts.Values with
                    | None ->
                        invalidOp
                            "Generalised advantage estimation needs a critic's values, which these rollouts lack: train with an objective and an estimator that need CriticValues."
                    | Some values ->
                        let advantages = (Rollouts.tokenRewards rollouts, values) ||> Array.map2 ofTrajectory
                        { Advantages = advantages; Returns = Some((advantages, values) ||> Array.map2(Array.map2 (+))) }
        }
