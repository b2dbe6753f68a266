using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The precision in which the weights of a policy in training are kept.</summary>
public enum Precision
{
    /// <summary>In float32.</summary>
    Float32,

    /// <summary>
    /// The model computes in bfloat16; the optimiser keeps the weights, and its moments, in float32 besides, so that small updates add up.
    /// </summary>
    BFloat16,
}

internal static class PrecisionMapping
{
    internal static CoreLearning.Precision ToCore(this Precision precision) => precision switch
    {
        Precision.Float32 => CoreLearning.Precision.Float32,
        Precision.BFloat16 => CoreLearning.Precision.BFloat16,
        _ => throw Unnamed.Refuse(precision),
    };

    internal static Precision FromCore(this CoreLearning.Precision core) => core.IsBFloat16 ? Precision.BFloat16 : Precision.Float32;
}
