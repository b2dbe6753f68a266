namespace Levee.CSharp;

/// <summary>Named ways to train, as their papers have them.</summary>
public static class Recipes
{
    /// <summary>
    /// GRPO with feedback mask: standardised in the group, clip 0.2, token mean, no KL (arXiv 2402.03300; arXiv 2512.04220, Eq. 1).
    /// </summary>
    public static Recipe Grpo { get; } = new(CoreAlgorithms.Recipes.grpo);

    /// <summary>GRPO as Search-R1 trains: with 0.001 x k3 to the reference policy (arXiv 2503.09516).</summary>
    public static Recipe SearchR1 { get; } = new(CoreAlgorithms.Recipes.searchR1);

    /// <summary>DAPO: clip-higher, token mean, dynamic sampling, overlong filtering (arXiv 2503.14476).</summary>
    public static Recipe Dapo { get; } = new(CoreAlgorithms.Recipes.dapo);

    /// <summary>GSPO: ratios of whole sequences with their far smaller clip (arXiv 2507.18071).</summary>
    public static Recipe Gspo { get; } = new(CoreAlgorithms.Recipes.gspo);

    /// <summary>CISPO: capped constant ratios (arXiv 2506.13585).</summary>
    public static Recipe Cispo { get; } = new(CoreAlgorithms.Recipes.cispo);

    /// <summary>RLOO: leave-one-out baseline, plain policy gradient of whole responses (arXiv 2402.14740).</summary>
    public static Recipe Rloo { get; } = new(CoreAlgorithms.Recipes.rloo);

    /// <summary>REINFORCE++: returns with a KL inside the reward, whitened over the step's tokens, clipped (arXiv 2501.03262).</summary>
    public static Recipe ReinforcePlusPlus { get; } = new(CoreAlgorithms.Recipes.reinforcePlusPlus);

    /// <summary>PPO as Search-R1 has it, with a critic (arXiv 1707.06347, arXiv 2503.09516).</summary>
    public static Recipe Ppo { get; } = new(CoreAlgorithms.Recipes.ppo);

    /// <summary>Search-R1's GRPO + 0.2 x LLDS (arXiv 2512.04220, Eq. 4 and 6).</summary>
    public static Recipe Llds { get; } = new(CoreAlgorithms.Recipes.llds);

    /// <summary>LLDS as the authors' released code has it.</summary>
    public static Recipe LldsReleased { get; } = new(CoreAlgorithms.Recipes.lldsReleased);

    /// <summary>Search-R1's GRPO + 0.2 x LLDS-MA, for models that fall back to a single search (Eq. 5).</summary>
    public static Recipe LldsMa { get; } = new(CoreAlgorithms.Recipes.lldsMa);

    /// <summary>GSPO + 0.2 x LLDS, a row of the paper's table.</summary>
    public static Recipe GspoLlds { get; } = new(CoreAlgorithms.Recipes.gspoLlds);

    /// <summary>Dr.GRPO: no division by the standard deviation, sums over a constant length (arXiv 2503.20783).</summary>
    /// <param name="length">The largest number of action tokens.</param>
    public static Recipe DrGrpo(double length) => new(CoreAlgorithms.Recipes.drGrpo(length));
}
