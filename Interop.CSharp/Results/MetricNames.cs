namespace Levee.CSharp;

/// <summary>Names of the metrics that reports read.</summary>
public static class MetricNames
{
    /// <summary>Mean outcome reward (here: exact match) of those of the step's rollouts that were judged, in [0, 1].</summary>
    public static string Reward => Core.MetricName.reward;

    /// <summary>Number of the step's trajectories that could not be judged and were left out: a reward failed.</summary>
    public static string Unjudged => Core.MetricName.unjudged;

    /// <summary>
    /// Share of the step's trajectories whose last action was cut off at a token limit, the turn's or the context's.
    /// </summary>
    public static string Truncated => Core.MetricName.truncated;

    /// <summary>
    /// Share of the step's trajectories whose last action was cut off at the largest number of tokens of a turn.
    /// </summary>
    public static string TruncatedByTurn => Core.MetricName.truncatedByTurn;

    /// <summary>Share of the step's trajectories that ended because the context was full.</summary>
    public static string TruncatedByContext => Core.MetricName.truncatedByContext;

    /// <summary>Mean log-probability per token, in nats, of the step's correct responses.</summary>
    public static string Correct => Core.MetricName.correct;

    /// <summary>Mean log-probability per token, in nats, of the step's incorrect responses.</summary>
    public static string Incorrect => Core.MetricName.incorrect;

    /// <summary>Mean log-probability per token, in nats, of fixed good demonstrations on held-out questions.</summary>
    public static string Probe => Core.MetricName.probe;

    /// <summary>Mean entropy per token, in nats.</summary>
    public static string Entropy => Core.MetricName.entropy;

    /// <summary>Mean norm of the gradient over the step's updates, before clipping.</summary>
    public static string GradientNorm => Core.MetricName.gradientNorm;

    /// <summary>Largest norm of the gradient among the step's updates, before clipping.</summary>
    public static string GradientNormMax => Core.MetricName.gradientNormMax;

    /// <summary>Share of tokens whose likelihood ratio was clipped.</summary>
    public static string ClipFraction => Core.MetricName.clipFraction;

    /// <summary>Estimate of the divergence from the sampling policy, in nats per token.</summary>
    public static string PpoKl => Core.MetricName.ppoKl;

    /// <summary>Estimate of the divergence from the reference policy, in nats per token.</summary>
    public static string KlLoss => Core.MetricName.klLoss;

    /// <summary>Largest likelihood ratio of a token.</summary>
    public static string RatioMax => Core.MetricName.ratioMax;

    /// <summary>Updates left out for a loss or gradient that was not finite.</summary>
    public static string UpdatesSkipped => Core.MetricName.updatesSkipped;

    /// <summary>Value of the LLDS penalty, before its weight.</summary>
    public static string LldsLoss => Core.MetricName.lldsLoss;

    /// <summary>Share of the preserved tokens on which the LLDS gate was open.</summary>
    public static string LldsGateShare => Core.MetricName.lldsGateShare;

    /// <summary>Share of the preserved tokens whose likelihood is exactly the LLDS reference's; 1: LLDS is inert.</summary>
    public static string LldsInert => Core.MetricName.lldsInert;

    /// <summary>Mean number of tokens that the policy wrote in one trajectory.</summary>
    public static string ResponseLength => Core.MetricName.responseLength;

    /// <summary>Mean number of searches carried out in one trajectory.</summary>
    public static string ValidSearches => Core.MetricName.validSearches;

    /// <summary>Mean number of invalid actions in one trajectory.</summary>
    public static string InvalidActions => Core.MetricName.invalidActions;

    /// <summary>Exact match on held-out questions, sampled at the training temperature, in [0, 1].</summary>
    public static string HeldOutSampled => Core.MetricName.heldOutSampled;

    /// <summary>Exact match on held-out questions, decoded greedily, in [0, 1].</summary>
    public static string HeldOutGreedy => Core.MetricName.heldOutGreedy;

    /// <summary>Number of an evaluation's episodes, sampled and greedy together, that could not be judged.</summary>
    public static string HeldOutUnjudged => Core.MetricName.heldOutUnjudged;

    /// <summary>Share of the step's groups without signal: all rewarded alike, or fewer than two judged (TRL's name).</summary>
    public static string NoSignal => Core.MetricName.noSignal;

    /// <summary>The per-sample measure of displacement (arXiv 2512.04220, Eq. 3): its mean over questions, in nats.</summary>
    public static string PerSampleChange => Core.MetricName.perSampleChange;

    /// <summary>Share of the questions whose correct responses one update on them makes less likely.</summary>
    public static string PerSampleDisplaced => Core.MetricName.perSampleDisplaced;

    /// <summary>The phase of collapse after the step: 0 healthy, 1 stagnation, 2 decay, 3 acceleration, 4 collapse.</summary>
    public static string Phase => Core.MetricName.phase;

    /// <summary>What the phase alarm multiplies coefficients by.</summary>
    public static string Alarm => Core.MetricName.alarm;

    /// <summary>Seconds of wall time that the step took.</summary>
    public static string Seconds => Core.MetricName.seconds;
}
