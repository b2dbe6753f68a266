namespace Levee.CSharp;

/// <summary>The course of a learning rate once it is warm.</summary>
public sealed record Decay
{
    internal Decay(CoreLearning.Decay core) => Inner = core;

    /// <summary>The rate stays.</summary>
    public static Decay Constant { get; } = new(CoreLearning.Decay.Constant);

    internal CoreLearning.Decay Inner { get; }

    /// <summary>The rate falls along half a cosine to this share of its peak at the last step.</summary>
    public static Decay Cosine(double floor) => new(CoreLearning.Decay.NewCosine(floor));

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
