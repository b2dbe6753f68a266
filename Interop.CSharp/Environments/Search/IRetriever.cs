namespace Levee.CSharp;

/// <summary>A search engine: finds documents for several queries at once. Safe to share between threads.</summary>
public interface IRetriever
{
    /// <summary>For each query, in order, up to <paramref name="topK"/> documents, best first, or why that query failed.</summary>
    Task<IReadOnlyList<SearchResult>> RetrieveAsync(IReadOnlyList<string> queries, int topK, CancellationToken cancellationToken);
}
