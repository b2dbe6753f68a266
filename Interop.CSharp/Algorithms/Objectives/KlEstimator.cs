using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Estimators of KL(pi, pi_ref) from a token sampled by pi, with d = log pi - log pi_ref.</summary>
public enum KlEstimator
{
    /// <summary>d: unbiased, of either sign.</summary>
    K1,

    /// <summary>|d|.</summary>
    Abs,

    /// <summary>d^2 / 2: biased, low variance; its gradient is that of the KL.</summary>
    K2,

    /// <summary>exp(-d) + d - 1: unbiased, never negative.</summary>
    K3,

    /// <summary>The value of <see cref="K3"/> with the gradient of <see cref="K2"/>.</summary>
    K3WithGradientOfK2,
}

internal static class KlEstimatorMapping
{
    internal static CoreAlgorithms.KlEstimator ToCore(this KlEstimator estimator) => estimator switch
    {
        KlEstimator.K1 => CoreAlgorithms.KlEstimator.K1,
        KlEstimator.Abs => CoreAlgorithms.KlEstimator.Abs,
        KlEstimator.K2 => CoreAlgorithms.KlEstimator.K2,
        KlEstimator.K3 => CoreAlgorithms.KlEstimator.K3,
        KlEstimator.K3WithGradientOfK2 => CoreAlgorithms.KlEstimator.K3WithGradientOfK2,
        _ => throw Unnamed.Refuse(estimator),
    };
}
