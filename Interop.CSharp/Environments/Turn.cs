using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>One turn of an episode, as text.</summary>
public sealed record Turn
{
    /// <summary>The text that the policy wrote.</summary>
    public required string Action { get; init; }

    /// <summary>The environment's answer; empty after the last action.</summary>
    public IReadOnlyList<Piece> Feedback { get; init; } = [];

    internal CoreEnvironments.Turn ToCore() => new(Action, Feedback.Select(piece => piece.ToCore()).ToFSharpList());

    internal static Turn FromCore(CoreEnvironments.Turn core) => new() { Action = core.Action, Feedback = core.Feedback.MapAll(Piece.FromCore) };
}
