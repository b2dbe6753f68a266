namespace Levee.CSharp;

/// <summary>The failure of a reward that left a trajectory without a reward: it gave no finite number, or threw.</summary>
public sealed record RewardFault
{
    /// <summary>The reward's name, which for a class is the name of the class; empty where it has none.</summary>
    public required string Function { get; init; }

    /// <summary>The faulty result: "NaN", an infinity, or the type and message of what the reward threw.</summary>
    public required string Gave { get; init; }

    internal Core.RewardFault ToCore() => new(Function, Gave);

    internal static RewardFault FromCore(Core.RewardFault core) => new() { Function = core.Function, Gave = core.Gave };
}
