using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using TorchSharp;

namespace Levee.CSharp;

/// <summary>Training objectives. Those that take an <see cref="Aggregation"/> have their paper's where none is given.</summary>
public static class Objectives
{
    /// <summary>Zero everywhere.</summary>
    public static Objective Zero { get; } = new(CoreObjectives.ObjectiveModule.zero);

    /// <summary>
    /// Minus the mean entropy of the distributions that action tokens were drawn from; weigh it by a small positive number.
    /// </summary>
    public static Objective EntropyBonus { get; } = new(CoreObjectives.Entropy.bonus);

    /// <summary>
    /// Minus the mean log-probability of what the environment answered; weigh it by a small number, 0.1 in ECHO. A training update takes about twice as long.
    /// </summary>
    public static Objective ObservationLoss { get; } = new(CoreObjectives.Observations.crossEntropy);

    /// <summary>Minus the mean log-probability of all action tokens: supervised learning on the batch's own actions.</summary>
    public static Objective NegativeLogLikelihood { get; } = new(CoreObjectives.Surrogate.negativeLogLikelihood);

    /// <summary>LLDS: a penalty on tokens that should stay likely, where their likelihood falls (arXiv 2512.04220, section 5).</summary>
    /// <param name="options">The defaults where they are not given.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Objective Llds(LldsOptions? options = null) => new(CoreObjectives.Llds.penalty((options ?? new LldsOptions()).ToCore()));

    /// <summary>The mean over all action tokens of the KL to the policy as it was before training.</summary>
    public static Objective Kl(KlEstimator estimator) => new(CoreObjectives.Kl.toReference(estimator.ToCore()));

    /// <summary>The mean over all action tokens of the KL to a reference policy.</summary>
    public static Objective Kl(KlEstimator estimator, ReferencePolicy reference) =>
        new(CoreObjectives.Kl.toward(reference.Inner, estimator.ToCore()));

    /// <summary>PPO's clipped surrogate: -min(ratio A, clip(ratio) A) (arXiv 1707.06347, Eq. 7).</summary>
    public static Objective Clipped(Clip clip, Aggregation? aggregation = null) =>
        new(aggregation is null ? CoreObjectives.Surrogate.clipped(clip.Inner) : CoreObjectives.Surrogate.clippedOver(aggregation.Inner, clip.Inner));

    /// <summary>The clipped surrogate whose loss on tokens of negative advantage is bounded (arXiv 1912.09729, Eq. 5).</summary>
    /// <exception cref="ArgumentException"><paramref name="bound"/> is not above 1.</exception>
    public static Objective DualClipped(Clip clip, double bound, Aggregation aggregation) =>
        new(CoreObjectives.Surrogate.dualClippedOver(aggregation.Inner, clip.Inner, bound));

    /// <summary>The plain policy gradient, -A log pi.</summary>
    public static Objective Reinforce(Aggregation? aggregation = null) =>
        new(aggregation is null ? CoreObjectives.Surrogate.reinforce : CoreObjectives.Surrogate.reinforceOver(aggregation.Inner));

    /// <summary>GSPO: the clipped surrogate with the ratio of whole sequences (arXiv 2507.18071).</summary>
    public static Objective Gspo(Clip clip, Aggregation? aggregation = null) =>
        new(aggregation is null ? CoreObjectives.Surrogate.gspo(clip.Inner) : CoreObjectives.Surrogate.gspoOver(aggregation.Inner, clip.Inner));

    /// <summary>GMPO: the geometric mean of a response's clipped ratios (arXiv 2507.20673, Eq. 4).</summary>
    /// <exception cref="ArgumentException"><paramref name="epsilon"/> is not above 0.</exception>
    public static Objective Gmpo(double epsilon) => new(CoreObjectives.Surrogate.gmpo(epsilon));

    /// <summary>CISPO: -A log pi weighed by the capped, constant ratio (arXiv 2506.13585).</summary>
    /// <exception cref="ArgumentException"><paramref name="cap"/> is below 1.</exception>
    public static Objective Cispo(double cap, Aggregation? aggregation = null) =>
        new(aggregation is null ? CoreObjectives.Surrogate.cispo(cap) : CoreObjectives.Surrogate.cispoOver(aggregation.Inner, cap));

    /// <summary>SAPO: a soft gate in place of the clip, with its published temperatures (arXiv 2511.20347).</summary>
    public static Objective Sapo() => new(CoreObjectives.Surrogate.sapo);

    /// <summary>SAPO with temperatures of choice for tokens of positive and of other advantage.</summary>
    /// <exception cref="ArgumentException">A temperature is not above 0.</exception>
    public static Objective Sapo(double positive, double negative, Aggregation aggregation) =>
        new(CoreObjectives.Surrogate.sapoOver(aggregation.Inner, new CoreObjectives.SapoTemperature(positive, negative)));

