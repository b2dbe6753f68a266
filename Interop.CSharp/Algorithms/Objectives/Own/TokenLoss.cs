using TorchSharp;

namespace Levee.CSharp;

/// <summary>
/// The loss of each token, [responses, tokens], with its gradient through <see cref="Forward.LogProb"/>. What stands in the padding does
/// not count. Tensors made on the way are released by the caller.
/// </summary>
public delegate torch.Tensor TokenLoss(Batch batch, Forward forward);
