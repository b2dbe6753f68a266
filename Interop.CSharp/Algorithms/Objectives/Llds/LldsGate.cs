using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// The condition under which the LLDS penalty is on, given d = log pi_reference - log pi (positive where a token became less likely).
/// </summary>
public enum LldsGate
{
    /// <summary>The penalty is on at every token (arXiv 2512.04220, Eq. 9).</summary>
    Token,

    /// <summary>The penalty is on at all tokens of an action whose d sums to more than the threshold (Eq. 4, the paper's default).</summary>
    Action,

    /// <summary>
    /// The penalty is on at all tokens of a run of preserved tokens within an action, where the run's d sums to more than the threshold: the released
    /// code.
    /// </summary>
    Segment,

    /// <summary>The penalty is on at all tokens of a response whose d sums to more than the threshold (Eq. 10).</summary>
    Response,
}

internal static class LldsGateMapping
{
    internal static CoreObjectives.Gate ToCore(this LldsGate gate) => gate switch
    {
        LldsGate.Token => CoreObjectives.Gate.Token,
        LldsGate.Action => CoreObjectives.Gate.Action,
        LldsGate.Segment => CoreObjectives.Gate.Segment,
        LldsGate.Response => CoreObjectives.Gate.Response,
        _ => throw Unnamed.Refuse(gate),
    };

    internal static LldsGate FromCore(CoreObjectives.Gate core) => core.Tag switch
    {
        CoreObjectives.Gate.Tags.Token => LldsGate.Token,
        CoreObjectives.Gate.Tags.Action => LldsGate.Action,
        CoreObjectives.Gate.Tags.Segment => LldsGate.Segment,
        CoreObjectives.Gate.Tags.Response => LldsGate.Response,
        _ => throw new NotSupportedException($"{core} is no {nameof(LldsGate)} that C# knows."),
    };
}
