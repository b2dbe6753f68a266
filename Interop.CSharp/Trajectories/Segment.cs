namespace Levee.CSharp;

/// <summary>A contiguous stretch of a trajectory's tokens, by its author. Only an <see cref="Action"/> is trained on.</summary>
public abstract record Segment
{
    private Segment()
    {
    }

    /// <summary>The tokens.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    internal abstract Core.Segment ToCore();

    internal static Segment FromCore(Core.Segment core) => core switch
    {
        Core.Segment.Prompt prompt => new Prompt { Tokens = prompt.tokens },
        Core.Segment.Action action => new Action { Tokens = action.tokens, LogProbs = action.logProb },
        Core.Segment.Observation observation => new Observation { Tokens = observation.tokens },
        _ => throw new NotSupportedException($"{core} is no segment that C# knows."),
    };

    /// <summary>The prompt: the tokens that the policy was given first.</summary>
    public sealed record Prompt : Segment
    {
        internal override Core.Segment ToCore() => Core.Segment.NewPrompt([.. Tokens]);
    }

    /// <summary>One turn of the policy: the tokens that it wrote.</summary>
    public sealed record Action : Segment
    {
        /// <summary>The log-probability of each token under the policy that sampled it; zeros where nobody did.</summary>
        public required IReadOnlyList<float> LogProbs { get; init; }

        internal override Core.Segment ToCore() => Core.Segment.NewAction([.. Tokens], [.. LogProbs]);
    }

    /// <summary>The tokens that the environment inserted in answer to an action.</summary>
    public sealed record Observation : Segment
    {
        internal override Core.Segment ToCore() => Core.Segment.NewObservation([.. Tokens]);
    }
}
