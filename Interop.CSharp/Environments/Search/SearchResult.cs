using Levee.CSharp.Mapping;
using Microsoft.FSharp.Core;

namespace Levee.CSharp;

/// <summary>The documents that a query found, or the reason why it failed.</summary>
public sealed record SearchResult
{
    private SearchResult(IReadOnlyList<Document> documents, string? failure)
    {
        Documents = documents;
        Failure = failure;
    }

    /// <summary>The documents, best first; empty where the query failed.</summary>
    public IReadOnlyList<Document> Documents { get; }

    /// <summary>The reason why the query failed; null where it did not.</summary>
    public string? Failure { get; }

    /// <summary>Documents, best first; possibly none.</summary>
    public static SearchResult Found(params IReadOnlyList<Document> documents) => new(documents, null);

    /// <summary>No documents, for a reason.</summary>
    public static SearchResult Failed(string failure) => new([], failure);

    internal FSharpResult<CoreEnvironments.Document[], string> ToCore() => Failure is null
        ? FSharpResult<CoreEnvironments.Document[], string>.NewOk(Documents.MapAll(document => document.ToCore()))
        : FSharpResult<CoreEnvironments.Document[], string>.NewError(Failure);

    internal static SearchResult FromCore(FSharpResult<CoreEnvironments.Document[], string> core) =>
        core.IsOk ? Found(core.ResultValue.MapAll(Document.FromCore)) : Failed(core.ErrorValue);
}
