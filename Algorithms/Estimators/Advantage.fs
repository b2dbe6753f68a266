namespace Levee.Algorithms.Estimators

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas

[<RequireQualifiedAccess>]
type Over =
    | Tokens
    | Trajectories

type Gae = { Gamma: float; Lambda: float }

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

    let ofGroups formula (advantages: Group -> float[] -> float[]) =
        estimator formula true (fun rollouts ->
            Array.map2 advantages rollouts.Groups (Rollouts.rewards rollouts) |> Array.concat |> spread rollouts)

    let ofRewards formula (advantages: float[] -> float[]) = ofGroups formula (fun _ rewards -> advantages rewards)

    /// For each action token of a trajectory, the advantage of its action.
    let private spreadActions formula (group: Group) index (trajectory: Trajectory) (perAction: float[]) =
        let actions = Trajectory.actions trajectory
        if perAction.Length <> actions.Length then
            Setting.refuse
                $"The estimator {formula} gave {perAction.Length} advantages for trajectory {index} of the {group.Length} of question '{trajectory.Question.Id}', which has {actions.Length} actions: give one for each action, in the order of Trajectory.actions."
        (actions, List.ofArray perAction) ||> List.map2(fun (tokens, _) a -> Array.replicate tokens.Length a) |> Array.concat

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

    let groupRelative deviation = {
        ofRewards "grpo" (Baseline.standardise deviation) with
            Term = Term.Call("grpo", deviationArguments deviation)
    }

    let grpo = groupRelative Deviation.sample

    let drGrpo = ofRewards "drGrpo" Baseline.centre

    let rloo = ofRewards "rloo" Baseline.leaveOneOut

    let opo = ofGroups "opo" (fun group -> group |> Array.map(Trajectory.actionTokens >> float) |> Baseline.lengthWeighted)

    let maxRl = ofRewards "maxRl" Baseline.overMean

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

    let gpg =
        estimator "gpg" true (fun rollouts ->
            let rewards = Rollouts.rewards rollouts
            let signal = rewards |> Array.filter Deviation.differ |> Array.length
            let alpha = float rewards.Length / float(max 1 signal)
            rewards |> Array.collect Baseline.centre |> Array.map((*) alpha) |> spread rollouts)

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

    let reinforcePlusPlus gamma = discountedReturn gamma |> whiten Over.Tokens Deviation.whitening

    let reinforcePlusPlusBaseline = drGrpo |> whiten Over.Tokens Deviation.whitening

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
