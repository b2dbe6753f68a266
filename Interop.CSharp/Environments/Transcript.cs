using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>An episode as text: what a reward may judge.</summary>
public sealed record Transcript
{
    /// <summary>The turns, in order.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>The final answer, where one was given.</summary>
    public string? Answer { get; init; }

    /// <summary>Actions that the protocol could not read.</summary>
    public int InvalidActions { get; init; }

    internal CoreEnvironments.Transcript ToCore() => new(Turns.Select(turn => turn.ToCore()).ToFSharpList(), Answer.ToOption(), InvalidActions);

    internal static Transcript FromCore(CoreEnvironments.Transcript core) => new()
    {
        Turns = core.Turns.MapAll(Turn.FromCore),
        Answer = core.Answer.ToReference(),
        InvalidActions = core.InvalidActions,
    };
}
