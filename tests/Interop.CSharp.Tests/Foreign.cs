namespace Levee.CSharp.Tests;

/// <summary>A retriever written in C#: finds the documents whose title the query names; some queries it refuses.</summary>
internal sealed class TitleRetriever(IReadOnlyList<Document> documents) : IRetriever
{
    internal List<string> Queries { get; } = [];

    public Task<IReadOnlyList<SearchResult>> RetrieveAsync(IReadOnlyList<string> queries, int topK, CancellationToken cancellationToken)
    {
        lock (Queries)
        {
            Queries.AddRange(queries);
        }

        return Task.FromResult<IReadOnlyList<SearchResult>>([.. queries.Select(query => Find(query, topK))]);
    }

    private SearchResult Find(string query, int topK) => query.Contains("forbidden", StringComparison.Ordinal)
        ? SearchResult.Failed("not this one")
        : SearchResult.Found([.. documents.Where(document => query.Contains(document.Title, StringComparison.Ordinal)).Take(topK)]);
}

/// <summary>An environment written in C#: another's, but what is answered in the first turn does not count.</summary>
internal sealed class PatientEnvironment(IEnvironment inner) : IEnvironment
{
    internal int Refused { get; private set; }

    public IReadOnlyList<string> StopTexts => inner.StopTexts;

    public IReadOnlyList<Piece> Prompt(Question question) => inner.Prompt(question);

    public async Task<IReadOnlyList<Outcome>> ActAsync(IReadOnlyList<ActionRequest> actions, CancellationToken cancellationToken)
    {
        var outcomes = await inner.ActAsync(actions, cancellationToken);
        return [.. actions.Zip(outcomes, Judge)];
    }

    private Outcome Judge(ActionRequest action, Outcome outcome)
    {
        if (outcome is not Outcome.Answer || action.Turn > 0)
        {
            return outcome;
        }

        Refused++;
        return new Outcome.Invalid { Notice = [Piece.Markup("\nQuestion: "), Piece.Plain("sure?")] };
    }
}

/// <summary>A reward written in C#: exact match, and a little for each turn saved.</summary>
internal sealed class BriefReward : IReward
{
    public double Judge(Question question, Transcript transcript) =>
        Rewards.ExactMatch.Judge(question, transcript) + 0.1 / transcript.Turns.Count;
}

/// <summary>A reward written in C# that fails for some episodes, one way or the other.</summary>
internal sealed class MoodyReward : IReward
{
    private int _asked;

    public double Judge(Question question, Transcript transcript) => (Interlocked.Increment(ref _asked) % 3) switch
    {
        0 => double.NaN,
        1 => throw new InvalidOperationException("not today"),
        _ => Rewards.ExactMatch.Judge(question, transcript),
    };
}

/// <summary>A demonstrator written in C#: answers at once.</summary>
internal sealed class HastyDemonstrator : IDemonstrator
{
    public IReadOnlyList<Segment> Demonstrate(Question question, Tokenizer tokenizer, double flaws, Seed seed)
    {
        var answer = tokenizer.Encode($"<answer> {question.GoldenAnswers[seed.Below(question.GoldenAnswers.Count)]} </answer>");
        return
        [
            new Segment.Prompt { Tokens = tokenizer.Encode(question.Text, parseTags: false) },
            new Segment.Action { Tokens = answer, LogProbs = new float[answer.Count] },
        ];
    }
}

/// <summary>An environment that loses an outcome.</summary>
internal sealed class ForgetfulEnvironment : IEnvironment
{
    public IReadOnlyList<string> StopTexts => ["</answer>"];

    public IReadOnlyList<Piece> Prompt(Question question) => [Piece.Plain(question.Text)];

    public Task<IReadOnlyList<Outcome>> ActAsync(IReadOnlyList<ActionRequest> actions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Outcome>>([.. actions.Skip(1).Select(_ => new Outcome.Answer { Text = "", Span = "" })]);
}
