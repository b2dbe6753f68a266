using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The number that the summed LLDS penalty is divided by.</summary>
public enum LldsNormaliser
{
    /// <summary>All action tokens of the mini-batch, preserved or not: the released code, which the published lambda belongs to.</summary>
    AllTokens,

    /// <summary>All action tokens of preserved responses (Eq. 9 and 10).</summary>
    PreservedTokens,

    /// <summary>Each preserved response's penalty over its own tokens, then the mean over preserved responses (Eq. 4).</summary>
    PerResponse,
}

internal static class LldsNormaliserMapping
{
    internal static CoreObjectives.Normaliser ToCore(this LldsNormaliser normaliser) => normaliser switch
    {
        LldsNormaliser.AllTokens => CoreObjectives.Normaliser.AllTokens,
        LldsNormaliser.PreservedTokens => CoreObjectives.Normaliser.PreservedTokens,
        LldsNormaliser.PerResponse => CoreObjectives.Normaliser.PerResponse,
        _ => throw Unnamed.Refuse(normaliser),
    };

    internal static LldsNormaliser FromCore(CoreObjectives.Normaliser core) => core.Tag switch
    {
        CoreObjectives.Normaliser.Tags.AllTokens => LldsNormaliser.AllTokens,
        CoreObjectives.Normaliser.Tags.PreservedTokens => LldsNormaliser.PreservedTokens,
        CoreObjectives.Normaliser.Tags.PerResponse => LldsNormaliser.PerResponse,
        _ => throw new NotSupportedException($"{core} is no {nameof(LldsNormaliser)} that C# knows."),
    };
}
