namespace Levee.Policies

open System
open Levee
open Levee.Policies.Sampling
open Levee.Policies.Transformer
open Levee.Policies.Weights
open TorchSharp

/// Settings for scoring trajectories. All but the temperature change memory and time, not results beyond rounding.
type ScoringSettings = {
    /// The number that logits are divided by; `SamplingOptions.leastTemperature` or above.
    Temperature: float
    /// True when sequences stand one behind the other, without padding. Pays where lengths differ much.
    Packing: bool
    /// True when each layer is computed again in the backward pass instead of being kept: memory of one layer instead of all, for a third more
    /// time.
    GradientCheckpointing: bool
}

/// A policy's forward pass over R responses of at most N action tokens, ready to be judged, with its backward pass.
type Scored = {
    Settings: LogProbSettings
    Model: Model
    Layout: Layout
    /// The pass over the M final hidden states that predict the action tokens.
    Pass: Pass
    Tokens: TokenScores
    /// [R, N] log-probability of each action token, as numbers; 0 in the padding.
    LogProb: torch.Tensor
    /// [R, N] entropy of the distribution that each token was drawn from, as numbers; 0 in the padding.
    Entropy: torch.Tensor
}

/// The policy's side of a training step: `forward`, judge the numbers by an objective, `backward` the gradient found there.
[<RequireQualifiedAccess>]
module Scoring =
    /// Settings at a temperature: sequences are padded, and every layer is kept for the backward pass.
    let at temperature = { Temperature = temperature; Packing = false; GradientCheckpointing = false }

    let private checkTemperature temperature =
        if not(temperature >= SamplingOptions.leastTemperature && Double.IsFinite temperature) then
            Setting.refuse
                $"The temperature is {temperature}; it must be {SamplingOptions.leastTemperature} or above, for logits to be divided by it."

    let private checkLengths (architecture: Architecture) (layout: Layout) =
        let longest =
            match layout.Arrangement with
            | Padded -> layout.Inputs.shape[1]
            | Packed lengths -> Array.max lengths

        if longest > int64 architecture.ContextLimit then
            Setting.refuse $"A sequence of {longest + 1L} tokens is longer than the policy's context of {architecture.ContextLimit}."

    let private passOf settings (model: Model) (layout: Layout) =
        let parameters = model.Parameters
        checkLengths parameters.Architecture layout
        let like = parameters.Embedding
        let make =
            if settings.GradientCheckpointing then
                Pass.checkpointed
            else
                Pass.plain

        let rotation, attend =
            match layout.Arrangement with
            | Padded ->
                let length = layout.Inputs.shape[1]
                Rotation.first length model.Rotation, Attention.causal parameters.Architecture length like
            | Packed lengths ->
                let positions = lengths |> Array.map(fun length -> torch.arange(length, dtype = torch.int64, device = like.device))
                Rotation.at ((torch.cat(positions, 0L)).unsqueeze 0L) model.Rotation, Attention.packed parameters.Architecture lengths like

        make parameters rotation attend layout.Inputs

    /// A pass over the final hidden states that predict a layout's action tokens, [M, width]: what the head reads.
    let pass settings (model: Model) (layout: Layout) =
        if layout.Sources.numel() = 0L then
            let like = model.Parameters.Embedding
            {
                Hidden = torch.zeros([| 0L; like.shape[1] |], dtype = like.dtype, device = like.device)
                Backward = ignore
            }
        else
            let whole = passOf settings model layout

            let backward (gradient: torch.Tensor) =
                use _ = torch.NewDisposeScope()
                use _ = torch.no_grad()
                // No place is read twice: a token predicts one token.
                (torch.zeros_like whole.Hidden).index_copy_(0L, layout.Sources, gradient) |> whole.Backward

            { Hidden = whole.Hidden.detach().index_select(0L, layout.Sources); Backward = backward }

    /// Scores a layout's action tokens, keeping what the backward pass needs. Raises `ArgumentException` for a temperature out of range.
    let forwardLayout (settings: ScoringSettings) (model: Model) (layout: Layout) =
        checkTemperature settings.Temperature
        let parameters = model.Parameters
        let logProbs = LogProbs.forVocabulary settings.Temperature parameters.Architecture.VocabularySize
        let pass = pass settings model layout
        let tokens = LogProbs.evaluate logProbs parameters.Head pass.Hidden layout.Targets

        {
            Settings = logProbs
            Model = model
            Layout = layout
            Pass = pass
            Tokens = tokens
            LogProb = Layout.pad layout tokens.LogProb
            Entropy = Layout.pad layout tokens.Entropy
        }

    /// Scores the action tokens of trajectories.
    let forward (settings: ScoringSettings) (policy: Policy) (trajectories: Trajectory[]) =
        Layout.ofTrajectories settings.Packing (Policy.device policy) trajectories |> forwardLayout settings policy.Model

    /// Adds to the model's gradient that of a scalar whose derivatives with respect to `LogProb` and, where it depends on them, `Entropy`
    /// are given, both [R, N]. The pass cannot be used again.
    let backward (scored: Scored) (gradient: torch.Tensor) (entropyGradient: torch.Tensor option) =
        use _ = torch.NewDisposeScope()
        let flatten = Layout.flatten scored.Layout
        let parameters = scored.Model.Parameters

        LogProbs.backward
            scored.Settings
            parameters.Head
            (Parameters.headGradient parameters)
            scored.Pass.Hidden
            scored.Layout.Targets
            scored.Tokens
            (flatten gradient)
            (Option.map flatten entropyGradient)
        |> scored.Pass.Backward

    /// Log-probabilities of the action tokens of trajectories, [R, N], and their mask [R, N], 1 where a token stands: for a reference
    /// policy, or to measure.
    let logProbs (settings: ScoringSettings) (policy: Policy) (trajectories: Trajectory[]) =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let scored = forward { settings with GradientCheckpointing = false } policy trajectories
        let mask = Layout.pad scored.Layout (torch.ones_like scored.Tokens.LogProb)
        scope.MoveToOuter scored.LogProb, scope.MoveToOuter mask
