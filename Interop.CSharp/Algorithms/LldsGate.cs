using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Where the LLDS penalty is on, given d = log pi_reference - log pi (positive where a token became less likely).</summary>
public enum LldsGate
{
    /// <summary>On every token (arXiv 2512.04220, Eq. 9).</summary>
    Token,

    /// <summary>On all tokens of an action whose d sums to more than the threshold (Eq. 4, the paper's default).</summary>
    Action,

    /// <summary>
    /// On all tokens of a run of preserved tokens within an action whose d sums to more than the threshold: the released code.
    /// </summary>
    Segment,

    /// <summary>On all tokens of a response whose d sums to more than the threshold (Eq. 10).</summary>
    Response,
}

internal static class LldsGateMapping
{
    internal static Core.Gate ToCore(this LldsGate gate) => gate switch
    {
        LldsGate.Token => Core.Gate.Token,
        LldsGate.Action => Core.Gate.Action,
        LldsGate.Segment => Core.Gate.Segment,
        LldsGate.Response => Core.Gate.Response,
        _ => throw Unnamed.Refuse(gate),
    };

    internal static LldsGate FromCore(Core.Gate core) => core.Tag switch
    {
        Core.Gate.Tags.Token => LldsGate.Token,
        Core.Gate.Tags.Action => LldsGate.Action,
        Core.Gate.Tags.Segment => LldsGate.Segment,
        Core.Gate.Tags.Response => LldsGate.Response,
        _ => throw new NotSupportedException($"{core} is no {nameof(LldsGate)} that C# knows."),
    };
}
