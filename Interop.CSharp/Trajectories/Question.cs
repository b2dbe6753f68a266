using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>A question of a task.</summary>
public sealed record Question
{
    /// <summary>The question's name among those of its file; empty where it has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>The question itself.</summary>
    public required string Text { get; init; }

    /// <summary>Every answer that counts as right.</summary>
    public IReadOnlyList<string> GoldenAnswers { get; init; } = [];

    /// <summary>The item's <c>metadata</c> object as JSON text; empty where the file has none.</summary>
    public string Metadata { get; init; } = "";

    internal Core.Question ToCore() => new(Id, Text, GoldenAnswers.ToFSharpList(), Metadata);

    internal static Question FromCore(Core.Question core) =>
        new() { Id = core.Id, Text = core.Text, GoldenAnswers = [.. core.GoldenAnswers], Metadata = core.Metadata };
}
