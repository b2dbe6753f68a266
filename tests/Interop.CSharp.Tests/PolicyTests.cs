using static Levee.CSharp.Tests.World;

namespace Levee.CSharp.Tests;

/// <summary>Policies, episodes and evaluation.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task A_policy_survives_saving_and_writes_the_same()
    {
        using var folder = new TemporaryFolder();
        using var policy = Policy.Load(WarmStartFolder);
        policy.Save(Path.Combine(folder.Path, "copy"));
        using var copy = Policy.Load(Path.Combine(folder.Path, "copy"));
        Assert.Equal(policy.ParameterCount, copy.ParameterCount);

        string[] texts = ["Question: What is the capital of Peru?\n", "Question: Who?\n"];
        var options = new GenerationOptions { MaxTokens = 9, Seed = 3 };
        var first = await policy.GenerateAsync(texts, options, Cancellation);
        var second = await copy.GenerateAsync(texts, options, Cancellation);
        Assert.Equal(first.Select(written => written.Text), second.Select(written => written.Text));
        Assert.All(first, written => Assert.InRange(written.Tokens.Count, 1, 9));
        Assert.All(first, written => Assert.Equal(written.Tokens.Count, written.LogProbs.Count));
        Assert.Equal(first[0].Text, policy.Tokenizer.Decode(first[0].Tokens));
        Assert.NotEmpty(policy.StopTokens);
    }

    [Fact]
    public async Task What_the_models_makers_advise_holds_where_no_options_are_given()
    {
        using var folder = new TemporaryFolder();
        using var policy = Policy.Load(WarmStartFolder);
        var copy = Path.Combine(folder.Path, "copy");
        policy.Save(copy);
        await File.WriteAllTextAsync(
            Path.Combine(copy, "generation_config.json"),
            """{"do_sample": false, "max_new_tokens": 5, "stop_strings": ["</answer>"]}""",
            Cancellation);
        using var advised = Policy.Load(copy);

        Assert.Equal(
            new GenerationOptions { Temperature = 0, MaxTokens = 5, StopTexts = [] },
            advised.AdvisedGeneration with { StopTexts = [] });
        Assert.Equal(["</answer>"], advised.AdvisedGeneration.StopTexts);
        Assert.Empty(advised.Notices);
        string[] texts = ["Question: What is the capital of Peru?\n"];
        var greedy = new GenerationOptions { Temperature = 0, MaxTokens = 5 };
        var expected = await policy.GenerateAsync(texts, greedy, Cancellation);
        var written = await advised.GenerateAsync(texts, cancellationToken: Cancellation);
        Assert.Equal(expected[0].Tokens, written[0].Tokens);
    }

    [Fact]
    public void An_adapter_stands_beside_the_weights_and_survives_its_folder()
    {
        using var folder = new TemporaryFolder();
        using var policy = Policy.Load(WarmStartFolder, trainable: false);
        Trajectory[] episodes = [Episode(1, 4), Episode(0, 3)];
        using var adapted = policy.WithAdapter(WarmStartFolder, new LoraOptions { Rank = 2 }, 7);
        Assert.Equal(policy.Score(episodes).LogProbs, adapted.Score(episodes).LogProbs);
        adapted.SaveAdapter(Path.Combine(folder.Path, "adapter"));
        using var again = policy.LoadAdapter(Path.Combine(folder.Path, "adapter"));
        using var merged = again.Merge();
        using var bare = again.WithoutAdapter();
        Assert.Equal(policy.Score(episodes).LogProbs, merged.Score(episodes).LogProbs);
        Assert.Equal(policy.Score(episodes).LogProbs, bare.Score(episodes).LogProbs);
        Assert.Contains("no adapter", Assert.Throws<InvalidOperationException>(() => policy.SaveAdapter(folder.Path)).Message);
    }

    [Fact]
    public void Who_pulls_an_action_down_is_told_most_harmful_first()
    {
        using var policy = Policy.Load(WarmStartFolder);
        Trajectory[] group = [Episode(1, 4), Episode(0, 3), Episode(0, 6)];
        double[] advantages = [1, -0.5, -0.5];
        var own = policy.Influences(group, advantages, 0, 0.8);
        Assert.Equal(3, own.Count);
        Assert.Equal(own.OrderBy(one => one.Total), own);
        Assert.All(own, one => Assert.Equal(1, one.Action));
        Assert.Equal(0, Assert.Single(own, one => one.Total > 0).Trajectory);
        Assert.Throws<ArgumentException>(() => policy.Influences(group, advantages, 3));
    }

    [Fact]
    public async Task Writing_ends_at_a_stop_text()
    {
        using var policy = Policy.Load(WarmStartFolder);
        var options = new GenerationOptions { Temperature = 0, MaxTokens = 40, StopTexts = ["</search>", "</answer>"] };
        var written = await policy.GenerateAsync(["Question: What is the capital of Peru?\n"], options, Cancellation);
        Assert.EndsWith("</search>", written[0].Text.TrimEnd());
    }

    [Fact]
    public async Task Episodes_are_those_of_FSharp_and_their_likelihood_is_the_samplers()
    {
        using var policy = Policy.Load(WarmStartFolder);
        var options = new SamplingOptions { GroupSize = 3, Seed = 5 };
        var groups = await AtlasTask.SampleAsync(policy, [.. AtlasTask.Train.Take(2)], options, Cancellation);
        Assert.Equal([3, 3], groups.Select(group => group.Count));

        using var core = CorePolicies.PolicyModule.load(TorchSharp.torch.float32, TorchSharp.torch.CPU, WarmStartFolder);
        var task = CoreTasks.Tasks.atlas(Data);
        var seed = Core.SeedModule.ofInt(5);
        var episodes = Enumerable.Range(0, 6).Select(k => Tuple.Create(task.Train[k / 3], Core.SeedModule.derive(k, seed))).ToArray();
        var expected = CoreTasks.LearningTaskModule.rollouts(task, CoreSampling.SamplingOptionsModule.at(1), core, episodes, Cancellation);
        var trajectories = groups.SelectMany(group => group).ToArray();
        foreach (var (own, known) in trajectories.Zip(expected))
        {
            Assert.Equal(known.Reward, own.Reward);
            Assert.Equal(known.Answer?.Value, own.Answer);
            Assert.Equal(Core.TrajectoryModule.logProbs(known), own.Segments.OfType<Segment.Action>().SelectMany(action => action.LogProbs));
        }

        var scores = policy.Score(trajectories);
        foreach (var (row, trajectory) in scores.LogProbs.Zip(trajectories))
        {
            var sampled = trajectory.Segments.OfType<Segment.Action>().SelectMany(action => action.LogProbs);
            Assert.All(row.Zip(sampled), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    [Fact]
    public async Task Evaluation_gives_the_number_of_FSharp_and_questions_can_be_asked()
    {
        using var policy = Policy.Load(WarmStartFolder);
        var evaluation = await AtlasTask.EvaluateAsync(policy, new EvaluationOptions { Questions = 20 }, Cancellation);
        using var core = CorePolicies.PolicyModule.load(TorchSharp.torch.float32, TorchSharp.torch.CPU, WarmStartFolder);
        var task = CoreTasks.Tasks.atlas(Data);
        var expected = CoreMeasuring.Evaluation.rollouts(task, CoreSampling.SamplingOptionsModule.at(0), Core.SeedModule.ofInt(0), Cancellation, core, [.. task.HeldOut.Take(20)]);
        Assert.Equal(CoreMeasuring.Evaluation.meanReward(expected), evaluation.MeanReward);
        Assert.Equal(20, evaluation.Trajectories.Count);

        var answer = await AtlasTask.AskAsync(policy, "What is the capital of Austria?", cancellationToken: Cancellation);
        Assert.NotEmpty(answer.Searches);
    }

    [Fact]
    public async Task An_environment_a_retriever_and_a_reward_of_ones_own_take_part_in_an_episode()
    {
        var retriever = new TitleRetriever([.. Dataset.ReadCorpus(Path.Combine(Data, "corpus.jsonl"))]);
        var environment = new PatientEnvironment(new SearchEnvironment(retriever, new SearchOptions { Wording = SearchWording.Brief }));
        var options = AtlasTask.Rollout with { Reward = new BriefReward() };
        using var policy = Policy.Load(WarmStartFolder);
        var episodes = await Rollouts.RunAsync(policy, environment, options, 1, [.. AtlasTask.Train.Take(8)], 1, Cancellation);

        Assert.NotEmpty(retriever.Queries);
        Assert.Equal(retriever.Queries.Order(), episodes.SelectMany(episode => episode.Searches).Select(search => search.Query).Order());
        Assert.All(episodes, episode => Assert.InRange(episode.Reward, 0.01, 1.1));
        Assert.True(environment.Refused <= episodes.Sum(episode => episode.InvalidActions));
    }

    [Fact]
    public async Task A_reward_that_throws_or_gives_no_number_is_a_fault_of_its_episode()
    {
        using var policy = Policy.Load(WarmStartFolder);
        var task = AtlasTask with { Rollout = AtlasTask.Rollout with { Reward = new MoodyReward() } };
        var evaluation = await task.EvaluateAsync(policy, new EvaluationOptions { Questions = 6 }, Cancellation);
        var judged = evaluation.Trajectories.Where(episode => episode.Fault is null).ToArray();
        Assert.InRange(judged.Length, 1, 5);
        Assert.Equal(judged.Average(episode => episode.Reward), evaluation.MeanReward, 1e-12);
        Assert.All(evaluation.Trajectories.Except(judged), episode =>
        {
            Assert.True(double.IsNaN(episode.Reward));
            Assert.Equal(nameof(MoodyReward), episode.Fault!.Function);
            Assert.Contains(episode.Fault.Gave, new[] { "NaN", "InvalidOperationException: not today" });
        });
        var error = Assert.Throws<ArgumentException>(() => Advantages.Grpo.Estimate([evaluation.Trajectories]));
        Assert.Contains(nameof(MoodyReward), error.Message);
    }

    [Fact]
    public async Task A_turn_that_a_token_limit_cuts_off_truncates_its_episode()
    {
        using var policy = Policy.Load(WarmStartFolder);
        var task = AtlasTask with { Rollout = AtlasTask.Rollout with { MaxTurns = 1, FinalTurn = false, TurnTokens = 2 } };
        var episode = await task.AskAsync(policy, "What is the capital of Austria?", cancellationToken: Cancellation);
        Assert.Equal(EndReason.TurnTokenLimit, episode.End);
    }

    [Fact]
    public async Task A_failed_search_is_kept_as_such()
    {
        var environment = new SearchEnvironment(new TitleRetriever([new Document { Id = "1", Title = "Peru", Text = "Lima" }]));
        ActionRequest Asking(string query) =>
            new() { Question = new Question { Text = "?" }, Turn = 0, Text = $"<search> {query} </search>", IsLast = false };
        var outcomes = await environment.ActAsync([Asking("forbidden"), Asking("Peru")], Cancellation);
        var searches = outcomes.Cast<Outcome.Feedback>().Select(feedback => feedback.Searches.Single()).ToArray();
        Assert.Equal("not this one", searches[0].Failure);
        Assert.Null(searches[1].Failure);
        Assert.Equal(["1"], searches[1].Documents);
        Assert.Equal((2, 1), (environment.Queries, environment.Failures));
    }

    [Fact]
    public async Task An_environment_that_loses_outcomes_is_told_so()
    {
        using var policy = Policy.Load(WarmStartFolder);
        var question = new Question { Text = "Who?" };
        var options = new RolloutOptions { TurnTokens = 4 };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Rollouts.RunAsync(policy, new ForgetfulEnvironment(), options, 1, [question, question], 1, Cancellation));
        Assert.Contains("gave 1 outcomes for 2 actions", error.Message);
    }

    [Fact]
    public async Task Sampling_can_be_cancelled()
    {
        using var policy = Policy.Load(WarmStartFolder);
        using var source = new CancellationTokenSource();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AtlasTask.EvaluateAsync(policy, cancellationToken: source.Token));
    }

    [Fact]
    public void Files_that_are_missing_are_named()
    {
        Assert.Contains("nowhere", Assert.ThrowsAny<IOException>(() => Policy.Load(Path.Combine(Data, "nowhere"))).Message);
        Assert.Contains("nowhere", Assert.ThrowsAny<Exception>(() => Tasks.Atlas(Path.Combine(Data, "nowhere"))).Message);
    }
}
