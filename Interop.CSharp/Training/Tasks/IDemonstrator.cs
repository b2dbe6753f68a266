namespace Levee.CSharp;

/// <summary>Shows how a question is answered: a warm start learns from it, and a run's probe measures the likelihood of it.</summary>
public interface IDemonstrator
{
    /// <summary>
    /// A demonstration: one prompt, then actions (their log-probabilities zeros, as nobody sampled them) and observations in turn.
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="tokenizer">The tokenizer of the policy that is to learn.</param>
    /// <param name="flaws">The probability that the demonstration is flawed on purpose, 0 to 1.</param>
    /// <param name="seed">The seed that everything random in it depends on.</param>
    IReadOnlyList<Segment> Demonstrate(Question question, Tokenizer tokenizer, double flaws, Seed seed);
}
