using Microsoft.FSharp.Core;

namespace Levee.CSharp.Mapping;

/// <summary>A retriever of the framework's own as C# sees it.</summary>
internal sealed class CoreRetriever(CoreSearch.IRetriever core) : IRetriever
{
    public async Task<IReadOnlyList<SearchResult>> RetrieveAsync(
        IReadOnlyList<string> queries, int topK, CancellationToken cancellationToken)
    {
        var results = await core.Retrieve([.. queries], topK, cancellationToken).ConfigureAwait(false);
        return results.MapAll(SearchResult.FromCore);
    }
}

/// <summary>A retriever written in C# as the framework sees it.</summary>
internal sealed class ForeignRetriever(IRetriever retriever) : CoreSearch.IRetriever
{
    public async Task<FSharpResult<CoreEnvironments.Document[], string>[]> Retrieve(string[] queries, int topK, CancellationToken cancellation)
    {
        var results = await retriever.RetrieveAsync(queries, topK, cancellation).ConfigureAwait(false);
        return results.MapAll(result => result.ToCore());
    }
}

internal static class Retrievers
{
    internal static CoreSearch.IRetriever ToCore(IRetriever retriever) =>
        retriever is SqliteRetriever own ? own.Inner : new ForeignRetriever(retriever);
}
