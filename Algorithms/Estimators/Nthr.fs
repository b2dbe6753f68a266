namespace Levee.Algorithms.Estimators

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas

/// The weight of a token of negative advantage that pulls correct responses down.
[<RequireQualifiedAccess>]
type NthrWeight =
    /// The same for every question, in [0, 1].
    | Fixed of eta: float

    /// 2 |0.5 - p|, with p the share of the group's trajectories that are correct: nothing is left of the penalty where half are.
    | Balanced

type NthrOptions = {
    /// The factor of the bound above which a token counts as pulling; at least 0, 1 in the paper.
    Beta: float
    Weight: NthrWeight
}

/// Negative token hidden reward: a lighter penalty on the tokens of incorrect responses that, when they are made less likely, drag correct ones down.
[<RequireQualifiedAccess>]
module Nthr =
    /// The paper's bound with the weight `Balanced`.
    let defaults = { Beta = 1.0; Weight = NthrWeight.Balanced }

    let private check options =
        if not(options.Beta >= 0.0 && System.Double.IsFinite options.Beta) then
            Setting.refuse $"An NTHR beta of {options.Beta} is out of range: give 0 or more, such as 1."
        match options.Weight with
        | NthrWeight.Fixed eta when not(eta >= 0.0 && eta <= 1.0) -> Setting.refuse $"An NTHR weight of {eta} is out of range: give 0 to 1."
        | _ -> ()

    /// The advantages of a group with the weight put on those of the tokens that pull.
    let private ofGroup options (group: Group) (alignment: float[][]) (advantages: float[][]) =
        let own = Array.zip group alignment |> Array.filter(fun (t, row) -> Trajectory.isCorrect t && row.Length > 0)
        if own.Length = 0 then
            advantages
        else
            let bound = options.Beta * (own |> Array.map(snd >> Array.average) |> Array.min)
            let weight =
                match options.Weight with
                | NthrWeight.Fixed eta -> eta
                | NthrWeight.Balanced ->
                    let correct = group |> Array.filter Trajectory.isCorrect |> Array.length
                    2.0 * abs(0.5 - float correct / float group.Length)
            let weigh isExempt s a =
                if not isExempt && a < 0.0 && s > bound then
                    weight * a
                else
                    a
            Array.map3 (fun t -> Array.map2(weigh(Trajectory.isCorrect t))) group alignment advantages

    /// Weighs the negative advantages that an estimator gives the tokens of incorrect trajectories (reward 0 or less) by eta where
    /// s_t = sum over the tokens k of the group's correct trajectories of <e_k - pi_k, e_t - pi_t> <h_k, h_t> is above beta times the least, over the correct
    /// trajectories, of the mean of s over their own tokens (Deng et al. 2025, arXiv 2505.18830). e is a token, pi the distribution that it
    /// was drawn from, h the hidden state that the head reads. A group without a correct trajectory stays as it is. The trainer makes one more pass over
    /// a step's trajectories for it, before the step's first update. Raises `ArgumentException` on an option out of range; the estimate raises
    /// `InvalidOperationException` on rollouts without `Alignment`.
    let weigh options (estimator: Estimator) : Estimator =
        check options
        let arguments = [
            Term.argument estimator.Term
            Term.number "beta" options.Beta
            Term.keyed "weight" (Term.ofCase options.Weight)
        ]
        {
            estimator with
                Term = Term.Call("nthr", arguments)
                Needs = estimator.Needs.Add HiddenAlignment
                Estimate =
                    fun rollouts ->
                        match rollouts.Alignment with
                        | None ->
                            invalidOp
                                "NTHR needs the alignment of hidden states, which these rollouts lack: compute it, as the trainer does for estimators that need HiddenAlignment."
                        | Some alignment ->
                            let estimates = estimator.Estimate rollouts
                            let rows = Rollouts.perGroup rollouts.Groups
                            let weighed =
                                Array.map3 (ofGroup options) rollouts.Groups (rows alignment) (rows estimates.Advantages) |> Array.concat
                            { estimates with Advantages = weighed }
        }
