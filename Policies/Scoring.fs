namespace Levee

open TorchSharp

/// A policy's forward pass over R responses of at most N action tokens, ready to be judged and pulled back.
type Scored = {
    Settings: LogProbSettings
    Model: Model
    Layout: Layout
    /// [M, width] the final hidden states that predict the action tokens, with their graph.
    Hidden: torch.Tensor
    Tokens: TokenScores
    /// [R, N] log-probability of each action token, as numbers; 0 in the padding.
    LogProb: torch.Tensor
    /// [R, N] entropy of the distribution that each token was drawn from, as numbers; 0 in the padding.
    Entropy: torch.Tensor
}

/// The policy's side of a training step: `forward`, judge the numbers by an objective, `pullBack` the slopes found there.
[<RequireQualifiedAccess>]
module Scoring =
    /// The final hidden states that predict a layout's action tokens, [M, width]: what the head reads.
    let hidden (model: Model) (layout: Layout) =
        let states = Transformer.hidden model.Parameters model.Rotation layout.Inputs
        states.view(-1L, states.shape[2]).index_select(0L, layout.Sources)

    /// Scores a layout's action tokens, keeping what the way back needs.
    let forwardLayout (settings: LogProbSettings) (model: Model) (layout: Layout) =
        let hidden = hidden model layout
        let tokens = LogProbs.evaluate settings model.Parameters.Head hidden layout.Targets

        {
            Settings = settings
            Model = model
            Layout = layout
            Hidden = hidden
            Tokens = tokens
            LogProb = Layout.pad layout tokens.LogProb
            Entropy = Layout.pad layout tokens.Entropy
        }

    let private layoutFor (policy: Policy) trajectories = Layout.ofTrajectories policy.Parameters.Values.device trajectories

    let private at temperature = { LogProbs.defaults with Temperature = temperature }

    /// Scores the action tokens of trajectories under the policy's distribution at a temperature.
    let forward (temperature: float) (policy: Policy) (trajectories: Trajectory[]) =
        forwardLayout (at temperature) policy.Model (layoutFor policy trajectories)

    /// Adds to the model's gradient that of a scalar whose derivatives with respect to `LogProb` and, where it depends on them, `Entropy`
    /// are given, both [R, N]. The pass cannot be used again.
    let pullBack (scored: Scored) (slopes: torch.Tensor) (entropySlopes: torch.Tensor option) =
        use _ = torch.NewDisposeScope()
        let flatten = Layout.flatten scored.Layout
        let parameters = scored.Model.Parameters

        let gradient =
            LogProbs.pullBack
                scored.Settings
                parameters.Head
                (Parameters.headGradient parameters)
                scored.Hidden
                scored.Layout.Targets
                scored.Tokens
                (flatten slopes)
                (Option.map flatten entropySlopes)

        scored.Hidden.backward([| gradient |])

    /// Log-probabilities of the action tokens of trajectories, [R, N], and their mask [R, N], 1 where a token stands: for a reference
    /// policy, or to measure.
    let logProbs (temperature: float) (policy: Policy) (trajectories: Trajectory[]) =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let scored = forward temperature policy trajectories
        let mask = Layout.pad scored.Layout (torch.ones_like scored.Tokens.LogProb)
        scope.MoveToOuter scored.LogProb, scope.MoveToOuter mask
