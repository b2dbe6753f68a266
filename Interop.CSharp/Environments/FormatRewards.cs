namespace Levee.CSharp;

/// <summary>The pay of <see cref="Rewards.Formatted"/> beside 1 for a right answer in a well-formed response.</summary>
public sealed record FormatRewards
{
    /// <summary>A well-formed response with a wrong answer; also what a right answer loses in a malformed response. In [0, 1].</summary>
    public double WellFormed { get; init; } = CoreEnvironments.RewardModule.formatDefaults.WellFormed;

    /// <summary>A malformed response with a wrong answer. In [0, 1].</summary>
    public double Malformed { get; init; } = CoreEnvironments.RewardModule.formatDefaults.Malformed;

    internal CoreEnvironments.FormatRewards ToCore() => new(WellFormed, Malformed);
}
