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

    /// <summary>An index in memory; building takes seconds for some ten thousand documents.</summary>
    public static SqliteRetriever InMemory(IEnumerable<Document> documents) =>
        new(CoreSearch.SqliteRetriever.InMemory(documents.Select(document => document.ToCore())));

    /// <summary>An index in a file: built when it is missing or belongs to other documents, else opened.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static SqliteRetriever Cached(string path, IEnumerable<Document> documents) =>
        new(CoreSearch.SqliteRetriever.Cached(path, documents.Select(document => document.ToCore())));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SearchResult>> RetrieveAsync(
        IReadOnlyList<string> queries, int topK, CancellationToken cancellationToken) =>
        _face.RetrieveAsync(queries, topK, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_core).Dispose();
}
