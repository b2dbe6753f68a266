namespace Levee.CSharp;

/// <summary>
/// A world that a policy acts in. It is batched over the episodes of a rollout, asynchronous and cancellable; several rollouts may share one.
/// </summary>
public interface IEnvironment
{
    /// <summary>Texts that end a turn when the policy writes them; each is ASCII and ends in <c>&gt;</c>.</summary>
    IReadOnlyList<string> StopTexts { get; }

    /// <summary>The prompt: the pieces that the policy is given first.</summary>
    IReadOnlyList<Piece> Prompt(Question question);

    /// <summary>
    /// Carries out one action of each of several episodes; outcomes in the same order. A failing tool is no exception but an outcome that
    /// says so; the only exceptions are cancellation and faults of the program.
    /// </summary>
    Task<IReadOnlyList<Outcome>> ActAsync(IReadOnlyList<ActionRequest> actions, CancellationToken cancellationToken);
}
