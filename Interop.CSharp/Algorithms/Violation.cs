namespace Levee.CSharp;

/// <summary>A law that an objective breaks.</summary>
public sealed record Violation
{
    /// <summary>The law.</summary>
    public required string Law { get; init; }

    /// <summary>Where it is broken, and what helps.</summary>
    public required string Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Law}: {Detail}";
}
