using TorchSharp;

namespace Levee.CSharp;

/// <summary>A part's loss. Value and metrics are sums over the part, divided by counts over the whole mini-batch, so that parts add up.</summary>
public sealed record Loss
{
    /// <summary>The scalar to minimise, with its gradient.</summary>
    public required torch.Tensor Value { get; init; }

    /// <summary>Scalars measured on the way, by name.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Metrics { get; init; } = new Dictionary<string, torch.Tensor>();
}
