namespace Levee.CSharp;

/// <summary>The point that a run has reached, for coefficients that change while it trains.</summary>
public sealed record Clock
{
    /// <summary>The step, from 1.</summary>
    public int Step { get; init; } = 1;

    /// <summary>Steps of the whole run.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>The factor that the phase alarm puts on the coefficients that follow it; 1 while it is silent.</summary>
    public double Alarm { get; init; } = 1;

    internal CoreObjectives.Clock ToCore() => new(Step, Steps, Alarm);

    internal static Clock FromCore(CoreObjectives.Clock core) => new() { Step = core.Step, Steps = core.Steps, Alarm = core.Alarm };
}
