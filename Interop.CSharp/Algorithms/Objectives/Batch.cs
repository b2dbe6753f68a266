using Levee.CSharp.Mapping;
using TorchSharp;

namespace Levee.CSharp;

/// <summary>
/// A mini-batch as a <see cref="TokenLoss"/> or a <see cref="StagedLoss"/> may see it: R trajectories, and their sampled actions as tensors of R responses by N
/// action tokens, padded at the right. All tensors are constants and belong to the caller.
/// </summary>
public sealed class Batch
{
    private readonly CoreObjectives.Batch _core;

    internal Batch(CoreObjectives.Batch core) => _core = core;

    /// <summary>[R] the trajectories, row for row.</summary>
    public IReadOnlyList<Trajectory> Trajectories => Groups.FromCore(_core.Trajectories);

    /// <summary>[R, N] log-probability of each token under the policy that sampled it.</summary>
    public torch.Tensor LogProbOld => _core.LogProbOld;

    /// <summary>[R, N] log-probability of each token as the sampler reported it.</summary>
    public torch.Tensor LogProbSampled => _core.LogProbSampled;

    /// <summary>
    /// [R, N] log-probability of each token under the policy as it is right before the update; null unless an objective needs it
    /// (<see cref="ObjectiveNeeds.CurrentScores"/>).
    /// </summary>
    public torch.Tensor? LogProbCurrent => _core.LogProbCurrent.ToReference();

    /// <summary>
    /// [R, N] entropy in nats, under the policy as it is right before the update, of the distribution each token was drawn from; null unless an
    /// objective needs it.
    /// </summary>
    public torch.Tensor? EntropyCurrent => _core.EntropyCurrent.ToReference();

    /// <summary>[R, N] the critic's value before each token when the batch was sampled; null without a critic.</summary>
    public torch.Tensor? ValuesOld => _core.ValuesOld.ToReference();

    /// <summary>[R, N] the value that the critic should have given; null without a critic.</summary>
    public torch.Tensor? Returns => _core.Returns.ToReference();

    /// <summary>[R, N] advantage of each token.</summary>
    public torch.Tensor Advantage => _core.Advantage;

    /// <summary>[R, N] 1 where a token stands, 0 in the padding.</summary>
    public torch.Tensor Mask => _core.Mask;

    /// <summary>[R, N] int64: which action of its response a token belongs to, from 1; 0 in the padding.</summary>
    public torch.Tensor Action => _core.Action;

    /// <summary>[R, N] 1 on tokens of the final answer span.</summary>
    public torch.Tensor Answer => _core.Answer;

    /// <summary>[R] outcome reward.</summary>
    public torch.Tensor Reward => _core.Reward;

    /// <summary>[R] number of searches carried out.</summary>
    public torch.Tensor Searches => _core.Searches;

    /// <summary>[R] 1 where the response was cut off at a token limit, the turn's or the context's.</summary>
    public torch.Tensor Truncated => _core.Truncated;

    /// <summary>The point that the run has reached.</summary>
    public Clock Clock => Clock.FromCore(_core.Clock);

    /// <summary>[R, N] log-probability of each token under a reference policy that the objective was said to need.</summary>
    /// <exception cref="InvalidOperationException">The batch lacks it.</exception>
    public torch.Tensor LogProbUnder(ReferencePolicy reference) => CoreObjectives.BatchModule.logProb(reference.Inner, _core);

    /// <summary>[R, N] numbers where a token stands, and 0 in the padding whatever stands there: a gradient through it is never NaN.</summary>
    public torch.Tensor Keep(torch.Tensor numbers) => Core.Tensors.keep(_core.Mask, numbers);
}