    /// <summary>LUSPO: GSPO in which a response's loss is multiplied by its length (arXiv 2602.05261).</summary>
    public static Objective Luspo(Clip clip) => new(CoreObjectives.Surrogate.luspo(clip.Inner));

    /// <summary>
    /// DPPO: -A log pi weighed by the capped, constant ratio, and nothing from a token whose probability has left the trust region on the side that its
    /// advantage pushes to (arXiv 2602.04879).
    /// </summary>
    /// <param name="low">How far the probability of a token may have fallen; above 0 and at most 1.</param>
    /// <param name="high">How far it may have risen; above 0 and at most 1.</param>
    /// <param name="cap">The largest ratio; at least 1.</param>
    /// <param name="aggregation">The mean over all action tokens where it is not given.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static Objective Dppo(double low, double high, double cap = 20, Aggregation? aggregation = null) =>
        new(CoreObjectives.Surrogate.dppoOver((aggregation ?? Aggregation.TokenMean).Inner, new CoreObjectives.DppoOptions(low, high, cap)));

    /// <summary>VESPO: a smooth kernel of the whole response's ratio in place of a clip, with TRL's constants (arXiv 2602.10693).</summary>
    public static Objective Vespo() => new(CoreObjectives.Surrogate.vespo);

    /// <summary>
    /// VESPO with kernels W^power exp(decay (1 - W)) of choice, for tokens of an advantage of at least 0 (praised) and of a negative one (blamed).
    /// </summary>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public static Objective Vespo(double praisedPower, double praisedDecay, double blamedPower, double blamedDecay, Aggregation aggregation) =>
        new(CoreObjectives.Surrogate.vespoOver(
            aggregation.Inner,
            new CoreObjectives.VespoOptions(
                new CoreObjectives.VespoKernel(praisedPower, praisedDecay), new CoreObjectives.VespoKernel(blamedPower, blamedDecay))));

    /// <summary>
    /// KL-Cov: a KL to the sampling policy on the share of the mini-batch's tokens whose advantage and log-probability vary most together (arXiv 2505.22617).
    /// </summary>
    /// <exception cref="ArgumentException">The share is not above 0 and at most 1.</exception>
    public static Objective KlCov(KlEstimator estimator, double share) => new(CoreObjectives.Covariance.kl(estimator.ToCore(), share));

    /// <summary>PPO's clipped value loss: what a critic learns (0.5 in Search-R1).</summary>
    /// <exception cref="ArgumentException"><paramref name="range"/> is not above 0.</exception>
    public static Objective ValueClipped(double range) => new(CoreObjectives.ValueLoss.clipped(range));

    /// <summary>An objective of your own, from the loss of each token.</summary>
    /// <param name="name">The objective's name in formulas; its value is measured under this name too.</param>
    /// <param name="aggregation">The rule by which the tokens' losses become one number.</param>
    /// <param name="loss">The loss of each token.</param>
    /// <param name="references">The reference policies that it asks for (<see cref="Batch.LogProbUnder"/>).</param>
    public static Objective OfTokens(
        string name, Aggregation aggregation, TokenLoss loss, params IReadOnlyList<ReferencePolicy> references)
    {
        var losses = FSharpTypes.ToFSharpFunc((CoreObjectives.Batch batch, CoreObjectives.Forward forward) => loss(new Batch(batch), new Forward(forward)));
        var objective = CoreObjectives.ObjectiveModule.ofTokens(name, name, aggregation.Inner, losses);
        var needs = SetModule.UnionMany(references.Select(reference => CoreObjectives.BatchModule.needs(reference.Inner)));
        return new(new CoreObjectives.Objective(objective.Term, needs, objective.Loss));
    }

    /// <summary>An objective of your own, in stages: denominators from the whole mini-batch, the loss from a part of it.</summary>
    /// <param name="name">The objective's name in formulas.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="needs">What it asks of a trainer; log-probabilities alone where it is not given.</param>
    public static Objective Staged(string name, StagedLoss stages, ObjectiveNeeds? needs = null)
    {
        ArgumentNullException.ThrowIfNull(stages);
        return new(new CoreObjectives.Objective(
            CoreFormulas.TermModule.name(name),
            (needs ?? new ObjectiveNeeds()).ToCore(),
            FSharpTypes.ToFSharpFunc((CoreObjectives.Batch whole) => Judge(stages(new Batch(whole))))));
    }

    private static FSharpFunc<CoreObjectives.Batch, FSharpFunc<CoreObjectives.Forward, CoreObjectives.Loss>> Judge(PartLoss judge) =>
        FSharpTypes.ToFSharpFunc((CoreObjectives.Batch part, CoreObjectives.Forward forward) =>
        {
            var loss = judge(new Batch(part), new Forward(forward));
            return new CoreObjectives.Loss(loss.Value, loss.Metrics.Select(metric => Tuple.Create(metric.Key, metric.Value)).ToFSharpList());
        });
}
