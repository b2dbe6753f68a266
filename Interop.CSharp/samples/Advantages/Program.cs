// Advantages and losses of trajectories that you already have: no model, no training.
//
//     dotnet run --project Interop.CSharp/samples/Advantages
using Levee.CSharp;

// Two questions, three trajectories each. Every action has its tokens and their log-probabilities as sampled.
IReadOnlyList<IReadOnlyList<Trajectory>> groups =
[
    [Episode(reward: 1, tokens: 4), Episode(reward: 0, tokens: 3), Episode(reward: 0, tokens: 6)],
    [Episode(reward: 1, tokens: 5), Episode(reward: 1, tokens: 2), Episode(reward: 0, tokens: 4)],
];

Console.WriteLine("Advantage of each trajectory");
foreach (var estimator in new[] { Advantages.Grpo, Advantages.DrGrpo, Advantages.Rloo, Advantages.MaxRl, Advantages.Opo })
{
    var perTrajectory = estimator.Estimate(groups).Advantages.Select(tokens => $"{tokens[0],6:F2}");
    Console.WriteLine($"  {estimator.Formula,-28} {string.Join(' ', perTrajectory)}");
}

// The policy after an update: every token has become a little less likely, those of the first trajectory much less.
var trajectories = groups.SelectMany(group => group).ToArray();
var now = new TokenScores { LogProbs = [.. trajectories.Select((trajectory, i) => Shifted(trajectory, i == 0 ? -0.5 : -0.01))] };

Console.WriteLine();
Console.WriteLine("Loss, and its gradient on the first token of the first, correct trajectory");
foreach (var recipe in new[] { Recipes.Grpo, Recipes.Grpo + 0.2 * Objectives.Llds(LldsOptions.OverAllTokens) })
{
    var loss = recipe.Evaluate(groups, now);
    Console.WriteLine($"  {loss.Value,8:F4} {loss.LogProbGradient[0][0],8:F4}   {recipe.Objective.Formula}");
}

var penalty = Objectives.Llds().Evaluate(trajectories, Advantages.Grpo.Estimate(groups), now);
Console.WriteLine();
Console.WriteLine($"LLDS penalises {penalty.Metrics["llds/penalised_tokens"]} tokens by {penalty.Value:F4} in all.");

static Trajectory Episode(double reward, int tokens) => new()
{
    Question = new Question { Text = "What is the capital of Austria?", GoldenAnswers = ["Vienna"] },
    Segments =
    [
        new Segment.Prompt { Tokens = [1, 2, 3] },
        new Segment.Action { Tokens = [.. Enumerable.Range(10, tokens)], LogProbs = [.. Enumerable.Repeat(-1.0f, tokens)] },
    ],
    Reward = reward,
};

static IReadOnlyList<double> Shifted(Trajectory trajectory, double by) =>
    [.. trajectory.Segments.OfType<Segment.Action>().SelectMany(action => action.LogProbs).Select(logProb => logProb + by)];
