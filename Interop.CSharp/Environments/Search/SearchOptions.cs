namespace Levee.CSharp;

/// <summary>Settings for searching.</summary>
public sealed record SearchOptions
{
    private static readonly CoreSearch.SearchOptions Default = CoreSearch.SearchOptionsModule.defaults;

    /// <summary>Documents shown for a search, best first; at least 1.</summary>
    public int TopK { get; init; } = Default.TopK;

    /// <summary>The amount of detail in which the policy is told about the protocol.</summary>
    public SearchWording Wording { get; init; } = SearchWordingMapping.FromCore(Default.Wording);

    /// <summary>The longest that a search may take before the episode goes on without documents; above zero.</summary>
    public TimeSpan TimeOut { get; init; } = Default.TimeOut;

    internal CoreSearch.SearchOptions ToCore() => new(TopK, Wording.ToCore(), TimeOut);
}
