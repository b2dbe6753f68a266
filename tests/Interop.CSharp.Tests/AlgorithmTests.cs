using Microsoft.FSharp.Core;
using TorchSharp;
using static Levee.CSharp.Tests.World;

namespace Levee.CSharp.Tests;

/// <summary>Objectives, estimators and recipes: the same numbers as in F#, and parts of one's own.</summary>
public sealed class AlgorithmTests
{
    private static readonly IReadOnlyList<IReadOnlyList<Trajectory>> Groups =
    [
        [Episode(1, 4), Episode(0, 3), Episode(0, 6)],
        [Episode(1, 5, -0.5f), Episode(1, 2), Episode(0, 4, -2)],
    ];

    private static readonly Trajectory[] All = [.. Groups.SelectMany(group => group)];

    private static readonly TokenScores Scores = new()
    {
        LogProbs = Rows((i, k) => -1 - 0.1 * i + 0.05 * k),
        Entropies = Rows((i, k) => 0.5 + 0.1 * k),
        References = new Dictionary<ReferencePolicy, IReadOnlyList<IReadOnlyList<double>>>
        {
            [ReferencePolicy.Initial] = Rows((i, k) => -1.2 + 0.02 * i * k),
        },
        Values = Rows((i, k) => 0.3 + 0.1 * i),
        SquaredProbabilities = Rows((i, k) => 0.2 + 0.05 * k),
        Alignment = Rows((i, k) => 1 + i - 0.5 * k),
    };

