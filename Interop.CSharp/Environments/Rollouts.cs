using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Samples whole episodes: the policy writes, the environment answers, turn by turn, many episodes at once.</summary>
public static class Rollouts
{
    /// <summary>One episode for each question, in order; the k-th draws from the k-th child of the seed.</summary>
    /// <param name="policy">Who writes.</param>
    /// <param name="environment">Who answers.</param>
    /// <param name="options">The settings that episodes are sampled by.</param>
    /// <param name="temperature">The temperature that tokens are drawn at; 0 takes the likeliest.</param>
    /// <param name="questions">The questions to ask; one stands here several times for several episodes.</param>
    /// <param name="seed">The seed that the draws depend on.</param>
    /// <param name="cancellationToken">Ends it soon.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<IReadOnlyList<Trajectory>> RunAsync(
        Policy policy,
        IEnvironment environment,
        RolloutOptions options,
        double temperature,
        IReadOnlyList<Question> questions,
        Seed seed,
        CancellationToken cancellationToken = default)
    {
        var sampler = CorePolicies.PolicyModule.sampler(temperature, policy.Inner);
        var episodes = questions.Select((question, k) => Tuple.Create(question.ToCore(), seed.Derive(k).ToCore())).ToArray();
        var inner = EnvironmentMapping.ToCore(environment);
        var sampled = await Task.Run(
            () => CoreEnvironments.Rollout.run(options.ToCore(), policy.Inner.Tokenizer, inner, sampler, episodes, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return Groups.FromCore(sampled);
    }
}
