using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// Question answering with a search engine, by Search-R1's protocol. A search that fails is answered with no documents, and its failure is
/// kept in the <see cref="SearchCall"/>.
/// </summary>
public sealed class SearchEnvironment : IEnvironment
{
    private readonly CoreSearch.SearchEnvironment _core;
    private readonly IEnvironment _face;

    /// <summary>An environment over a search engine.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public SearchEnvironment(IRetriever retriever, SearchOptions? options = null)
    {
        _core = new CoreSearch.SearchEnvironment((options ?? new SearchOptions()).ToCore(), Retrievers.ToCore(retriever));
        _face = new CoreEnvironment(_core);
    }

    /// <summary>Queries asked so far.</summary>
    public long Queries => _core.Retriever.Queries;

    /// <summary>The number of those queries that failed.</summary>
    public long Failures => _core.Retriever.Failures;

    /// <inheritdoc/>
    public IReadOnlyList<string> StopTexts => _face.StopTexts;

    internal CoreEnvironments.IEnvironment Inner => _core;

    /// <inheritdoc/>
    public IReadOnlyList<Piece> Prompt(Question question) => _face.Prompt(question);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Outcome>> ActAsync(IReadOnlyList<ActionRequest> actions, CancellationToken cancellationToken) =>
        _face.ActAsync(actions, cancellationToken);
}
