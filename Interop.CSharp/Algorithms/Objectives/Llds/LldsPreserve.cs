using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The choice of the tokens that LLDS keeps likely.</summary>
public enum LldsPreserve
{
    /// <summary>Advantage at least zero: correct responses and those of groups without signal (the paper's Y_pre).</summary>
    NonNegative,

    /// <summary>Advantage above zero.</summary>
    Positive,

    /// <summary>Outcome reward above zero, whatever the advantage.</summary>
    Correct,
}

internal static class LldsPreserveMapping
{
    internal static CoreObjectives.Preserve ToCore(this LldsPreserve preserve) => preserve switch
    {
        LldsPreserve.NonNegative => CoreObjectives.Preserve.NonNegative,
        LldsPreserve.Positive => CoreObjectives.Preserve.Positive,
        LldsPreserve.Correct => CoreObjectives.Preserve.Correct,
        _ => throw Unnamed.Refuse(preserve),
    };

    internal static LldsPreserve FromCore(CoreObjectives.Preserve core) => core.Tag switch
    {
        CoreObjectives.Preserve.Tags.NonNegative => LldsPreserve.NonNegative,
        CoreObjectives.Preserve.Tags.Positive => LldsPreserve.Positive,
        CoreObjectives.Preserve.Tags.Correct => LldsPreserve.Correct,
        _ => throw new NotSupportedException($"{core} is no {nameof(LldsPreserve)} that C# knows."),
    };
}
