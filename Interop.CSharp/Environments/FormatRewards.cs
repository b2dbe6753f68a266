namespace Levee.CSharp;

/// <summary>The pay of <see cref="Rewards.Formatted"/> beside 1 for a right answer in a well-formed response.</summary>
public sealed record FormatRewards
{
    /// <summary>
    /// Paid for a well-formed response with a wrong answer, and taken off the pay of a right answer in a malformed response. In [0, 1].
    /// </summary>
    public double WellFormed { get; init; } = CoreEnvironments.RewardModule.formatDefaults.WellFormed;

    /// <summary>Paid for a malformed response with a wrong answer. In [0, 1].</summary>
    public double Malformed { get; init; } = CoreEnvironments.RewardModule.formatDefaults.Malformed;

    internal CoreEnvironments.FormatRewards ToCore() => new(WellFormed, Malformed);
}
