using Microsoft.FSharp.Core;

namespace Levee.CSharp.Mapping;

/// <summary>A reward of the framework's own as C# sees it.</summary>
internal sealed class CoreReward(FSharpFunc<Core.Question, FSharpFunc<CoreEnvironments.Transcript, double>> core) : IReward
{
    internal CoreReward(Func<Core.Question, CoreEnvironments.Transcript, double> core)
        : this(core.ToFSharpFunc())
    {
    }

    private FSharpFunc<Core.Question, FSharpFunc<CoreEnvironments.Transcript, double>> Inner => core;

    public double Judge(Question question, Transcript transcript) => core.Invoke(question.ToCore()).Invoke(transcript.ToCore());

    /// <summary>The reward as the framework sees it, by the name of its type.</summary>
    internal static FSharpFunc<Core.Question, FSharpFunc<CoreEnvironments.Transcript, double>> Unwrap(IReward reward) => reward is CoreReward own
        ? own.Inner
        : new CoreEnvironments.NamedReward(
            reward.GetType().Name,
            FSharpTypes.ToFSharpFunc((Core.Question question, CoreEnvironments.Transcript transcript) =>
                reward.Judge(Question.FromCore(question), Transcript.FromCore(transcript))));
}
