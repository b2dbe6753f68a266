namespace Levee.CSharp;

/// <summary>Names of the metrics that reports read.</summary>
public static class MetricNames
{
    /// <summary>Mean outcome reward (here: exact match) of those of the step's rollouts that were judged, in [0, 1].</summary>
    public static string Reward => CoreRecords.MetricName.reward;

    /// <summary>Number of the step's trajectories that could not be judged and were left out: a reward failed.</summary>
    public static string Unjudged => CoreRecords.MetricName.unjudged;

    /// <summary>
    /// Share of the step's trajectories whose last action was cut off at a token limit, the turn's or the context's.
    /// </summary>
    public static string Truncated => CoreRecords.MetricName.truncated;

    /// <summary>
    /// Share of the step's trajectories whose last action was cut off at the largest number of tokens of a turn.
    /// </summary>
    public static string TruncatedByTurn => CoreRecords.MetricName.truncatedByTurn;

    /// <summary>Share of the step's trajectories that ended because the context was full.</summary>
    public static string TruncatedByContext => CoreRecords.MetricName.truncatedByContext;

    /// <summary>Mean log-probability per token, in nats, of the step's correct responses.</summary>
    public static string Correct => CoreRecords.MetricName.correct;

    /// <summary>Mean log-probability per token, in nats, of the step's incorrect responses.</summary>
    public static string Incorrect => CoreRecords.MetricName.incorrect;

    /// <summary>Mean log-probability per token, in nats, of fixed good demonstrations on held-out questions.</summary>
    public static string Probe => CoreRecords.MetricName.probe;

    /// <summary>Mean log-probability per token of fixed good responses of the policy's own, from the start of the run.</summary>
    public static string ProbeOwn => CoreRecords.MetricName.probeOwn;

    /// <summary>Mean number of tokens that the policy wrote in one correct trajectory.</summary>
    public static string CorrectLength => CoreRecords.MetricName.correctLength;

    /// <summary>Mean number of tokens that the policy wrote in one incorrect trajectory.</summary>
    public static string IncorrectLength => CoreRecords.MetricName.incorrectLength;

    /// <summary>Mean advantage over the action tokens that a step learns from.</summary>
    public static string Advantage => CoreRecords.MetricName.advantage;

    /// <summary>Share of the absolute advantages of a step's action tokens that is negative.</summary>
    public static string NegativeMass => CoreRecords.MetricName.negativeMass;

    /// <summary>Mean entropy per token, in nats.</summary>
    public static string Entropy => CoreRecords.MetricName.entropy;

    /// <summary>Mean norm of the gradient over the step's updates, before clipping.</summary>
    public static string GradientNorm => CoreRecords.MetricName.gradientNorm;

    /// <summary>Largest norm of the gradient among the step's updates, before clipping.</summary>
    public static string GradientNormMax => CoreRecords.MetricName.gradientNormMax;

    /// <summary>Share of tokens whose likelihood ratio was clipped.</summary>
    public static string ClipFraction => CoreRecords.MetricName.clipFraction;

    /// <summary>Estimate of the divergence from the sampling policy, in nats per token.</summary>
    public static string PpoKl => CoreRecords.MetricName.ppoKl;

    /// <summary>Estimate of the divergence from the reference policy, in nats per token.</summary>
    public static string KlLoss => CoreRecords.MetricName.klLoss;

    /// <summary>Largest likelihood ratio of a token.</summary>
    public static string RatioMax => CoreRecords.MetricName.ratioMax;

    /// <summary>Updates left out for a loss or gradient that was not finite.</summary>
    public static string UpdatesSkipped => CoreRecords.MetricName.updatesSkipped;

    /// <summary>Value of the LLDS penalty, before its weight.</summary>
    public static string LldsLoss => CoreRecords.MetricName.lldsLoss;

    /// <summary>Share of the preserved tokens on which the LLDS gate was open.</summary>
    public static string LldsGateShare => CoreRecords.MetricName.lldsGateShare;

    /// <summary>Share of the preserved tokens whose likelihood is exactly the LLDS reference's; 1: LLDS is inert.</summary>
    public static string LldsInert => CoreRecords.MetricName.lldsInert;

    /// <summary>Mean number of tokens that the policy wrote in one trajectory.</summary>
    public static string ResponseLength => CoreRecords.MetricName.responseLength;

    /// <summary>Mean number of searches carried out in one trajectory.</summary>
    public static string ValidSearches => CoreRecords.MetricName.validSearches;

    /// <summary>Mean number of invalid actions in one trajectory.</summary>
    public static string InvalidActions => CoreRecords.MetricName.invalidActions;

    /// <summary>Exact match on held-out questions, sampled at the training temperature, in [0, 1].</summary>
    public static string HeldOutSampled => CoreRecords.MetricName.heldOutSampled;

    /// <summary>Exact match on held-out questions, decoded greedily, in [0, 1].</summary>
    public static string HeldOutGreedy => CoreRecords.MetricName.heldOutGreedy;

    /// <summary>Number of an evaluation's episodes, sampled and greedy together, that could not be judged.</summary>
    public static string HeldOutUnjudged => CoreRecords.MetricName.heldOutUnjudged;

    /// <summary>Share of the step's groups without signal: all rewarded alike, or fewer than two judged (TRL's name).</summary>
    public static string NoSignal => CoreRecords.MetricName.noSignal;

    /// <summary>The per-sample measure of displacement (arXiv 2512.04220, Eq. 3): its mean over questions, in nats.</summary>
    public static string PerSampleChange => CoreRecords.MetricName.perSampleChange;

    /// <summary>Share of the questions whose correct responses one update on them makes less likely.</summary>
    public static string PerSampleDisplaced => CoreRecords.MetricName.perSampleDisplaced;

    /// <summary>The phase of collapse after the step: 0 healthy, 1 stagnation, 2 decay, 3 acceleration, 4 collapse.</summary>
    public static string Phase => CoreRecords.MetricName.phase;

    /// <summary>Seconds of wall time that the step took.</summary>
    public static string Seconds => CoreRecords.MetricName.seconds;

    /// <summary>The value at the step of the controller of that name, which coefficients follow.</summary>
    public static string Coefficient(string name) => CoreRecords.MetricName.coefficient(name);
}
