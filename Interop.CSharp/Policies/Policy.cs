using Levee.CSharp.Mapping;
using Microsoft.FSharp.Core;
using TorchSharp;

namespace Levee.CSharp;

/// <summary>A language model with its tokenizer. Dispose it to free its weights.</summary>
public sealed class Policy : IDisposable
{
    private static readonly FSharpFunc<int, FSharpFunc<int, FSharpFunc<int, Unit>>> Unheard =
        FuncConvert.FromAction<int, int, int>((_, _, _) => { });

    internal Policy(CorePolicies.Policy core) => Inner = core;

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => new(Inner.Tokenizer);

    /// <summary>The longest sequence, in tokens.</summary>
    public int ContextLimit => Inner.Parameters.Architecture.ContextLimit;

    /// <summary>The size of the policy, in numbers.</summary>
    public long ParameterCount => Inner.Parameters.Values.numel();

    /// <summary>The tokens that the policy's files name as ends of a text.</summary>
    public IReadOnlyList<int> StopTokens => [.. CorePolicies.PolicyModule.stopTokens(Inner)];

    /// <summary>
    /// Notices for the user of how the policy's files were read, a line each: tensors and settings that were passed over.
    /// </summary>
    public IReadOnlyList<string> Notices => [.. Inner.Files.Notices];

    /// <summary>
    /// The settings that the model's makers advise for continuing texts: <see cref="GenerationOptions"/> with what <c>generation_config.json</c> says
    /// in place of its defaults.
    /// </summary>
    public GenerationOptions AdvisedGeneration => GenerationOptions.FromCore(
        CorePolicies.GenerationAdvice.complete(CorePolicies.Generation.defaults, CorePolicies.GenerationAdvice.nothing, Inner).Item1);

    internal CorePolicies.Policy Inner { get; }

    /// <summary>The policy in a folder in Hugging Face's layout: Qwen2, Qwen2.5, Qwen3 or Llama, in one file of weights or several.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="type">The type of its weights.</param>
    /// <param name="device">The device for the weights; the CPU where it is not given.</param>
    /// <param name="trainable">True for room for a gradient, as large as the weights; false to write and evaluate only.</param>
    /// <exception cref="IOException">A folder or file is missing; the message names it, and the remedy.</exception>
    /// <exception cref="InvalidDataException">A file cannot be used; the message names the tensor or field, and the remedy.</exception>
    public static Policy Load(
        string folder, torch.ScalarType type = torch.ScalarType.Float32, torch.Device? device = null, bool trainable = true) =>
        new(trainable
            ? CorePolicies.PolicyModule.load(type, device ?? torch.CPU, folder)
            : CorePolicies.PolicyModule.loadFrozen(type, device ?? torch.CPU, folder));

    /// <summary>Writes the policy to a folder in Hugging Face's layout. A crash on the way leaves what was there whole.</summary>
    public void Save(string folder) => CorePolicies.PolicyModule.save(folder, Inner);

    /// <summary>A frozen copy that shares no weights.</summary>
    public Policy Clone() => new(CorePolicies.PolicyModule.clone(Inner));

    /// <summary>
    /// Log-probability and entropy of the action tokens of trajectories under the policy's distribution at a temperature.
    /// </summary>
    public TokenScores Score(IReadOnlyList<Trajectory> trajectories, double temperature = 1)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var rows = trajectories.ToCore();
        var scored = CorePolicies.Scoring.forward(CorePolicies.Scoring.at(temperature), Inner, rows);
        return new TokenScores
        {
            LogProbs = CoreAlgorithms.Padding.unpad(rows, scored.LogProb),
            Entropies = CoreAlgorithms.Padding.unpad(rows, scored.Entropy),
        };
    }

    /// <summary>
    /// Who pulls the actions of a trajectory down: the influence of each trajectory of its group, itself included, on each of its actions; action by
    /// action, most harmful first.
    /// </summary>
    /// <param name="group">The trajectories of one question.</param>
    /// <param name="advantages">The advantage of each.</param>
    /// <param name="index">The index in the group of the trajectory that is looked at.</param>
    /// <param name="temperature">The temperature that they were sampled at; above 0.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the advantages are not one a trajectory.</exception>
    public IReadOnlyList<Influence> Influences(
        IReadOnlyList<Trajectory> group, IReadOnlyList<double> advantages, int index, double temperature = 1) =>
        CorePolicies.InfluenceModule.onTrajectory(temperature, Inner, group.ToCore(), [.. advantages], index).MapAll(Influence.FromCore);

    /// <summary>Continues texts, all at once; one that fills the context is continued by nothing.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">The settings; <see cref="AdvisedGeneration"/> where they are not given.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<Generation>> GenerateAsync(
        IReadOnlyList<string> texts, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= AdvisedGeneration;
        var prompts = texts.MapAll(text => Inner.Files.Tokenizer.Encode(text, addSpecialTokens: true)).ToArray();
        var written = await Task.Run(
            () => CorePolicies.Generation.run(options.ToCore(), Inner, prompts, Unheard, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return [.. written.SelectMany(samples => samples).Select(Generation.FromCore)];
    }

    /// <inheritdoc/>
    public void Dispose() => CorePolicies.PolicyModule.dispose(Inner);
}
