using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The numbers whose mean and spread are taken when advantages are whitened.</summary>
public enum WhitenOver
{
    /// <summary>All action tokens of all trajectories.</summary>
    Tokens,

    /// <summary>All trajectories, each by the mean of its tokens.</summary>
    Trajectories,
}

internal static class WhitenOverMapping
{
    internal static CoreEstimators.Over ToCore(this WhitenOver over) => over switch
    {
        WhitenOver.Tokens => CoreEstimators.Over.Tokens,
        WhitenOver.Trajectories => CoreEstimators.Over.Trajectories,
        _ => throw Unnamed.Refuse(over),
    };
}
