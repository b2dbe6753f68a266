namespace Levee

/// What an average is taken over.
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
    /// How much is trusted to sampled returns rather than to the critic, in [0, 1].
    Lambda: float
}

/// One of several rewards, as a function of the trajectory.
type RewardPart = { Name: string; Weight: float; Reward: Trajectory -> float }

/// Advantage estimators. Make one from a function of a group's rewards by `ofRewards`; refine it by `whiten`, `Shaping.kl`, `Shaping.overlong`.
[<RequireQualifiedAccess>]
module Advantage =
    let private estimator formula estimate : Estimator = { Formula = formula; Needs = Set.empty; Estimate = estimate }

    /// One number for each trajectory, spread evenly over its action tokens.
    let private spread (rollouts: Rollouts) (perTrajectory: float[]) = {
        Advantages = (rollouts.Shaping, perTrajectory) ||> Array.map2(fun tokens a -> Array.map (fun _ -> a) tokens)
        Returns = None
    }

    /// An estimator from a function of one group and its rewards, which gives one number for each trajectory.
    let ofGroups formula (advantages: Group -> float[] -> float[]) =
        estimator formula (fun rollouts ->
            Array.map2 advantages rollouts.Groups (Shaping.rewards rollouts) |> Array.concat |> spread rollouts)

    /// An estimator from a function of one group's rewards, which gives one number for each trajectory.
    let ofRewards formula (advantages: float[] -> float[]) = ofGroups formula (fun _ rewards -> advantages rewards)

    /// (x - mean) / sqrt(var + epsilon) of advantages over the whole step. `Ddof` 1 and epsilon 1e-8 are verl's; fewer than two numbers stay as they are.
    let whiten over deviation (inner: Estimator) : Estimator =
        let whitened (advantages: float[][]) =
            let tokens = advantages |> Array.filter(Array.isEmpty >> not)
            let numbers =
                match over with
                | Over.Tokens -> Array.concat tokens
                | Over.Trajectories -> Array.map Array.average tokens
            if numbers.Length < 2 then
                advantages
            else
                let mean, spread = Rewards.moments deviation numbers
                let scale = 1.0 / sqrt(spread * spread + deviation.Epsilon)
                advantages |> Array.map(Array.map(fun a -> (a - mean) * scale))
        {
            inner with
                Formula = $"whiten({inner.Formula}, over={Formula.text over}, ddof={deviation.Ddof}, epsilon={deviation.Epsilon})"
                Estimate =
                    fun rollouts ->
                        let estimates = inner.Estimate rollouts
                        { estimates with Advantages = whitened estimates.Advantages }
        }

    /// verl's constants for `whiten`.
    let whitening = { Ddof = 1; Epsilon = 1e-8 }

    /// GRPO with a standard deviation of choice: `Rewards.standardise`.
    let groupRelative deviation =
        ofRewards $"grpo(ddof={deviation.Ddof}, epsilon={deviation.Epsilon})" (Rewards.standardise deviation)

    /// GRPO as released code has it: `groupRelative Rewards.sample`.
    let grpo = groupRelative Rewards.sample

    /// Dr.GRPO: GRPO without dividing by the standard deviation (`Rewards.centre`).
    let drGrpo = ofRewards "drGrpo" Rewards.centre

    /// RLOO: `Rewards.leaveOneOut`.
    let rloo = ofRewards "rloo" Rewards.leaveOneOut

    /// OPO: `Rewards.lengthWeighted` by action tokens.
    let opo = ofGroups "opo" (fun group -> group |> Array.map(Batching.actionTokens >> float) |> Rewards.lengthWeighted)

    /// MaxRL: `Rewards.overMean`.
    let maxRl = ofRewards "maxRl" Rewards.overMean

    /// pass@k: `Rewards.bestOverSecond`; divided by the group's standard deviation where one is given.
    let passAtK deviation =
        let scale rewards =
            match deviation with
            | Some deviation -> snd(Rewards.moments deviation rewards) + deviation.Epsilon
            | None -> 1.0
        let formula =
            match deviation with
            | Some deviation -> $"passAtK(ddof={deviation.Ddof}, epsilon={deviation.Epsilon})"
            | None -> "passAtK"
        ofRewards formula (fun rewards ->
            let scale = scale rewards
            rewards |> Rewards.bestOverSecond |> Array.map(fun a -> a / scale))

    /// GPG: centred rewards times (groups / groups whose rewards differ), so that groups without signal do not dilute the gradient (Chu et al. 2025, arXiv
    /// 2504.02546, section 3.2).
    let gpg =
        estimator "gpg" (fun rollouts ->
            let rewards = Shaping.rewards rollouts
            let signal = rewards |> Array.filter Rewards.differ |> Array.length
            let alpha = float rewards.Length / float(max 1 signal)
            rewards |> Array.collect Rewards.centre |> Array.map((*) alpha) |> spread rollouts)

    /// GDPO: each of several rewards is standardised in its group by itself, then their weighted sum is whitened over the step's trajectories, so that
    /// rewards of different size do not drown one another (arXiv 2601.05242). The trajectories' own outcome is used only where a part reads it.
    let gdpo (parts: RewardPart list) =
        let names = parts |> List.map(fun part -> $"{part.Weight} * {part.Name}") |> String.concat " + "
        let standardised (group: Group) part =
            group |> Array.map part.Reward |> Rewards.standardise Rewards.sample |> Array.map((*) part.Weight)
        ofGroups $"gdpo({names})" (fun group _ ->
            parts |> List.map(standardised group) |> List.fold (Array.map2 (+)) (Array.zeroCreate group.Length))
        |> whiten Over.Trajectories whitening

    /// sum over later tokens of gamma^distance x reward, from each token on; distances count action tokens alone.
    let private discounted gamma (rewards: float[]) =
        Array.scanBack (fun reward later -> reward + gamma * later) rewards 0.0 |> Array.truncate rewards.Length

    /// Each token's discounted return, not yet whitened: REINFORCE. Raises `ArgumentException` unless gamma is in [0, 1].
    let discountedReturn gamma =
        if not(gamma >= 0.0 && gamma <= 1.0) then
            Setting.refuse $"A discount of {gamma} is out of range: give 0 to 1."
        estimator $"discountedReturn(gamma={gamma})" (fun rollouts -> {
            Advantages = Shaping.tokenRewards rollouts |> Array.map(discounted gamma)
            Returns = None
        })

    /// REINFORCE++: discounted returns whitened over the step's tokens, no group needed (Hu et al. 2025, arXiv 2501.03262, Eq. 6 to 8).
    let reinforcePlusPlus gamma = discountedReturn gamma |> whiten Over.Tokens whitening

    /// REINFORCE++ with the group's mean as baseline, whitened over the step's tokens (arXiv 2501.03262, section 3.2). One trajectory alone keeps its
    /// reward.
    let reinforcePlusPlusBaseline = drGrpo |> whiten Over.Tokens whitening

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
            Formula = $"gae(gamma={options.Gamma}, lambda={options.Lambda})"
            Needs = Set.singleton CriticValues
            Estimate =
                fun rollouts ->
                    match rollouts.Values with
                    | None ->
                        invalidOp
                            "Generalised advantage estimation needs a critic's values, which these rollouts lack: train with an objective and an estimator that need CriticValues."
                    | Some values ->
                        let advantages = (Shaping.tokenRewards rollouts, values) ||> Array.map2 ofTrajectory
                        { Advantages = advantages; Returns = Some((advantages, values) ||> Array.map2(Array.map2 (+))) }
        }
