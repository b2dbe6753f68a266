using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>A task to be learnt: questions, the world they are answered in, and a teacher's answers.</summary>
public sealed record LearningTask
{
    /// <summary>The task's name in configurations.</summary>
    public required string Name { get; init; }

    /// <summary>The folder that its data was read from; empty where it has none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>
    /// The files that its questions and its world were read from; their content is looked at when a run begins and when it goes on.
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Questions to train on.</summary>
    public required IReadOnlyList<Question> Train { get; init; }

    /// <summary>Questions about what training never shows.</summary>
    public required IReadOnlyList<Question> HeldOut { get; init; }

    /// <summary>The world that the policy acts in.</summary>
    public required IEnvironment Environment { get; init; }

    /// <summary>
    /// True when prompts are put to a policy in its own chat template, where it has one, and with the special tokens of its tokenizer's file
    /// otherwise.
    /// </summary>
    public bool AsChat { get; init; }

    /// <summary>
    /// The moment that chat templates may write as today's date, in UTC; null for the one at which an experiment begins, or at which a policy is
    /// asked.
    /// </summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>The settings by which episodes are sampled and judged.</summary>
    public RolloutOptions Rollout { get; init; } = new();

    /// <summary>Shows how a question is answered.</summary>
    public required IDemonstrator Demonstrator { get; init; }

    /// <summary>A fresh policy for the task, its weights drawn from the seed; null where the task has none.</summary>
    public Func<Seed, Policy>? Beginner { get; init; }

    /// <summary>A group of episodes for each question: what advantages are estimated from.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<Trajectory>>> SampleAsync(
        Policy policy, IReadOnlyList<Question> questions, SamplingOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SamplingOptions();
        var asked = questions.SelectMany(question => Enumerable.Repeat(question.ToCore(), options.GroupSize));
        var episodes = asked.Select((question, k) => Tuple.Create(question, options.Seed.Derive(k).ToCore())).ToArray();
        var sampling = CoreSampling.SamplingOptionsModule.at(options.Temperature);
        var trajectories = await Task.Run(
            () => CoreTasks.LearningTaskModule.rollouts(Dated().ToCore(), sampling, policy.Inner, episodes, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return [.. Groups.FromCore(trajectories).Chunk(options.GroupSize)];
    }

    /// <summary>Measures how well a policy answers held-out questions, once each.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<Evaluation> EvaluateAsync(
        Policy policy, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EvaluationOptions();
        return AnswerAsync(policy, [.. HeldOut.Take(options.Questions)], options, cancellationToken);
    }

    /// <summary>The episode in which a policy answers a question of your own.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<Trajectory> AskAsync(
        Policy policy, string question, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var answers = await AnswerAsync(policy, [new Question { Text = question }], options ?? new EvaluationOptions(), cancellationToken)
            .ConfigureAwait(false);
        return answers.Trajectories[0];
    }

    private LearningTask Dated() => this with { Date = Date ?? DateTimeOffset.UtcNow };

    internal CoreTasks.LearningTask ToCore() =>
        new(
            Name,
            Folder,
            Files.ToFSharpList(),
            Train.MapAll(question => question.ToCore()),
            HeldOut.MapAll(question => question.ToCore()),
            EnvironmentMapping.ToCore(Environment),
            AsChat,
            (Date?.UtcDateTime).ToOption(),
            Rollout.ToCore(),
            CoreDemonstrator.Unwrap(Demonstrator),
            Beginner is { } create ? FSharpTypes.ToFSharpFunc((Core.Seed seed) => create(Seed.FromCore(seed)).Inner).ToOption() : null);

    internal static LearningTask FromCore(CoreTasks.LearningTask core) => new()
    {
        Name = core.Name,
        Folder = core.Folder,
        Files = [.. core.Files],
        Train = core.Train.MapAll(Question.FromCore),
        HeldOut = core.HeldOut.MapAll(Question.FromCore),
        Environment = new CoreEnvironment(core.Environment),
        AsChat = core.AsChat,
        Date = core.Date.ToNullable() is { } date ? new DateTimeOffset(date) : null,
        Rollout = RolloutOptions.FromCore(core.Rollout),
        Demonstrator = new CoreDemonstrator(core.Demonstrate),
        Beginner = core.Beginner.ToReference() is { } create ? seed => new Policy(create.Invoke(seed.ToCore())) : null,
    };

    private async Task<Evaluation> AnswerAsync(
        Policy policy, Question[] questions, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var asked = questions.MapAll(question => question.ToCore());
        var trajectories = await Task.Run(
            () => CoreMeasuring.Evaluation.rollouts(
                Dated().ToCore(), CoreSampling.SamplingOptionsModule.at(options.Temperature), options.Seed.ToCore(), cancellationToken, policy.Inner, asked),
            cancellationToken).ConfigureAwait(false);
        return new Evaluation
        {
            MeanReward = CoreMeasuring.Evaluation.meanReward(trajectories),
            Trajectories = Groups.FromCore(trajectories),
        };
    }
}
