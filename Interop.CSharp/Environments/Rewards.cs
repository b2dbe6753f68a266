using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Search-R1's scoring rules (arXiv 2503.09516 and its released code).</summary>
public static class Rewards
{
    /// <summary>1 for an answer that matches a golden one exactly (case, punctuation and articles aside), else 0. The default.</summary>
    public static IReward ExactMatch { get; } = new CoreReward(CoreEnvironments.RewardModule.exactMatch);

    /// <summary>1 for an answer that has a golden answer in it, else 0.</summary>
    public static IReward SubstringMatch { get; } = new CoreReward(CoreEnvironments.RewardModule.substringMatch);

    /// <summary>Exact match, and a part for a well-formed response.</summary>
    /// <param name="rewards">Search-R1's numbers where they are not given.</param>
    public static IReward Formatted(FormatRewards? rewards = null)
    {
        var pays = (rewards ?? new FormatRewards()).ToCore();
        return new CoreReward((question, transcript) => CoreEnvironments.RewardModule.formatted(pays, question, transcript));
    }
}
