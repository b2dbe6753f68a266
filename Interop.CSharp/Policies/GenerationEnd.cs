namespace Levee.CSharp;

/// <summary>The reason why a continuation ended.</summary>
public enum GenerationEnd
{
    /// <summary>At a token that the policy's files name as an end, which is the last token.</summary>
    StopToken,

    /// <summary>At a stop text.</summary>
    StopText,

    /// <summary>At the largest number of tokens, or where the context was full.</summary>
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
