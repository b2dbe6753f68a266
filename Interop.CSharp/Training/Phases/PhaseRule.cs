namespace Levee.CSharp;

/// <summary>An action for the entering of a phase.</summary>
public sealed record PhaseRule
{
    /// <summary>The phase that the action answers: it is taken when a run enters this phase or a worse one.</summary>
    public required Phase Phase { get; init; }

    /// <summary>The action that is taken.</summary>
    public required PhaseAction Action { get; init; }

    internal Tuple<CoreDiagnosis.Phase, CoreLearning.PhaseAction> ToCore() => Tuple.Create(Phase.ToCore(), Action.Inner);

    internal static PhaseRule FromCore(Tuple<CoreDiagnosis.Phase, CoreLearning.PhaseAction> core) =>
        new() { Phase = PhaseMapping.FromCore(core.Item1), Action = new(core.Item2) };
}
