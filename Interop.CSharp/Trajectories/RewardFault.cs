namespace Levee.CSharp;

/// <summary>Why a trajectory has no reward: what a reward did instead of giving a finite number.</summary>
public sealed record RewardFault
{
    /// <summary>The reward's name: of a class, the class's; empty where it has none.</summary>
    public required string Function { get; init; }

    /// <summary>What it gave: "NaN", an infinity, or the type and message of what it threw.</summary>
    public required string Gave { get; init; }

    internal Core.RewardFault ToCore() => new(Function, Gave);

    internal static RewardFault FromCore(Core.RewardFault core) => new() { Function = core.Function, Gave = core.Gave };
}
