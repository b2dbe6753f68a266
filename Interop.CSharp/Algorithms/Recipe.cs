namespace Levee.CSharp;

/// <summary>
/// A way to train: how advantages are estimated, what is minimised, and which groups are trained on. <see cref="Recipes"/> has them.
/// </summary>
public sealed class Recipe
{
    internal Recipe(CoreAlgorithms.Recipe core) => Inner = core;

    /// <summary>A recipe from an estimator and an objective, on all groups.</summary>
    public Recipe(Estimator estimator, Objective objective)
        : this(CoreAlgorithms.RecipeModule.create(estimator.Inner, objective.Inner))
    {
    }

    /// <summary>The estimator of advantages.</summary>
    public Estimator Estimator => new(Inner.Estimator);

    /// <summary>The objective that is minimised.</summary>
    public Objective Objective => new(Inner.Objective);

    /// <summary>Which of a step's groups are trained on.</summary>
    public GroupChoice Groups => new(Inner.Groups);

    /// <summary>The recipe in one line.</summary>
    public string Formula => CoreAlgorithms.RecipeModule.formula(Inner);

    internal CoreAlgorithms.Recipe Inner { get; }

    /// <summary>Adds a term to the recipe's objective.</summary>
    public static Recipe operator +(Recipe recipe, Objective objective) => new(recipe.Inner + objective.Inner);

    /// <summary>Trains on the groups of a choice.</summary>
    public Recipe WithGroups(GroupChoice groups) =>
        new(new CoreAlgorithms.Recipe(Inner.Estimator, Inner.Objective, groups.Inner));

    /// <summary>
    /// Drops groups whose trajectories were all rewarded alike and samples others in their place (DAPO, arXiv 2503.14476).
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="rounds"/> is below 1.</exception>
    public Recipe WithDynamicSampling(int rounds) => WithGroups(GroupChoice.DynamicSampling(rounds));

    /// <summary>The objective's value and gradients on groups, with the estimator's advantages.</summary>
    /// <inheritdoc cref="Objective.Evaluate" path="/exception"/>
    public ObjectiveLoss Evaluate(IReadOnlyList<IReadOnlyList<Trajectory>> groups, TokenScores scores, Clock? clock = null) =>
        Objective.Evaluate([.. groups.SelectMany(group => group)], Estimator.Estimate(groups, scores), scores, clock);

    /// <inheritdoc/>
    public override string ToString() => Formula;
}
