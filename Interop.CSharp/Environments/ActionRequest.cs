namespace Levee.CSharp;

/// <summary>An action for an environment to carry out.</summary>
public sealed record ActionRequest
{
    /// <summary>The question of the episode.</summary>
    public required Question Question { get; init; }

    /// <summary>The turn, from 0.</summary>
    public required int Turn { get; init; }

    /// <summary>The text that the policy wrote, decoded.</summary>
    public required string Text { get; init; }

    /// <summary>True when no turn follows: only an answer still counts, and no tool is called.</summary>
    public required bool IsLast { get; init; }

    internal CoreEnvironments.ActionRequest ToCore() => new(Question.ToCore(), Turn, Text, IsLast);

    internal static ActionRequest FromCore(CoreEnvironments.ActionRequest core) =>
        new() { Question = Question.FromCore(core.Question), Turn = core.Turn, Text = core.Text, IsLast = core.IsLast };
}
