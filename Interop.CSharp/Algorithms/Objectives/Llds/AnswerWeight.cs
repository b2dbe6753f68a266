namespace Levee.CSharp;

/// <summary>
/// The LLDS weight of tokens of the final answer span; all others weigh 1. Less than 1 is LLDS-MA (arXiv 2512.04220, Eq. 5).
/// </summary>
public sealed record AnswerWeight
{
    internal AnswerWeight(CoreObjectives.AnswerWeight core) => Inner = core;

    /// <summary>min(V / 2, 1) with V the mini-batch's mean number of searches: the paper.</summary>
    public static AnswerWeight Paper { get; } = new(CoreObjectives.AnswerWeight.Paper);

    /// <summary>min(max(V - 1, 0), 1): the released code.</summary>
    public static AnswerWeight Released { get; } = new(CoreObjectives.AnswerWeight.Released);

    internal CoreObjectives.AnswerWeight Inner { get; }

    /// <summary>The same weight at all times.</summary>
    public static AnswerWeight Fixed(double beta) => new(CoreObjectives.AnswerWeight.NewFixed(beta));

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
