namespace Levee.CSharp;

/// <summary>The reason why a continuation ended.</summary>
public enum GenerationEnd
{
    /// <summary>The continuation ended at a token that the policy's files name as an end, which is its last token.</summary>
    StopToken,

    /// <summary>The continuation ended at a stop text.</summary>
    StopText,

    /// <summary>The continuation reached the largest number of tokens, or the context was full.</summary>
    Length,
}

internal static class GenerationEndMapping
{
    internal static GenerationEnd FromCore(CorePolicies.GenerationEnd core) => core.Tag switch
    {
        CorePolicies.GenerationEnd.Tags.StopToken => GenerationEnd.StopToken,
        CorePolicies.GenerationEnd.Tags.StopText => GenerationEnd.StopText,
        CorePolicies.GenerationEnd.Tags.Length => GenerationEnd.Length,
        _ => throw new NotSupportedException($"{core} is no {nameof(GenerationEnd)} that C# knows."),
    };
}
