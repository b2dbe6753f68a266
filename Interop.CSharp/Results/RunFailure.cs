namespace Levee.CSharp;

/// <summary>A run that ended with an error.</summary>
public sealed record RunFailure
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The error, and the remedy.</summary>
    public required string Message { get; init; }
}
