using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The thresholds by which phases are told while a run trains, and what is done about the phases.</summary>
public sealed record PhaseWatch
{
    private static readonly CoreLearning.PhaseWatch Default = CoreLearning.PhaseWatchModule.defaults;

    /// <summary>When a phase is said to have come and gone.</summary>
    public PhaseOptions Options { get; init; } = PhaseOptions.FromCore(Default.Options);

    /// <summary>The actions that are taken when phases are entered.</summary>
    public IReadOnlyList<PhaseRule> Rules { get; init; } = Default.Actions.MapAll(PhaseRule.FromCore);

    /// <summary>Steps between the good states that are kept for <see cref="PhaseAction.RollBack"/>.</summary>
    public int KeepEvery { get; init; } = Default.KeepEvery;

    internal CoreLearning.PhaseWatch ToCore() => new(Options.ToCore(), Rules.Select(rule => rule.ToCore()).ToFSharpList(), KeepEvery);

    internal static PhaseWatch FromCore(CoreLearning.PhaseWatch core) => new()
    {
        Options = PhaseOptions.FromCore(core.Options),
        Rules = core.Actions.MapAll(PhaseRule.FromCore),
        KeepEvery = core.KeepEvery,
    };
}
