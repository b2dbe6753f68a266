using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// Which of the groups that a step samples are trained on: others are sampled in place of those that are not kept, in at most so many rounds;
/// what is missing then is made up from them.
/// </summary>
public sealed class GroupChoice
{
    internal GroupChoice(CoreAlgorithms.GroupChoice core) => Inner = core;

    /// <summary>Every group, in one round.</summary>
    public static GroupChoice All { get; } = new(CoreAlgorithms.GroupChoiceModule.all);

    /// <summary>The choice in one line.</summary>
    public string Formula => Inner.Formula;

    /// <summary>In at most how many rounds a step samples; null where every group is kept.</summary>
    public int? Rounds => Inner.Rounds.ToNullable();

    internal CoreAlgorithms.GroupChoice Inner { get; }

    /// <summary>Dynamic sampling: the groups whose trajectories were not all rewarded alike (DAPO, arXiv 2503.14476).</summary>
    /// <exception cref="ArgumentException"><paramref name="rounds"/> is below 1.</exception>
    public static GroupChoice DynamicSampling(int rounds) => new(CoreAlgorithms.GroupChoiceModule.dynamicSampling(rounds));

    /// <summary>The groups whose rewards have a variance above a threshold: the mean squared distance from their mean.</summary>
    /// <exception cref="ArgumentException">The threshold is below 0, or <paramref name="rounds"/> below 1.</exception>
    public static GroupChoice Variance(double threshold, int rounds) => new(CoreAlgorithms.GroupChoiceModule.variance(threshold, rounds));

    /// <summary>
    /// The groups that hold the most reward variance, as few as have together at least a share of the step's (RAGEN-2, arXiv 2604.06268, where it is 0.9).
    /// Nothing else is sampled in place of the rest.
    /// </summary>
    /// <exception cref="ArgumentException">The share is not above 0 and at most 1.</exception>
    public static GroupChoice VarianceTopP(double share) => new(CoreAlgorithms.GroupChoiceModule.varianceTopP(share));

    /// <summary>The groups of which a function of your own says so.</summary>
    /// <exception cref="ArgumentException"><paramref name="rounds"/> is below 1.</exception>
    public static GroupChoice OfGroups(string formula, int rounds, Func<IReadOnlyList<Trajectory>, bool> keep) =>
        new(CoreAlgorithms.GroupChoiceModule.ofGroups(
            formula, rounds, FSharpTypes.ToFSharpFunc((Core.Trajectory[] group) => keep(Mapping.Groups.FromCore(group)))));

    /// <summary>Whether a group is kept.</summary>
    public bool Keeps(IReadOnlyList<Trajectory> group) => Inner.Keep.Invoke(group.ToCore());

    /// <inheritdoc/>
    public override string ToString() => Formula;
}
