using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The point that a run has reached, for coefficients that change while it trains.</summary>
public sealed record Clock
{
    /// <summary>The step, from 1.</summary>
    public int Step { get; init; } = 1;

    /// <summary>Steps of the whole run.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>
    /// The values of controllers at this step, by name; one that is not there has the value that it starts with.
    /// </summary>
    public IReadOnlyDictionary<string, double> Controls { get; init; } = new Dictionary<string, double>();

    internal CoreObjectives.Clock ToCore() => new(Step, Steps, Controls.ToFSharpMap());

    internal static Clock FromCore(CoreObjectives.Clock core) => new() { Step = core.Step, Steps = core.Steps, Controls = core.Controls };
}
