using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// Full-text search over a corpus in SQLite, ranked by bm25 over title and text. Safe to share between threads; dispose it when no search
/// is under way any more.
/// </summary>
public sealed class SqliteRetriever : IRetriever, IDisposable
{
    private readonly CoreSearch.SqliteRetriever _core;
    private readonly IRetriever _face;

    private SqliteRetriever(CoreSearch.SqliteRetriever core)
    {
        _core = core;
        _face = new CoreRetriever(core);
    }

    internal CoreSearch.IRetriever Inner => _core;

    /// <summary>The way in which documents and queries are taken apart into words.</summary>
    public TextAnalysis Analysis => TextAnalysisMapping.FromCore(_core.Analysis);

    /// <summary>A description of what the index can do, in one sentence.</summary>
    public string Description => _core.Description;

    /// <summary>An index in memory; building takes seconds for some ten thousand documents.</summary>
    /// <param name="documents">The corpus.</param>
    /// <param name="analysis">The way in which it is taken apart; null for the one that suits its scripts.</param>
    /// <exception cref="ArgumentException">There are no documents.</exception>
    public static SqliteRetriever InMemory(IEnumerable<Document> documents, TextAnalysis? analysis = null) =>
        new(CoreSearch.SqliteRetriever.InMemory(documents.Select(document => document.ToCore()), analysis?.ToCore().ToOption()));

    /// <summary>
    /// An index in a file: built when it is missing, belongs to other documents or has another analysis, else opened.
    /// </summary>
    /// <param name="path">The index file.</param>
    /// <param name="documents">The corpus.</param>
    /// <param name="analysis">The way in which it is taken apart; null for the one that suits its scripts.</param>
    /// <exception cref="ArgumentException">There are no documents.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static SqliteRetriever Cached(string path, IEnumerable<Document> documents, TextAnalysis? analysis = null) =>
        new(CoreSearch.SqliteRetriever.Cached(path, documents.Select(document => document.ToCore()), analysis?.ToCore().ToOption()));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SearchResult>> RetrieveAsync(
        IReadOnlyList<string> queries, int topK, CancellationToken cancellationToken) =>
        _face.RetrieveAsync(queries, topK, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_core).Dispose();
}
