using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Which tokens LLDS keeps likely.</summary>
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
    internal static Core.Preserve ToCore(this LldsPreserve preserve) => preserve switch
    {
        LldsPreserve.NonNegative => Core.Preserve.NonNegative,
        LldsPreserve.Positive => Core.Preserve.Positive,
        LldsPreserve.Correct => Core.Preserve.Correct,
        _ => throw Unnamed.Refuse(preserve),
    };

    internal static LldsPreserve FromCore(Core.Preserve core) => core.Tag switch
    {
        Core.Preserve.Tags.NonNegative => LldsPreserve.NonNegative,
        Core.Preserve.Tags.Positive => LldsPreserve.Positive,
        Core.Preserve.Tags.Correct => LldsPreserve.Correct,
        _ => throw new NotSupportedException($"{core} is no {nameof(LldsPreserve)} that C# knows."),
    };
}
