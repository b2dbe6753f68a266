using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Demonstration = Microsoft.FSharp.Core.FSharpFunc<
    Levee.ITokenizer,
    Microsoft.FSharp.Core.FSharpFunc<
        double,
        Microsoft.FSharp.Core.FSharpFunc<
            Levee.Question,
            Microsoft.FSharp.Core.FSharpFunc<Levee.Seed, Microsoft.FSharp.Collections.FSharpList<Levee.Segment>>>>>;

namespace Levee.CSharp.Mapping;

/// <summary>A demonstrator of the framework's own as C# sees it.</summary>
internal sealed class CoreDemonstrator(Demonstration core) : IDemonstrator
{
    private Demonstration Inner => core;

    public IReadOnlyList<Segment> Demonstrate(Question question, Tokenizer tokenizer, double flaws, Seed seed) =>
        core.Invoke(tokenizer.Inner).Invoke(flaws).Invoke(question.ToCore()).Invoke(seed.ToCore()).MapAll(Segment.FromCore);

    /// <summary>The demonstrator as the framework sees it.</summary>
    internal static Demonstration Unwrap(IDemonstrator demonstrator)
    {
        FSharpList<Core.Segment> Demonstrate(Core.ITokenizer tokenizer, double flaws, Core.Question question, Core.Seed seed)
        {
            var segments = demonstrator.Demonstrate(Question.FromCore(question), new Tokenizer(tokenizer), flaws, Seed.FromCore(seed));
            return segments.Select(segment => segment.ToCore()).ToFSharpList();
        }

        return demonstrator is CoreDemonstrator own
            ? own.Inner
            : FuncConvert.FromFunc<Core.ITokenizer, double, Core.Question, Core.Seed, FSharpList<Core.Segment>>(Demonstrate);
    }
}
