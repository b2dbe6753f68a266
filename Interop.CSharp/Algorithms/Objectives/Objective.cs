using Levee.CSharp.Mapping;
using TorchSharp;

namespace Levee.CSharp;

/// <summary>A training objective: a value to minimise. <see cref="Objectives"/> has them; <c>+</c> adds and <c>*</c> weighs.</summary>
public sealed class Objective
{
    internal Objective(CoreObjectives.Objective core) => Inner = core;

    /// <summary>The objective in one line, as it was composed.</summary>
    public string Formula => Inner.Formula;

    internal CoreObjectives.Objective Inner { get; }

    /// <summary>Adds two objectives: values add, and so do metrics of the same name.</summary>
    public static Objective operator +(Objective left, Objective right) => new(left.Inner + right.Inner);

    /// <summary>Weighs an objective: its value, not its metrics.</summary>
    public static Objective operator *(double weight, Objective objective) => new(weight * objective.Inner);

    /// <summary>
    /// Leaves out responses that were cut off at a token limit, the turn's or the context's (overlong filtering: DAPO, arXiv 2503.14476).
    /// </summary>
    public Objective WithoutTruncated() => new(CoreObjectives.ObjectiveModule.withoutTruncated(Inner));

    /// <summary>
    /// Weighs the tokens of a surrogate for the sampler's arithmetic being another than the trainer's. Put it around the surrogate alone.
    /// </summary>
    /// <exception cref="ArgumentException">A bound is out of range.</exception>
    public Objective Corrected(Correction correction) => new(CoreObjectives.Importance.correct(correction.Inner, Inner));

    /// <summary>
    /// Leaves out the responses whose geometric mean of trainer's over sampler's probabilities is outside an interval, such as 0.99 to 1.01.
    /// </summary>
    /// <exception cref="ArgumentException">The interval does not hold 1.</exception>
    public Objective WithGeometricMask(double low, double high) => new(CoreObjectives.Masks.geometric(low, high, Inner));

    /// <summary>
    /// Takes tokens of negative advantage out of a surrogate where the mean over the response of log(pi_sampler / pi) is above a bound, such as 0.5 nats a
    /// token (DeepSeek-V3.2, arXiv 2512.02556).
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="delta"/> is negative.</exception>
    public Objective WithOffPolicyMask(double delta) => new(CoreObjectives.Masks.offPolicy(delta, Inner));

    /// <summary>Leaves out the responses with a turn that neither called a tool nor answered (SimpleTIR, arXiv 2509.02479).</summary>
    public Objective WithoutVoidTurns() => new(CoreObjectives.Masks.withoutVoidTurns(Inner));

    /// <summary>
    /// Leaves a surrogate its gradient on a share of the mini-batch's tokens alone, those of highest entropy (arXiv 2506.01939, where it is 0.2).
    /// </summary>
    /// <exception cref="ArgumentException">The share is not above 0 and at most 1.</exception>
    public Objective OnHighEntropy(double share) => new(CoreObjectives.Masks.highEntropy(share, Inner));

    /// <summary>
    /// Clip-Cov: takes the gradient of a share of the mini-batch's tokens out of a surrogate, those whose advantage and log-probability vary most together
    /// within bounds (arXiv 2505.22617).
    /// </summary>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public Objective WithClipCov(double share = 0.0002, double least = 1, double largest = 5) =>
        new(CoreObjectives.Covariance.clip(new CoreObjectives.ClipCovOptions(share, least, largest), Inner));

    /// <summary>The objective's value and gradients on trajectories taken as one mini-batch, in double precision.</summary>
    /// <param name="trajectories">At least one.</param>
    /// <param name="estimates">Their advantages, and returns where the objective teaches a critic.</param>
    /// <param name="scores">The scores that the current policy, and those that the objective needs besides, give their action tokens.</param>
    /// <param name="clock">The point that the run has reached, for coefficients; its only step where it is not given.</param>
    /// <exception cref="ArgumentException">A list does not fit the trajectories; the message says which.</exception>
    /// <exception cref="InvalidOperationException">Something that the objective needs is missing.</exception>
    public ObjectiveLoss Evaluate(
        IReadOnlyList<Trajectory> trajectories, Estimates estimates, TokenScores scores, Clock? clock = null)
    {
        using var scope = torch.NewDisposeScope();
        var rows = trajectories.ToCore();
        var observed = rows.Select(Core.TrajectoryModule.observed).ToArray();
        torch.Tensor Tensor(IReadOnlyList<IReadOnlyList<double>> numbers, string what) => TokenRows.ToTensor(numbers, rows, what);

        var values = scores.Values is { } current ? Tensor(current, nameof(scores.Values)) : null;
        var plain = CoreObjectives.BatchModule.ofEstimates(torch.float64, torch.CPU, rows, estimates.ToCore());
        var forward = new CoreObjectives.Forward(
            Tensor(scores.LogProbs, nameof(scores.LogProbs)),
            scores.Entropies is { } entropies ? Tensor(entropies, nameof(scores.Entropies)) : torch.zeros_like(plain.Mask),
            values.ToOption(),
            scores.Observations is { } seen ? TokenRows.ToTensor(seen, observed, nameof(scores.Observations)).ToOption() : null);
        var batch = new CoreObjectives.Batch(
            plain.Trajectories,
            plain.LogProbOld,
            plain.LogProbSampled,
            scores.MapReferences(Tensor),
            forward.LogProb.ToOption(),
            forward.Entropy.ToOption(),
            plain.Advantage,
            scores.SampledValues is { } old ? Tensor(old, nameof(scores.SampledValues)).ToOption() : values.ToOption(),
            plain.Returns,
            plain.Mask,
            plain.Action,
            plain.Answer,
            plain.Reward,
            plain.Searches,
            plain.Truncated,
            clock is null ? plain.Clock : clock.ToCore());
        var gradients = CoreObjectives.ObjectiveModule.differentiate(Inner, Inner.Loss.Invoke(batch), batch, forward);
        return ObjectiveLoss.FromCore(rows, gradients);
    }

    /// <inheritdoc/>
    public override string ToString() => Formula;
}
