namespace Levee.CSharp;

/// <summary>An action of a run when it enters a phase, or a worse one.</summary>
public sealed record PhaseAction
{
    internal PhaseAction(CoreLearning.PhaseAction core) => Inner = core;

    /// <summary>Reports the phase, and does nothing else.</summary>
    public static PhaseAction Warn { get; } = new(CoreLearning.PhaseAction.Warn);

    /// <summary>Keeps the policy as it is after this step.</summary>
    public static PhaseAction Snapshot { get; } = new(CoreLearning.PhaseAction.Snapshot);

    /// <summary>Ends the run after this step.</summary>
    public static PhaseAction Stop { get; } = new(CoreLearning.PhaseAction.Stop);

    /// <summary>Brings weights and optimiser back to the last good state.</summary>
    public static PhaseAction RollBack { get; } = new(CoreLearning.PhaseAction.RollBack);

    internal CoreLearning.PhaseAction Inner { get; }

    /// <summary>Multiplies alarmed coefficients (<see cref="Coefficient.Alarmed"/>) by a factor from the next step on.</summary>
    public static PhaseAction RaiseCoefficients(double factor) => new(CoreLearning.PhaseAction.NewRaiseCoefficients(factor));

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
