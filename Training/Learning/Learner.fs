namespace Levee.Training.Learning

open Levee
open Levee.Algorithms
open Levee.Policies
open Levee.Policies.Weights
open TorchSharp

/// A critic being trained: the critic, and an optimiser's memory for each of its flat tensors.
type CriticLearner = { Critic: Critic; Optimisers: OptimiserState list }

/// A policy being trained, with all that training keeps beside it. Weights are updated in place.
type Learner = {
    Policy: Policy
    Optimiser: OptimiserState
    /// The critic in training, where the recipe needs one.
    Critic: CriticLearner option
    References: References
}

[<RequireQualifiedAccess>]
module Learner =
    /// The weights that training moves, and their gradient, both flat: all, all behind the embedding, or an adapter's. Raises
    /// `InvalidOperationException` for a policy without a gradient.
    let trained freezeEmbedding (policy: Policy) =
        let parameters = policy.Parameters
        let isPart = freezeEmbedding && parameters.Adapter.IsNone
        let start = if isPart then parameters.Embedding.numel() else 0L
        let behind (flat: torch.Tensor) = flat.narrow(0L, start, flat.shape[0] - start)
        match Parameters.trainedGradient parameters with
        | Some gradient -> behind(Parameters.trained parameters), behind gradient
        | None -> invalidOp "A frozen policy cannot be updated: load or clone it as trainable."

    let private startCritic policy =
        let critic = Critic.ofPolicy policy
        { Critic = critic; Optimisers = Critic.trained critic |> List.map(fst >> Optimiser.start) }

    /// A policy before its first update, with what the needs of a recipe ask for. Raises `ArgumentException` where the options ask for an adapter and
    /// the policy has none.
    let start (options: TrainingOptions) (needs: Set<Need>) (policy: Policy) =
        if options.Update.Adapter.IsSome && policy.Parameters.Adapter.IsNone then
            Setting.refuse "The options ask for an adapter, which this policy has not: give it one by Policy.adapt."
        use _ = torch.NewDisposeScope()
        let values, _ = trained options.Update.FreezeEmbedding policy
        {
            Policy = policy
            Optimiser = Optimiser.start values
            Critic =
                if needs.Contains CriticValues then
                    Some(startCritic policy)
                else
                    None
            References = References.start (References.wanted needs) policy
        }

    /// Frees all but the policy.
    let dispose learner =
        Optimiser.dispose learner.Optimiser
        References.dispose learner.References
        for critic in Option.toList learner.Critic do
            List.iter Optimiser.dispose critic.Optimisers
            (critic.Critic :> System.IDisposable).Dispose()
