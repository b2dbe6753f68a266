using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;

namespace Levee.CSharp;

/// <summary>A number that may change while a run trains: <c>Coefficient.Linear(0, 0.2) * objective</c>.</summary>
public sealed class Coefficient
{
    private readonly CoreObjectives.Coefficient _core;

    private Coefficient(CoreObjectives.Coefficient core) => _core = core;

    /// <summary>The coefficient in one line.</summary>
    public string Formula => _core.Formula;

    /// <summary>A coefficient that never changes.</summary>
    public static Coefficient Constant(double value) => new(CoreObjectives.CoefficientModule.constant(value));

    /// <summary>A coefficient that goes from one value at the first step to another at the last, along a line.</summary>
    public static Coefficient Linear(double first, double last) => new(CoreObjectives.CoefficientModule.linear(first, last));

    /// <summary>A coefficient that goes from one value at the first step to another at the last, along half a cosine.</summary>
    public static Coefficient Cosine(double first, double last) => new(CoreObjectives.CoefficientModule.cosine(first, last));

    /// <summary>A function of the share of the run that is done, 0 at the first step and 1 at the last.</summary>
    public static Coefficient OfProgress(string formula, Func<double, double> value) =>
        new(CoreObjectives.CoefficientModule.ofProgress(formula, value.ToFSharpFunc()));

    /// <summary>
    /// Dual ascent on the constraint metric &lt;= limit: the coefficient becomes max(0, coefficient + rate * (metric - limit)) after every step at which
    /// the metric was measured. Weigh by it what brings the metric down.
    /// </summary>
    /// <param name="name">What it goes by: it is measured as <c>coefficient/NAME</c>.</param>
    /// <param name="metric">The metric that is to stay below the limit (<see cref="MetricNames"/>).</param>
    /// <param name="limit">The limit.</param>
    /// <param name="rate">How much it grows a step for each unit by which the metric is above the limit; above 0.</param>
    /// <param name="start">The coefficient at the first step; at least 0.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static Coefficient DualAscent(string name, string metric, double limit, double rate, double start = 0) =>
        new(CoreObjectives.CoefficientModule.dualAscent(new CoreObjectives.DualAscent(name, metric, limit, rate, start)));

    /// <summary>
    /// Adaptive entropy control, to weigh <see cref="Objectives.EntropyBonus"/> by: it grows by a step where the run's entropy is below the target, falls by
    /// one where it is above, and counts for nothing there (Skywork-OR1, arXiv 2505.22312).
    /// </summary>
    /// <param name="target">The mean entropy in nats that is to be kept; at least 0.</param>
    /// <param name="delta">The step; above 0.</param>
    /// <param name="start">The coefficient at the first step.</param>
    /// <param name="most">The largest coefficient.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static Coefficient EntropyTarget(double target, double delta = 0.005, double start = 0, double most = 1) =>
        new(CoreObjectives.CoefficientModule.entropyTarget(new CoreObjectives.EntropyTarget(target, delta, start, most)));

    /// <summary>
    /// A coefficient that moves by a rule of your own, by what the run measures. The run saves the state, so that it goes on from there after a stop, and
    /// measures the value at every step as <c>coefficient/NAME</c>.
    /// </summary>
    /// <param name="name">What it goes by; two different ones of one name in a recipe are refused.</param>
    /// <param name="start">The state of the first step.</param>
    /// <param name="next">The state of the next step, from a step's own and its metrics, without side effects.</param>
    /// <param name="value">The coefficient that a state stands for.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static Coefficient Controlled(
        string name,
        IReadOnlyList<double> start,
        Func<IReadOnlyList<double>, IReadOnlyDictionary<string, double>, IReadOnlyList<double>> next,
        Func<IReadOnlyList<double>, double> value) =>
        new(CoreObjectives.CoefficientModule.controlled(CoreAlgorithms.ControllerModule.create(
            name,
            [.. start],
            FSharpTypes.ToFSharpFunc((double[] state, FSharpMap<string, double> metrics) => next(state, metrics).ToArray()),
            FSharpTypes.ToFSharpFunc((double[] state) => value(state)))));

    /// <summary>
    /// This coefficient, multiplied by a factor from the step on after which the run entered a phase, or a worse one, out of a milder one.
    /// </summary>
    /// <exception cref="ArgumentException">The factor is not above 0, or the phase is health.</exception>
    public Coefficient RaisedAt(Phase phase, double factor) =>
        new(CoreObjectives.CoefficientModule.raisedAt(phase.ToCore(), factor, _core));

    /// <summary>Weighs an objective: its value, not its metrics.</summary>
    public static Objective operator *(Coefficient coefficient, Objective objective) => new(coefficient._core * objective.Inner);

    /// <summary>The value at a point of a run.</summary>
    public double At(Clock clock) => _core.At.Invoke(clock.ToCore());

    /// <inheritdoc/>
    public override string ToString() => Formula;
}
