using Levee.CSharp.Mapping;

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
    /// This coefficient while the phase alarm is silent, more once a phase has raised it (<see cref="PhaseAction.RaiseCoefficients"/>).
    /// </summary>
    public Coefficient Alarmed() => new(CoreObjectives.CoefficientModule.alarmed(_core));

    /// <summary>Weighs an objective: its value, not its metrics.</summary>
    public static Objective operator *(Coefficient coefficient, Objective objective) => new(coefficient._core * objective.Inner);

    /// <summary>The value at a point of a run.</summary>
    public double At(Clock clock) => _core.At.Invoke(clock.ToCore());

    /// <inheritdoc/>
    public override string ToString() => Formula;
}
