namespace Levee

open TorchSharp

/// A critic being trained: the critic, and an optimiser's memory for each of its flat tensors.
type CriticLearner = { Critic: Critic; Optimisers: OptimiserState list }

/// A policy being trained, with all that training keeps beside it. Weights are updated in place.
type Learner = {
    Policy: Policy
    Optimiser: OptimiserState
    /// Where the recipe needs one.
    Critic: CriticLearner option
    References: References
}

[<RequireQualifiedAccess>]
module Learner =
    /// The weights that training moves, and their gradient, both flat: all, or all behind the embedding. Raises `InvalidOperationException`
    /// for a policy without a gradient.
    let trained freezeEmbedding (policy: Policy) =
        let parameters = policy.Parameters
        let start = if freezeEmbedding then parameters.Embedding.numel() else 0L
        let behind (flat: torch.Tensor) = flat.narrow(0L, start, flat.shape[0] - start)
        match parameters.Gradient with
        | Some gradient -> behind parameters.Values, behind gradient
        | None -> invalidOp "A frozen policy cannot be updated: load or clone it as trainable."

    let private startCritic policy =
        let critic = Critic.ofPolicy policy
        { Critic = critic; Optimisers = Critic.trained critic |> List.map(fst >> Optimiser.start) }

    /// A policy before its first update, with what the needs of a recipe ask for.
    let start (options: TrainingOptions) (needs: Set<Need>) (policy: Policy) =
        use _ = torch.NewDisposeScope()
        let values, _ = trained options.FreezeEmbedding policy
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
