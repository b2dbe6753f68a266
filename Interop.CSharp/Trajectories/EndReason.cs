using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The reason why a trajectory ended.</summary>
public enum EndReason
{
    /// <summary>The policy gave an answer.</summary>
    Answered,

    /// <summary>The last allowed turn was used up without an answer.</summary>
    TurnLimit,

    /// <summary>The context was full: it had no room for the rest of the last action, or for another turn.</summary>
    LengthLimit,

    /// <summary>
    /// The last action was cut off at the largest number of tokens that a turn may have, and no turn followed.
    /// </summary>
    TurnTokenLimit,
}

internal static class EndReasonMapping
{
    internal static Core.EndReason ToCore(this EndReason reason) => reason switch
    {
        EndReason.Answered => Core.EndReason.Answered,
        EndReason.TurnLimit => Core.EndReason.TurnLimit,
        EndReason.LengthLimit => Core.EndReason.LengthLimit,
        EndReason.TurnTokenLimit => Core.EndReason.TurnTokenLimit,
        _ => throw Unnamed.Refuse(reason),
    };

    internal static EndReason FromCore(Core.EndReason core) => core switch
    {
        { IsAnswered: true } => EndReason.Answered,
        { IsTurnLimit: true } => EndReason.TurnLimit,
        { IsLengthLimit: true } => EndReason.LengthLimit,
        _ => EndReason.TurnTokenLimit,
    };
}
