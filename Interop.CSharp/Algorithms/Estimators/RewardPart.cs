using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>One of several rewards, as a function of the trajectory.</summary>
public sealed record RewardPart
{
    /// <summary>The part's name in formulas.</summary>
    public required string Name { get; init; }

    /// <summary>Its weight in the sum.</summary>
    public required double Weight { get; init; }

    /// <summary>The reward of a trajectory, a finite number; a trajectory for which it fails is left out of what is learnt.</summary>
    public required Func<Trajectory, double> Reward { get; init; }

    internal CoreEstimators.RewardPart ToCore() =>
        new(Name, Weight, FSharpTypes.ToFSharpFunc((Core.Trajectory trajectory) => Reward(Trajectory.FromCore(trajectory))));
}
