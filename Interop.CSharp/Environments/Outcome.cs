using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The result of an action.</summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    internal abstract CoreEnvironments.Outcome ToCore();

    internal static Outcome FromCore(CoreEnvironments.Outcome core) => core switch
    {
        CoreEnvironments.Outcome.Answer answer => new Answer { Text = answer.answer, Span = answer.span },
        CoreEnvironments.Outcome.Feedback feedback => new Feedback
        {
            Pieces = feedback.feedback.MapAll(Piece.FromCore),
            Searches = feedback.searches.MapAll(SearchCall.FromCore),
            Span = feedback.span,
        },
        CoreEnvironments.Outcome.Invalid invalid => new Invalid { Notice = invalid.notice.MapAll(Piece.FromCore) },
        _ => throw new NotSupportedException($"{core} is no outcome that C# knows."),
    };

    /// <summary>The policy answered, and the episode is over.</summary>
    public sealed record Answer : Outcome
    {
        /// <summary>The answer.</summary>
        public required string Text { get; init; }

        /// <summary>The stretch at the end of the action's text that states it, tags included.</summary>
        public required string Span { get; init; }

        internal override CoreEnvironments.Outcome ToCore() => CoreEnvironments.Outcome.NewAnswer(Text, Span);
    }

    /// <summary>A tool was called.</summary>
    public sealed record Feedback : Outcome
    {
        /// <summary>The pieces that the policy is shown; none on the last turn.</summary>
        public required IReadOnlyList<Piece> Pieces { get; init; }

        /// <summary>The searches made; none on the last turn.</summary>
        public IReadOnlyList<SearchCall> Searches { get; init; } = [];

        /// <summary>The stretch at the end of the action's text that called it, tags included.</summary>
        public required string Span { get; init; }

        internal override CoreEnvironments.Outcome ToCore() => CoreEnvironments.Outcome.NewFeedback(
            Pieces.Select(piece => piece.ToCore()).ToFSharpList(), Searches.Select(search => search.ToCore()).ToFSharpList(), Span);
    }

    /// <summary>The action could not be read.</summary>
    public sealed record Invalid : Outcome
    {
        /// <summary>The pieces that the policy is shown.</summary>
        public required IReadOnlyList<Piece> Notice { get; init; }

        internal override CoreEnvironments.Outcome ToCore() => CoreEnvironments.Outcome.NewInvalid(Notice.Select(piece => piece.ToCore()).ToFSharpList());
    }
}
