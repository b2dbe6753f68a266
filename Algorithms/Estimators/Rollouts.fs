namespace Levee.Algorithms.Estimators

open Levee
open Levee.Algorithms

/// The trajectories of a step as an advantage estimator sees them. Trajectories are numbered through all groups; numbers of tokens are those of
/// action tokens.
type Rollouts = {
    Groups: Group[]
    /// [trajectory][token] reward of each token besides the outcome: zero unless shaped.
    Shaping: float[][]
    /// [trajectory][token] log-probabilities under reference policies.
    LogProbReference: Map<Reference, float[][]>
    /// [trajectory][token] a critic's estimate of the return from before each token on, where there is a critic.
    Values: float[][] option
    /// [trajectory][token] the sum over the vocabulary of pi^2 for the distribution that each token was drawn from, where an estimator needs
    /// `SquaredProbabilities`.
    SquaredProbabilities: float[][] option
    /// [trajectory][token] how much learning a token moves the correct trajectories of its group: the sum over their tokens k of
    /// <e_k - pi_k, e_t - pi_t> <h_k, h_t>, with e a token, pi the distribution that it was drawn from and h the hidden state that the head reads; where an
    /// estimator needs `HiddenAlignment`.
    Alignment: float[][] option
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Rollouts =
    /// The rollouts of groups, without shaping, references or critic.
    let ofGroups (groups: Group[]) : Rollouts = {
        Groups = groups
        Shaping = Array.concat groups |> Array.map(fun t -> Array.zeroCreate(Trajectory.actionTokens t))
        LogProbReference = Map.empty
        Values = None
        SquaredProbabilities = None
        Alignment = None
    }

    /// Each trajectory's whole reward, in its group: outcome and shaping. Raises `ArgumentException` for a trajectory that was not judged.
    let rewards (rollouts: Rollouts) =
        Judgement.demand(Seq.concat rollouts.Groups)
        let sizes = rollouts.Groups |> Array.map Array.length
        let starts = sizes |> Array.scan (+) 0
        rollouts.Groups |> Array.mapi(fun g -> Array.mapi(fun k t -> t.Reward + Array.sum rollouts.Shaping[starts[g] + k]))

    /// [trajectory][token] the reward of each token: shaping, and the outcome on the last. Raises as `rewards` does.
    let tokenRewards (rollouts: Rollouts) =
        Judgement.demand(Seq.concat rollouts.Groups)
        let last (row: float[]) (t: Trajectory) i x = if i = row.Length - 1 then x + t.Reward else x
        (rollouts.Shaping, Array.concat rollouts.Groups) ||> Array.map2(fun row t -> row |> Array.mapi(last row t))

    /// The rows of each group, of one row a trajectory.
    let internal perGroup (groups: Group[]) (rows: float[][]) =
        let starts = groups |> Array.scan (fun start group -> start + group.Length) 0
        groups |> Array.mapi(fun g group -> rows[starts[g] .. starts[g] + group.Length - 1])
