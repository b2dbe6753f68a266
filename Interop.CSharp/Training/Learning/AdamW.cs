namespace Levee.CSharp;

/// <summary>Constants of AdamW (arXiv 1711.05101).</summary>
public sealed record AdamW
{
    private static readonly CoreLearning.AdamW Default = CoreLearning.Optimiser.adamW;

    /// <summary>The share of the mean gradient that is kept from update to update.</summary>
    public double Beta1 { get; init; } = Default.Beta1;

    /// <summary>The share of the mean squared gradient that is kept from update to update.</summary>
    public double Beta2 { get; init; } = Default.Beta2;

    /// <summary>A small number that keeps the division finite.</summary>
    public double Epsilon { get; init; } = Default.Epsilon;

    /// <summary>Decoupled weight decay, times the learning rate a step.</summary>
    public double WeightDecay { get; init; } = Default.WeightDecay;

    internal CoreLearning.AdamW ToCore() => new(Beta1, Beta2, Epsilon, WeightDecay);

    internal static AdamW FromCore(CoreLearning.AdamW core) =>
        new() { Beta1 = core.Beta1, Beta2 = core.Beta2, Epsilon = core.Epsilon, WeightDecay = core.WeightDecay };
}
