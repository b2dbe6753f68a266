namespace Levee.CSharp;

/// <summary>Takes whatever the policy writes in one turn behind a question's bare text for its answer.</summary>
internal sealed class ContinuationEnvironment(IReadOnlyList<string> stopTexts) : IEnvironment
{
    public IReadOnlyList<string> StopTexts => stopTexts;

    public IReadOnlyList<Piece> Prompt(Question question) => [Piece.Markup(question.Text)];

    public Task<IReadOnlyList<Outcome>> ActAsync(IReadOnlyList<ActionRequest> actions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Outcome>>(
            [.. actions.Select(action => new Outcome.Answer { Text = action.Text, Span = action.Text })]);
}
