namespace Levee.CSharp;

/// <summary>A document of a corpus.</summary>
public sealed record Document
{
    /// <summary>The document's name among the documents.</summary>
    public required string Id { get; init; }

    /// <summary>Its title.</summary>
    public string Title { get; init; } = "";

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    internal CoreEnvironments.Document ToCore() => new(Id, Title, Text);

    internal static Document FromCore(CoreEnvironments.Document core) => new() { Id = core.Id, Title = core.Title, Text = core.Text };
}