    public static TheoryData<string> RecipeNames => [.. typeof(Recipes).GetProperties().Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(RecipeNames))]
    public void A_recipe_is_that_of_FSharp(string name)
    {
        var own = (Recipe)typeof(Recipes).GetProperty(name)!.GetValue(null)!;
        var core = (CoreAlgorithms.Recipe)typeof(CoreAlgorithms.Recipes).GetProperty(char.ToLowerInvariant(name[0]) + name[1..])!.GetValue(null)!;
        Assert.Equal(CoreAlgorithms.RecipeModule.formula(core), own.Formula);

        var loss = own.Evaluate(Groups, Scores);
        var (value, gradients) = Differentiate(core);
        Assert.Equal(value, loss.Value);
        Assert.Equal(gradients, loss.LogProbGradient);
    }

    [Fact]
    public void Composing_gives_what_it_gives_in_FSharp()
    {
        var own = Recipes.Grpo + 0.2 * Objectives.Llds(new LldsOptions { Gate = LldsGate.Response, Threshold = 0.1 })
            + Coefficient.Linear(0, 1) * Objectives.EntropyBonus + 0.01 * Objectives.Kl(KlEstimator.K3);
        Assert.Equal(
            "clipped(low=0.2, high=0.2, TokenMean)"
            + " + 0.2 * llds(gate=Response, normaliser=PerResponse, preserve=NonNegative, threshold=0.1, answer=Fixed(1))"
            + " + linear(0, 1) * entropyBonus + 0.01 * kl(K3)",
            own.Objective.Formula);

        var half = own.Evaluate(Groups, Scores, new Clock { Step = 2, Steps = 3 });
        Assert.Equal(-0.5 / All.Sum(trajectory => trajectory.ActionTokens), half.EntropyGradient![0][0], 1e-12);
        Assert.Contains("llds/loss", half.Metrics.Keys);
    }

    [Fact]
    public void Coefficients_follow_what_a_run_measures()
    {
        var dual = Coefficient.DualAscent("drift", "actor/ppo_kl", limit: 0.01, rate: 5, start: 0.5);
        Assert.Equal("dualAscent(\"drift\", \"actor/ppo_kl\", limit=0.01, rate=5, start=0.5)", dual.Formula);
        Assert.Equal(0.5, dual.At(new Clock()));
        Assert.Equal(0.75, dual.At(new Clock { Controls = new Dictionary<string, double> { ["drift"] = 0.75 } }));

        var raised = Coefficient.Constant(0.2).RaisedAt(Phase.Decay, 3);
        Assert.Equal("raisedAt(Decay, 3, 0.2)", raised.Formula);
        Assert.Equal(0.6, raised.At(new Clock { Controls = new Dictionary<string, double> { ["raised_decay_3"] = 3 } }), 1e-12);

        var counted = Coefficient.Controlled("counted", [1, 2], (state, metrics) => [state[0] + metrics["x"], state[1] + 1], state => state[0] * state[1]);
        Assert.Equal(2, counted.At(new Clock()));
    }

    public static TheoryData<string, string> Cures => new()
    {
        { nameof(Objectives.Luspo), "gspo(low=0.2, high=0.2, SequenceMeanTokenSum)" },
        { nameof(Objectives.Dppo), "dppo(low=0.1, high=0.2, cap=20, TokenMean)" },
        { nameof(Objectives.Vespo), "vespo(praisedPower=2, praisedDecay=3, blamedPower=3, blamedDecay=2, TokenMean)" },
        { nameof(Objectives.KlCov), "klCov(Abs, share=0.1)" },
        { nameof(Objective.WithGeometricMask), "geometricMask(low=0.9, high=1.1, reinforce(TokenMean))" },
        { nameof(Objective.WithOffPolicyMask), "offPolicyMask(delta=0.05, reinforce(TokenMean))" },
        { nameof(Objective.WithoutVoidTurns), "withoutVoidTurns(reinforce(TokenMean))" },
        { nameof(Objective.OnHighEntropy), "highEntropy(share=0.2, reinforce(TokenMean))" },
        { nameof(Objective.WithClipCov), "clipCov(share=0.0002, least=1, largest=5, reinforce(TokenMean))" },
    };

    private static readonly Objective Plain = Objectives.Reinforce();

    private static readonly Dictionary<string, Objective> CuresByName = new()
    {
        [nameof(Objectives.Luspo)] = Objectives.Luspo(Clip.Symmetric(0.2)),
        [nameof(Objectives.Dppo)] = Objectives.Dppo(0.1, 0.2),
        [nameof(Objectives.Vespo)] = Objectives.Vespo(),
        [nameof(Objectives.KlCov)] = Objectives.KlCov(KlEstimator.Abs, 0.1),
        [nameof(Objective.WithGeometricMask)] = Plain.WithGeometricMask(0.9, 1.1),
        [nameof(Objective.WithOffPolicyMask)] = Plain.WithOffPolicyMask(0.05),
        [nameof(Objective.WithoutVoidTurns)] = Plain.WithoutVoidTurns(),
        [nameof(Objective.OnHighEntropy)] = Plain.OnHighEntropy(0.2),
        [nameof(Objective.WithClipCov)] = Plain.WithClipCov(),
    };

    [Theory]
    [MemberData(nameof(Cures))]
    public void A_cure_is_that_of_FSharp(string name, string formula)
    {
        var own = CuresByName[name];
        Assert.Equal(formula, own.Formula);
        var core = CoreAlgorithms.RecipeModule.create(CoreEstimators.Advantage.grpo, CoreAlgorithms.Reading.objective(formula));
        var (value, gradients) = Differentiate(core);
        var loss = own.Evaluate(All, Advantages.Grpo.Estimate(Groups), Scores);
        Assert.Equal(value, loss.Value);
        Assert.Equal(gradients, loss.LogProbGradient);
    }

    [Fact]
    public void Kernels_of_choice_and_an_entropy_target_are_those_of_FSharp()
    {
        Assert.Equal(
            "vespo(praisedPower=1, praisedDecay=0, blamedPower=2, blamedDecay=0.5, SequenceMeanTokenMean)",
            Objectives.Vespo(1, 0, 2, 0.5, Aggregation.SequenceMeanTokenMean).Formula);
        var target = Coefficient.EntropyTarget(0.4);
        Assert.Equal("entropyTarget(target=0.4, delta=0.005, start=0, most=1)", target.Formula);
        Assert.Equal(0.02, target.At(new Clock { Controls = new Dictionary<string, double> { ["entropy_target"] = 0.02 } }));
        Assert.Equal("varianceTopP(share=0.9)", GroupChoice.VarianceTopP(0.9).Formula);
    }

    [Fact]
    public void Options_begin_as_in_FSharp()
    {
        Assert.Equal(Objectives.Llds().Formula, CoreObjectives.Llds.penalty(CoreObjectives.Llds.defaults).Formula);
        Assert.Equal(Objectives.Llds(LldsOptions.Paper).Formula, CoreObjectives.Llds.penalty(CoreObjectives.Llds.paper).Formula);
        Assert.Equal(Objectives.Llds(LldsOptions.MultiActionReleased).Formula, CoreObjectives.Llds.penalty(CoreObjectives.Llds.multiActionReleased).Formula);
    }

    [Fact]
    public void Estimators_give_the_numbers_of_FSharp()
    {
        (Estimator, CoreEstimators.Estimator)[] pairs =
        [
            (Advantages.Grpo, CoreEstimators.Advantage.grpo),
            (Advantages.Rloo, CoreEstimators.Advantage.rloo),
            (Advantages.Opo, CoreEstimators.Advantage.opo),
            (Advantages.PassAtK(), CoreEstimators.Advantage.passAtK(null)),
            (Advantages.OptimalTokenBaseline, CoreEstimators.Advantage.optimalTokenBaseline),
            (Advantages.Gigpo(), CoreEstimators.Advantage.gigpo(new CoreEstimators.GigpoOptions(0.95, 1, null))),
            (
                Advantages.Grpo.WithNthr(0.5, 0.25),
                CoreEstimators.Nthr.weigh(
                    new CoreEstimators.NthrOptions(0.5, CoreEstimators.NthrWeight.NewFixed(0.25)), CoreEstimators.Advantage.grpo)),
            (Advantages.Grpo.WithNthr(), CoreEstimators.Nthr.weigh(CoreEstimators.Nthr.defaults, CoreEstimators.Advantage.grpo)),
            (Advantages.Gae(0.9, 0.8), CoreEstimators.Advantage.gae(new CoreEstimators.Gae(0.9, 0.8))),
            (
                Advantages.Rloo.Whiten(WhitenOver.Trajectories),
                CoreEstimators.Advantage.whiten(CoreEstimators.Over.Trajectories, CoreEstimators.DeviationModule.whitening, CoreEstimators.Advantage.rloo)),
        ];
        foreach (var (own, core) in pairs)
        {
            Assert.Equal(core.Formula, own.Formula);
            var expected = core.Estimate.Invoke(CoreRollouts());
            Assert.Equal(expected.Advantages, own.Estimate(Groups, Scores).Advantages);
            Assert.Equal(expected.Returns?.Value, own.Estimate(Groups, Scores).Returns);
        }
    }

    [Fact]
    public void An_estimator_of_ones_own_sees_each_groups_rewards()
    {
        var best = Advantages.OfRewards("best", rewards => [.. rewards.Select(reward => reward == rewards.Max() ? 1.0 : 0.0)]);
        Assert.Equal("best", best.Formula);
        Assert.Equal([1, 0, 0, 1, 1, 0], best.Estimate(Groups).Advantages.Select(tokens => tokens[0]));
    }

    [Fact]
    public void An_estimator_of_ones_own_pays_each_action()
    {
        var first = Episode(1, 2);
        var twice = first with
        {
            Segments = [.. first.Segments, new Segment.Observation { Tokens = [9] }, new Segment.Action { Tokens = [4], LogProbs = [-1] }],
        };
        static IReadOnlyList<double> Numbered(Trajectory trajectory, double reward) =>
            [.. trajectory.Segments.OfType<Segment.Action>().Select((_, number) => reward + 10 * number)];
        var numbered = Advantages.OfActions("numbered", (group, rewards) => [.. group.Zip(rewards, Numbered)]);
        Assert.Equal("numbered", numbered.Formula);
        Assert.Equal([[1, 1, 11], [0, 0, 0]], numbered.Estimate([[twice, Episode(0, 3)]]).Advantages);

        var tooFew = Advantages.OfActions("short", (group, _) => [.. group.Select(_ => new double[1])]);
        Assert.Contains("2 actions", Assert.Throws<ArgumentException>(() => tooFew.Estimate([[twice]])).Message);
    }

    [Fact]
    public void A_choice_of_groups_keeps_what_it_keeps_in_FSharp()
    {
        Assert.Null(Recipes.Grpo.Groups.Rounds);
        Assert.Equal("dynamicSampling(rounds=3)", Recipes.Grpo.WithDynamicSampling(3).Groups.Formula);
        var half = Recipes.Grpo.WithGroups(GroupChoice.Variance(0.23, 2)).Groups;
        Assert.Equal(2, half.Rounds);
        Assert.True(half.Keeps([Episode(1, 2), Episode(0, 2)]));
        Assert.False(half.Keeps([Episode(1, 2), Episode(0, 2), Episode(0, 2)]));
        var small = GroupChoice.OfGroups("small", 4, group => group.Count < 3);
        Assert.Equal([true, false], new[] { 2, 3 }.Select(size => small.Keeps([.. Enumerable.Repeat(Episode(0, 1), size)])));
        Assert.Throws<ArgumentException>(() => GroupChoice.DynamicSampling(0));
    }

    [Fact]
    public void A_teacher_is_a_reference_as_in_FSharp() =>
        Assert.Equal(
            "kl(K3, Folder(\"models/teacher\"))",
            Objectives.Kl(KlEstimator.K3, ReferencePolicy.Folder("models/teacher")).Formula);

    [Fact]
    public void An_objective_of_ones_own_can_be_what_is_there_already()
    {
        var own = Objectives.OfTokens(
            "toward the start",
            Aggregation.TokenMean,
            (batch, forward) => forward.LogProb - batch.LogProbUnder(ReferencePolicy.Initial),
            ReferencePolicy.Initial);
        var estimates = Advantages.Grpo.Estimate(Groups);
        var loss = own.Evaluate(All, estimates, Scores);
        var known = Objectives.Kl(KlEstimator.K1).Evaluate(All, estimates, Scores);
        Assert.Equal(known.Value, loss.Value);
        Assert.Equal(known.LogProbGradient, loss.LogProbGradient);
        Assert.Equal(loss.Value, loss.Metrics["toward the start"]);
        var both = Objectives.Clipped(Clip.Symmetric(0.1)) + 0.5 * own;
        Assert.Equal("clipped(low=0.1, high=0.1, TokenMean) + 0.5 * toward the start", both.Formula);
    }

    [Fact]
    public void An_objective_in_stages_keeps_the_laws()
    {
        var staged = Objectives.Staged("mine", whole =>
        {
            var tokens = whole.Mask.sum();
            return (part, forward) =>
            {
                var value = (-part.Advantage * forward.LogProb * part.Mask).sum() / tokens.clamp_min(1);
                return new Loss { Value = value, Metrics = new Dictionary<string, torch.Tensor> { ["mine"] = value.detach() } };
            };
        });
        Assert.Equal("mine", staged.Formula);
        Assert.Contains("padding", Assert.Single(Laws.Violations(staged)).Law);

        var clean = Objectives.Staged("clean", whole =>
        {
            var tokens = whole.Mask.sum();
            return (part, forward) => new Loss
            {
                Value = part.Keep(-part.Advantage * forward.LogProb).sum() / tokens.clamp_min(1),
            };
        });
        Assert.Empty(Laws.Violations(clean));
        Assert.Equal("clean", Laws.Check(clean).Formula);
        var estimates = Advantages.Grpo.Estimate(Groups);
        var known = Objectives.Reinforce(Aggregation.TokenMean).Evaluate(All, estimates, Scores);
        Assert.Equal(known.Value, clean.Evaluate(All, estimates, Scores).Value, 1e-12);
        Assert.Contains("padding does not matter", Assert.Throws<ArgumentException>(() => Laws.Check(staged)).Message);
    }

    [Fact]
    public void An_objective_in_stages_sees_what_it_asks_for()
    {
        var all = new ObjectiveNeeds { References = [ReferencePolicy.Initial], EntropyGradient = true, Critic = true, CurrentScores = true };
        var own = Objectives.Staged(
            "all",
            _ => (part, forward) => new Loss
            {
                Value = (part.Mask * (forward.Entropy + (forward.Values! - part.ValuesOld!) + part.LogProbUnder(ReferencePolicy.Initial)
                    + part.LogProbCurrent! + part.EntropyCurrent!)).sum(),
            },
            all);
        var loss = own.Evaluate(All, Advantages.Grpo.Estimate(Groups), Scores);
        Assert.All(loss.EntropyGradient!, row => Assert.All(row, number => Assert.Equal(1, number)));
        Assert.All(loss.ValueGradient!, row => Assert.All(row, number => Assert.Equal(1, number)));
        Assert.All(loss.LogProbGradient, row => Assert.All(row, number => Assert.Equal(0, number)));
    }

    [Fact]
    public void What_the_environment_answered_is_learnt_from()
    {
        var first = Episode(1, 1);
        var answered = first with
        {
            Segments = [.. first.Segments, new Segment.Observation { Tokens = [8, 9] }, new Segment.Action { Tokens = [4], LogProbs = [-1] }],
        };
        var scores = new TokenScores { LogProbs = [[-1, -1], [-1]], Observations = [[-0.5, -1.5], []] };
        var estimates = new Estimates { Advantages = [[1, 1], [-1]] };
        var loss = Objectives.ObservationLoss.Evaluate([answered, first], estimates, scores);
        Assert.Equal(1, loss.Value);
        Assert.Equal([[-0.5, -0.5], []], loss.ObservationGradient!);
        Assert.Throws<InvalidOperationException>(
            () => Objectives.ObservationLoss.Evaluate([answered, first], estimates, scores with { Observations = null }));
    }

    [Fact]
    public void Displacement_is_measured_as_in_FSharp()
    {
        var own = Displacement.Measure(Groups, Scores.LogProbs);
        var core = CoreDiagnosis.Displacement.measure(CoreGroups(), FSharpOption<double[][]>.Some(Jagged(Scores.LogProbs)));
        Assert.Equal(core.ToDictionary(metric => metric.Item1, metric => metric.Item2), own);
    }

    [Fact]
    public void Bad_numbers_are_refused_with_what_to_give()
    {
        static void Refused<T>(string message, Func<object> act)
            where T : Exception => Assert.Contains(message, Assert.Throws<T>(act).Message);

        Refused<ArgumentException>("such as 0.2", () => Clip.Symmetric(1.5));
        Refused<ArgumentException>("give 0 or more", () => Objectives.Llds(new LldsOptions { Threshold = -1 }));
        Refused<ArgumentOutOfRangeException>(
            "Token, Action, Segment, Response", () => Objectives.Llds(new LldsOptions { Gate = (LldsGate)9 }));

        IReadOnlyList<IReadOnlyList<double>> tooFew = [[-1.0], .. Scores.LogProbs.Skip(1)];
        Refused<ArgumentException>(
            "LogProbs has 1 numbers for the 4 action tokens of trajectory 0",
            () => Recipes.Grpo.Evaluate(Groups, Scores with { LogProbs = tooFew }));
        Refused<ArgumentException>("Values has 1 numbers", () => Advantages.Gae(1, 1).Estimate(Groups, Scores with { Values = tooFew }));
        Refused<ArgumentException>("1 trajectories", () => Objectives.Zero.Evaluate([All[0]], Advantages.Grpo.Estimate(Groups), Scores));

        var bare = new TokenScores { LogProbs = Scores.LogProbs };
        Refused<InvalidOperationException>("reference policy Initial", () => Recipes.SearchR1.Evaluate(Groups, bare));
        Refused<InvalidOperationException>("critic", () => Advantages.Gae(1, 1).Estimate(Groups));
    }

    private static IReadOnlyList<IReadOnlyList<double>> Rows(Func<int, int, double> number) =>
        [.. All.Select((trajectory, i) => Enumerable.Range(0, trajectory.ActionTokens).Select(k => number(i, k)).ToArray())];

    private static double[][] Jagged(IReadOnlyList<IReadOnlyList<double>> rows) => [.. rows.Select(row => row.ToArray())];

    private static Core.Trajectory[][] CoreGroups() => [.. Groups.Select(group => group.Select(CoreTrajectory).ToArray())];

    private static Core.Trajectory CoreTrajectory(Trajectory own)
    {
        var action = own.Segments.OfType<Segment.Action>().Single();
        Core.Segment[] segments = [Core.Segment.NewPrompt([1, 2]), Core.Segment.NewAction([.. action.Tokens], [.. action.LogProbs])];
        return new(
            new Core.Question("", "Which?", List<string>(), ""),
            List(segments),
            own.Reward,
            null,
            Core.EndReason.Answered,
            null,
            0,
            List<int>(),
            List<Core.SearchCall>(),
            0);
    }

    private static Microsoft.FSharp.Collections.FSharpList<T> List<T>(params T[] items) =>
        Microsoft.FSharp.Collections.ListModule.OfArray(items);

    private static CoreEstimators.Rollouts CoreRollouts()
    {
        var bare = CoreEstimators.RolloutsModule.ofGroups(CoreGroups());
        return new(
            bare.Groups,
            bare.Shaping,
            new([Tuple.Create(CoreAlgorithms.Reference.Initial, Jagged(Scores.References[ReferencePolicy.Initial]))]),
            FSharpOption<double[][]>.Some(Jagged(Scores.Values!)),
            FSharpOption<double[][]>.Some(Jagged(Scores.SquaredProbabilities!)),
            FSharpOption<double[][]>.Some(Jagged(Scores.Alignment!)));
    }

    /// <summary>Value and gradients as F# has them.</summary>
    private static (double Value, double[][] ObjectiveGradient) Differentiate(CoreAlgorithms.Recipe recipe)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor Tensor(IReadOnlyList<IReadOnlyList<double>> rows) => CoreAlgorithms.Padding.pad(torch.float64, torch.CPU, Jagged(rows));
        var trajectories = CoreGroups().SelectMany(group => group).ToArray();
        var plain = CoreObjectives.BatchModule.ofEstimates(torch.float64, torch.CPU, trajectories, recipe.Estimator.Estimate.Invoke(CoreRollouts()));
        var values = FSharpOption<torch.Tensor>.Some(Tensor(Scores.Values!));
        var batch = new CoreObjectives.Batch(
            plain.Trajectories,
            plain.LogProbOld,
            plain.LogProbSampled,
            new([Tuple.Create(CoreAlgorithms.Reference.Initial, Tensor(Scores.References[ReferencePolicy.Initial]))]),
            FSharpOption<torch.Tensor>.Some(Tensor(Scores.LogProbs)),
            FSharpOption<torch.Tensor>.Some(Tensor(Scores.Entropies!)),
            plain.Advantage,
            values,
            plain.Returns,
            plain.Mask,
            plain.Action,
            plain.Answer,
            plain.Reward,
            plain.Searches,
            plain.Truncated,
            plain.Clock);
        var forward = new CoreObjectives.Forward(Tensor(Scores.LogProbs), Tensor(Scores.Entropies!), values, null);
        var gradients = CoreObjectives.ObjectiveModule.differentiate(recipe.Objective, recipe.Objective.Loss.Invoke(batch), batch, forward);
        return (gradients.Value, CoreAlgorithms.Padding.unpad(trajectories, gradients.LogProb));
    }
}
