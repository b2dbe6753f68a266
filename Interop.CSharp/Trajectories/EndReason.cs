using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Why a trajectory ended.</summary>
public enum EndReason
{
    /// <summary>The policy gave an answer.</summary>
    Answered,

    /// <summary>The last allowed turn was used up without an answer.</summary>
    TurnLimit,

    /// <summary>The context had no room for another turn.</summary>
    LengthLimit,
}

internal static class EndReasonMapping
{
    internal static Core.EndReason ToCore(this EndReason reason) => reason switch
    {
        EndReason.Answered => Core.EndReason.Answered,
        EndReason.TurnLimit => Core.EndReason.TurnLimit,
        EndReason.LengthLimit => Core.EndReason.LengthLimit,
        _ => throw Unnamed.Refuse(reason),
    };

    internal static EndReason FromCore(Core.EndReason core) =>
        core.IsAnswered ? EndReason.Answered : core.IsTurnLimit ? EndReason.TurnLimit : EndReason.LengthLimit;
}
