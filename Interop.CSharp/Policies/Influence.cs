namespace Levee.CSharp;

/// <summary>
/// What one gradient step on a trajectory does to an action of another one of its group, through the policy's head (arXiv 2512.04220, Theorem A.1).
/// </summary>
public sealed record Influence
{
    /// <summary>The action that is moved, from 1.</summary>
    public required int Action { get; init; }

    /// <summary>The trajectory that moves it: its index in the group.</summary>
    public required int Trajectory { get; init; }

    /// <summary>
    /// The change of the action's log-probability, in nats, per unit of the step; negative pulls it down. A loss that is a mean over n tokens takes a
    /// step of its learning rate / n.
    /// </summary>
    public required double Total { get; init; }

    /// <summary>Mean product of the prediction errors over the pairs of tokens, in [-2, 2].</summary>
    public required double PredictionError { get; init; }

    /// <summary>Mean cosine of the hidden states over the pairs of tokens, in [-1, 1].</summary>
    public required double HiddenState { get; init; }

    internal static Influence FromCore(CorePolicies.Influence core) => new()
    {
        Action = core.Action,
        Trajectory = core.Trajectory,
        Total = core.Total,
        PredictionError = core.PredictionError,
        HiddenState = core.HiddenState,
    };
}
