namespace Levee.CSharp;

/// <summary>A run that ended with an error.</summary>
public sealed record RunFailure
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>What went wrong, and what to do about it.</summary>
    public required string Message { get; init; }
}
