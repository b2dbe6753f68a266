namespace Levee.CSharp;

/// <summary>A policy other than the one being trained, under which a batch's tokens are scored besides.</summary>
public sealed record ReferencePolicy
{
    internal ReferencePolicy(CoreAlgorithms.Reference core) => Inner = core;

    /// <summary>The policy that sampled the batch.</summary>
    public static ReferencePolicy Sampling { get; } = new(CoreAlgorithms.Reference.Sampling);

    /// <summary>The policy as it was before training: the reference policy of a KL.</summary>
    public static ReferencePolicy Initial { get; } = new(CoreAlgorithms.Reference.Initial);

    internal CoreAlgorithms.Reference Inner { get; }

    /// <summary>The policy as it was so many updates ago, at least 1; the initial one while there were fewer.</summary>
    public static ReferencePolicy UpdatesAgo(int updates) => new(CoreAlgorithms.Reference.NewUpdatesAgo(updates));

    /// <summary>
    /// The exponential moving average of the weights; each update keeps the share <paramref name="decay"/> of it, in (0, 1).
    /// </summary>
    public static ReferencePolicy MovingAverage(double decay) => new(CoreAlgorithms.Reference.NewMovingAverage(decay));

    /// <summary>
    /// The policy in a folder, which never changes: a teacher. Its tokens must be those of the policy being trained; its sizes may be others.
    /// </summary>
    public static ReferencePolicy Folder(string folder) => new(CoreAlgorithms.Reference.NewFolder(folder));

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
