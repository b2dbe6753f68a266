using Levee.CSharp.Mapping;
using TorchSharp;

namespace Levee.CSharp;

/// <summary>The current policy's scores of a batch's tokens.</summary>
public sealed class Forward
{
    private readonly CoreObjectives.Forward _core;

    internal Forward(CoreObjectives.Forward core) => _core = core;

    /// <summary>[R, N] log-probability of each token under the current policy; a loss is differentiated with respect to it.</summary>
    public torch.Tensor LogProb => _core.LogProb;

    /// <summary>[R, N] entropy in nats of the distribution each token was drawn from; a constant unless the objective said that it differentiates it.</summary>
    public torch.Tensor Entropy => _core.Entropy;

    /// <summary>[R, N] the critic's value before each token; null without a critic.</summary>
    public torch.Tensor? Values => _core.Values.ToReference();

    /// <summary>[R, O] log-probability of each observation token; null unless the objective needs it (<see cref="ObjectiveNeeds.ObservationScores"/>).</summary>
    public torch.Tensor? Observations => _core.Observations.ToReference();
}
