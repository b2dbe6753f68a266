using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>One call of the search engine that was carried out.</summary>
public sealed record SearchCall
{
    /// <summary>The turn, from 0, whose action made the call.</summary>
    public int Turn { get; init; }

    /// <summary>The text that was searched for.</summary>
    public required string Query { get; init; }

    /// <summary>Identifiers of the documents shown, best first; empty when the retriever failed.</summary>
    public IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>The retriever's error, where it failed; the episode went on without documents.</summary>
    public string? Failure { get; init; }

    internal Core.SearchCall ToCore() => new(Turn, Query, Documents.ToFSharpList(), Failure.ToOption());

    internal static SearchCall FromCore(Core.SearchCall core) =>
        new() { Turn = core.Turn, Query = core.Query, Documents = [.. core.Documents], Failure = core.Failure.ToReference() };
}
