using Microsoft.FSharp.Collections;

namespace Levee.CSharp.Mapping;

/// <summary>An environment of the framework's own as C# sees it.</summary>
internal sealed class CoreEnvironment(CoreEnvironments.IEnvironment core) : IEnvironment
{
    public IReadOnlyList<string> StopTexts => [.. core.StopTexts];

    internal CoreEnvironments.IEnvironment Inner => core;

    public IReadOnlyList<Piece> Prompt(Question question) => core.Prompt(question.ToCore()).MapAll(Piece.FromCore);

    public async Task<IReadOnlyList<Outcome>> ActAsync(IReadOnlyList<ActionRequest> actions, CancellationToken cancellationToken)
    {
        var outcomes = await core.Act(actions.MapAll(action => action.ToCore()), cancellationToken).ConfigureAwait(false);
        return outcomes.MapAll(Outcome.FromCore);
    }
}

/// <summary>An environment written in C# as the framework sees it.</summary>
internal sealed class ForeignEnvironment(IEnvironment environment) : CoreEnvironments.IEnvironment
{
    public FSharpList<string> StopTexts => environment.StopTexts.ToFSharpList();

    public FSharpList<Core.Piece> Prompt(Core.Question question) =>
        environment.Prompt(Question.FromCore(question)).Select(piece => piece.ToCore()).ToFSharpList();

    public async Task<CoreEnvironments.Outcome[]> Act(CoreEnvironments.ActionRequest[] actions, CancellationToken cancellation)
    {
        var outcomes = await environment.ActAsync(actions.MapAll(ActionRequest.FromCore), cancellation).ConfigureAwait(false);
        return outcomes.Count == actions.Length
            ? outcomes.MapAll(outcome => outcome.ToCore())
            : throw new InvalidOperationException(
                $"{environment.GetType()} gave {outcomes.Count} outcomes for {actions.Length} actions: give one for each, in order.");
    }
}

internal static class EnvironmentMapping
{
    internal static CoreEnvironments.IEnvironment ToCore(IEnvironment environment) => environment switch
    {
        CoreEnvironment own => own.Inner,
        SearchEnvironment search => search.Inner,
        _ => new ForeignEnvironment(environment),
    };
}
