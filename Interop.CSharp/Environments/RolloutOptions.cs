using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Settings for sampling episodes.</summary>
public sealed record RolloutOptions
{
    private static readonly CoreEnvironments.RolloutOptions Default = CoreEnvironments.RolloutOptionsModule.defaults;

    /// <summary>Turns whose action is carried out; at least 1.</summary>
    public int MaxTurns { get; init; } = Default.MaxTurns;

    /// <summary>True when a policy that has used up these turns may write once more, to answer.</summary>
    public bool FinalTurn { get; init; } = Default.FinalTurn;

    /// <summary>The largest number of tokens a turn; at least 1.</summary>
    public int TurnTokens { get; init; } = Default.TurnTokens;

    /// <summary>The largest number of tokens of one observation; at least 1.</summary>
    public int ObservationTokens { get; init; } = Default.ObservationTokens;

    /// <summary>
    /// Tokens that end a turn besides the environment's stop texts. A learning task without any takes those that the policy's files name.
    /// </summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [.. Default.StopTokens];

    /// <summary>Judges each episode.</summary>
    public IReward Reward { get; init; } = new CoreReward(Default.Reward);

    internal CoreEnvironments.RolloutOptions ToCore() =>
        new(MaxTurns, FinalTurn, TurnTokens, ObservationTokens, StopTokens.ToFSharpList(), CoreReward.Unwrap(Reward));

    internal static RolloutOptions FromCore(CoreEnvironments.RolloutOptions core) => new()
    {
        MaxTurns = core.MaxTurns,
        FinalTurn = core.FinalTurn,
        TurnTokens = core.TurnTokens,
        ObservationTokens = core.ObservationTokens,
        StopTokens = [.. core.StopTokens],
        Reward = new CoreReward(core.Reward),
    };
}
