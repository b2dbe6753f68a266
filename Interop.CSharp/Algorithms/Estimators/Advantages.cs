using Levee.CSharp.Mapping;
using Functions = Levee.Algorithms.Estimators.Advantage;

namespace Levee.CSharp;

/// <summary>Advantage estimators.</summary>
public static class Advantages
{
    /// <summary>GRPO as released code has it: (reward - mean) / standard deviation of the group.</summary>
    public static Estimator Grpo { get; } = new(Functions.grpo);

    /// <summary>Dr.GRPO: GRPO without dividing by the standard deviation (arXiv 2503.20783).</summary>
    public static Estimator DrGrpo { get; } = new(Functions.drGrpo);

    /// <summary>RLOO: reward less the mean of the others' (arXiv 2402.14740).</summary>
    public static Estimator Rloo { get; } = new(Functions.rloo);

    /// <summary>OPO: reward less the mean weighed by length (arXiv 2505.23585).</summary>
    public static Estimator Opo { get; } = new(Functions.opo);

    /// <summary>MaxRL: (reward - mean) / mean (arXiv 2602.02710).</summary>
    public static Estimator MaxRl { get; } = new(Functions.maxRl);

    /// <summary>GPG: centred rewards, scaled up for groups without signal (arXiv 2504.02546).</summary>
    public static Estimator Gpg { get; } = new(Functions.gpg);

    /// <summary>REINFORCE++ with the group's mean as baseline, whitened over the step's tokens (arXiv 2501.03262).</summary>
    public static Estimator ReinforcePlusPlusBaseline { get; } = new(Functions.reinforcePlusPlusBaseline);

    /// <summary>
    /// Each token's return less the baseline of least variance for its place in the response (optimal token baseline: arXiv 2602.07078). It needs
    /// <see cref="TokenScores.SquaredProbabilities"/>, which a trainer computes.
    /// </summary>
    public static Estimator OptimalTokenBaseline { get; } = new(Functions.optimalTokenBaseline);

    /// <summary>
    /// GiGPO: the episode's advantage in its group, and for each action that of its discounted reward among the actions that start from the same state: the
    /// same prompt or answer of the environment (arXiv 2505.10978).
    /// </summary>
    /// <param name="gamma">Discount an action.</param>
    /// <param name="weight">The weight of the advantage among steps.</param>
    /// <param name="deviation">How rewards and returns are brought to unit spread; they are centred alone where it is not given.</param>
    /// <exception cref="ArgumentException"><paramref name="gamma"/> is not in [0, 1], or <paramref name="weight"/> is negative.</exception>
    public static Estimator Gigpo(double gamma = 0.95, double weight = 1, Deviation? deviation = null) =>
        new(Functions.gigpo(new CoreEstimators.GigpoOptions(gamma, weight, deviation?.ToCore().ToOption())));

    /// <summary>GRPO with a standard deviation of choice.</summary>
    public static Estimator GroupRelative(Deviation deviation) => new(Functions.groupRelative(deviation.ToCore()));

    /// <summary>pass@k: best less second best for the best; divided by the group's standard deviation where one is given.</summary>
    public static Estimator PassAtK(Deviation? deviation = null) => new(Functions.passAtK(deviation?.ToCore().ToOption()));

    /// <summary>
    /// GDPO: each reward standardised in its group by itself, the weighted sum whitened over the step (arXiv 2601.05242).
    /// </summary>
    public static Estimator Gdpo(params IReadOnlyList<RewardPart> parts) =>
        new(Functions.gdpo(parts.Select(part => part.ToCore()).ToFSharpList()));

    /// <summary>Each token's discounted return, not yet whitened: REINFORCE.</summary>
    /// <exception cref="ArgumentException"><paramref name="gamma"/> is not in [0, 1].</exception>
    public static Estimator DiscountedReturn(double gamma) => new(Functions.discountedReturn(gamma));

    /// <summary>REINFORCE++: discounted returns whitened over the step's tokens (arXiv 2501.03262).</summary>
    /// <exception cref="ArgumentException"><paramref name="gamma"/> is not in [0, 1].</exception>
    public static Estimator ReinforcePlusPlus(double gamma) => new(Functions.reinforcePlusPlus(gamma));

    /// <summary>Generalised advantage estimation with a critic's values, not yet whitened (arXiv 1506.02438, Eq. 16).</summary>
    /// <exception cref="ArgumentException">A constant is not in [0, 1].</exception>
    public static Estimator Gae(double gamma, double lambda) => new(Functions.gae(new CoreEstimators.Gae(gamma, lambda)));

    /// <summary>An estimator of your own: from the rewards of one group to one advantage for each.</summary>
    public static Estimator OfRewards(string formula, Func<IReadOnlyList<double>, IReadOnlyList<double>> advantages) =>
        new(Functions.ofRewards(formula, FSharpTypes.ToFSharpFunc((double[] rewards) => advantages(rewards).ToArray())));

    /// <summary>
    /// An estimator of your own: from one group and its rewards to one advantage for each action of each trajectory, [trajectory][action];
    /// every token of an action has its action's advantage. Actions are counted from 0 in order, as <see cref="SearchCall.Turn"/> counts
    /// them. Estimating raises <see cref="ArgumentException"/> where there is not one number for each action; the message says for which
    /// trajectory.
    /// </summary>
    public static Estimator OfActions(
        string formula, Func<IReadOnlyList<Trajectory>, IReadOnlyList<double>, IReadOnlyList<IReadOnlyList<double>>> advantages) =>
        new(Functions.ofActions(
            formula,
            FSharpTypes.ToFSharpFunc((Core.Trajectory[] group, double[] rewards) => advantages(Groups.FromCore(group), rewards).ToArrays())));
}
