namespace Levee.CSharp;

/// <summary>
/// Options of LLDS, a penalty on tokens that should stay likely, which acts only where their likelihood falls (arXiv 2512.04220, section 5).
/// </summary>
public sealed record LldsOptions
{
    private static readonly CoreObjectives.LldsOptions Default = CoreObjectives.Llds.defaults;

    /// <summary>The condition under which the penalty is on.</summary>
    public LldsGate Gate { get; init; } = LldsGateMapping.FromCore(Default.Gate);

    /// <summary>The number that the summed penalty is divided by.</summary>
    public LldsNormaliser Normaliser { get; init; } = LldsNormaliserMapping.FromCore(Default.Normaliser);

    /// <summary>The choice of the tokens that are to be kept likely.</summary>
    public LldsPreserve Preserve { get; init; } = LldsPreserveMapping.FromCore(Default.Preserve);

    /// <summary>The policy whose log-probabilities are to be kept.</summary>
    public ReferencePolicy Reference { get; init; } = new(Default.Reference);

    /// <summary>The bound that a gate's sum of d must exceed, in nats; at least 0.</summary>
    public double Threshold { get; init; } = Default.Threshold;

    /// <summary>The weight of tokens of the final answer span.</summary>
    public AnswerWeight AnswerWeight { get; init; } = new(Default.AnswerWeight);

    /// <summary>The paper's gate under the released code's normaliser, all action tokens of the mini-batch.</summary>
    public static LldsOptions OverAllTokens { get; } = FromCore(CoreObjectives.Llds.overAllTokens);

    /// <summary>The paper's Eq. 4, which are the defaults.</summary>
    public static LldsOptions Paper { get; } = FromCore(CoreObjectives.Llds.paper);

    /// <summary>The released code, which the published lambda of 0.2 belongs to.</summary>
    public static LldsOptions Released { get; } = FromCore(CoreObjectives.Llds.released);

    /// <summary>LLDS-MA (Eq. 5) with the paper's schedule of the answer weight.</summary>
    public static LldsOptions MultiAction { get; } = FromCore(CoreObjectives.Llds.multiAction);

    /// <summary>LLDS-MA with the released code's schedule.</summary>
    public static LldsOptions MultiActionReleased { get; } = FromCore(CoreObjectives.Llds.multiActionReleased);

    internal CoreObjectives.LldsOptions ToCore() =>
        new(Gate.ToCore(), Normaliser.ToCore(), Preserve.ToCore(), Reference.Inner, Threshold, AnswerWeight.Inner);

    private static LldsOptions FromCore(CoreObjectives.LldsOptions core) => new()
    {
        Gate = LldsGateMapping.FromCore(core.Gate),
        Normaliser = LldsNormaliserMapping.FromCore(core.Normaliser),
        Preserve = LldsPreserveMapping.FromCore(core.Preserve),
        Reference = new(core.Reference),
        Threshold = core.Threshold,
        AnswerWeight = new(core.AnswerWeight),
    };
}
