using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>One sampled episode: a question, what was written and inserted, and how it was judged.</summary>
public sealed record Trajectory
{
    /// <summary>The question.</summary>
    public required Question Question { get; init; }

    /// <summary>One prompt, then actions and observations in turn.</summary>
    public required IReadOnlyList<Segment> Segments { get; init; }

    /// <summary>Outcome reward of the whole trajectory; NaN where it could not be judged.</summary>
    public required double Reward { get; init; }

    /// <summary>The failure that left it without a reward; null where it was judged.</summary>
    public RewardFault? Fault { get; init; }

    /// <summary>The reason why it ended.</summary>
    public EndReason End { get; init; }

    /// <summary>The text of the final answer, where one was given.</summary>
    public string? Answer { get; init; }

    /// <summary>The number of tokens at the end of the last action that make up the final answer span; 0 without an answer.</summary>
    public int AnswerTokens { get; init; }

    /// <summary>For each action in order, the number of tokens at its end that make up a call of a tool; 0 where it made none.</summary>
    public IReadOnlyList<int> CallTokens { get; init; } = [];

    /// <summary>The searches carried out, in order.</summary>
    public IReadOnlyList<SearchCall> Searches { get; init; } = [];

    /// <summary>Actions that were neither a search nor an answer.</summary>
    public int InvalidActions { get; init; }

    /// <summary>Number of tokens that the policy wrote.</summary>
    public int ActionTokens => Core.TrajectoryModule.actionTokens(ToCore());

    internal Core.Trajectory ToCore() =>
        new(
            Question.ToCore(),
            Segments.Select(segment => segment.ToCore()).ToFSharpList(),
            Reward,
            Fault?.ToCore().ToOption(),
            End.ToCore(),
            Answer.ToOption(),
            AnswerTokens,
            CallTokens.ToFSharpList(),
            Searches.Select(search => search.ToCore()).ToFSharpList(),
            InvalidActions);

    internal static Trajectory FromCore(Core.Trajectory core) => new()
    {
        Question = Question.FromCore(core.Question),
        Segments = core.Segments.MapAll(Segment.FromCore),
        Reward = core.Reward,
        Fault = core.Fault.ToReference() is { } fault ? RewardFault.FromCore(fault) : null,
        End = EndReasonMapping.FromCore(core.End),
        Answer = core.Answer.ToReference(),
        AnswerTokens = core.AnswerTokens,
        CallTokens = [.. core.CallTokens],
        Searches = core.Searches.MapAll(SearchCall.FromCore),
        InvalidActions = core.InvalidActions,
    };
}
