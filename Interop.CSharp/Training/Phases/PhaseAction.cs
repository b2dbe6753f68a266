namespace Levee.CSharp;

/// <summary>
/// An action of a run when it enters a phase, or a worse one. A coefficient that grows then is part of the objective: <see cref="Coefficient.RaisedAt"/>.
/// </summary>
public sealed record PhaseAction
{
    internal PhaseAction(CoreLearning.PhaseAction core) => Inner = core;

    /// <summary>Reports the phase, and does nothing else.</summary>
    public static PhaseAction Warn { get; } = new(CoreLearning.PhaseAction.Warn);

    /// <summary>Keeps the policy as it is after this step.</summary>
    public static PhaseAction SavePolicy { get; } = new(CoreLearning.PhaseAction.SavePolicy);

    /// <summary>Ends the run after this step.</summary>
    public static PhaseAction Stop { get; } = new(CoreLearning.PhaseAction.Stop);

    /// <summary>Brings weights and optimiser back to the last good state.</summary>
    public static PhaseAction RollBack { get; } = new(CoreLearning.PhaseAction.RollBack);

    internal CoreLearning.PhaseAction Inner { get; }

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
