namespace Levee.CSharp;

/// <summary>The rule by which per-token losses become one number. Every denominator is counted on the whole mini-batch.</summary>
public sealed record Aggregation
{
    private Aggregation(CoreObjectives.Aggregation core) => Inner = core;

    /// <summary>Mean over all action tokens of the mini-batch (DAPO, verl's <c>token-mean</c>).</summary>
    public static Aggregation TokenMean { get; } = new(CoreObjectives.Aggregation.TokenMean);

    /// <summary>Mean over responses of each response's mean over its tokens (GRPO as first published).</summary>
    public static Aggregation SequenceMeanTokenMean { get; } = new(CoreObjectives.Aggregation.SequenceMeanTokenMean);

    /// <summary>Mean over responses of each response's sum over its tokens.</summary>
    public static Aggregation SequenceMeanTokenSum { get; } = new(CoreObjectives.Aggregation.SequenceMeanTokenSum);

    internal CoreObjectives.Aggregation Inner { get; }

    /// <summary><see cref="SequenceMeanTokenSum"/> divided by a constant length, in place of the division by each response's own (Dr.GRPO).</summary>
    public static Aggregation SequenceSumOver(double length) => new(CoreObjectives.Aggregation.NewSequenceSumOver(length));

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
