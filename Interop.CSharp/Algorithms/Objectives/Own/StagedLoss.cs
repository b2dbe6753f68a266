namespace Levee.CSharp;

/// <summary>
/// An objective in stages: given the whole mini-batch, from which denominators are counted, it gives what judges any part of its rows. Micro-batches of
/// a mini-batch therefore add up to its value and its gradient.
/// </summary>
public delegate PartLoss StagedLoss(Batch whole);

/// <summary>The loss of a part of a mini-batch under the current policy, differentiable with respect to the tensors of <see cref="Forward"/>.</summary>
public delegate Loss PartLoss(Batch part, Forward forward);
