namespace Levee.CSharp;

/// <summary>Low-rank adapters of a policy (LoRA), in PEFT's layout on disk.</summary>
public static class Adapters
{
    /// <summary>
    /// The policy with a fresh adapter beside its weights, which it shares and which stay as they are: training moves the adapter alone, and it changes
    /// nothing before the first update.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="origin">The folder or name that the policy is from, for PEFT.</param>
    /// <param name="options">The defaults where they are not given.</param>
    /// <param name="seed">The seed of its numbers.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Policy WithAdapter(this Policy policy, string origin, LoraOptions? options = null, Seed seed = default) =>
        new(CorePolicies.PolicyModule.adapt((options ?? new LoraOptions()).ToCore(), origin, seed.ToCore(), policy.Inner));

    /// <summary>The policy with an adapter from a folder beside its weights, which it shares.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="folder">The adapter's folder, as <see cref="SaveAdapter"/> and PEFT write it.</param>
    /// <param name="trainable">True when the adapter can be trained.</param>
    /// <exception cref="IOException">The folder or a file is missing; the message names it, and the remedy.</exception>
    /// <exception cref="InvalidDataException">A file cannot be used; the message names the tensor or field, and the remedy.</exception>
    public static Policy LoadAdapter(this Policy policy, string folder, bool trainable = true) =>
        new(CorePolicies.PolicyModule.loadAdapter(trainable, folder, policy.Inner));

    /// <summary>Writes a policy's adapter to a folder, replacing what is there.</summary>
    /// <exception cref="InvalidOperationException">The policy has no adapter.</exception>
    public static void SaveAdapter(this Policy policy, string folder) => CorePolicies.PolicyModule.saveAdapter(folder, policy.Inner);

    /// <summary>A frozen copy without an adapter, but with its products in the weights.</summary>
    public static Policy Merge(this Policy policy) => new(CorePolicies.PolicyModule.merge(policy.Inner));

    /// <summary>A frozen view of the policy's weights without its adapter.</summary>
    public static Policy WithoutAdapter(this Policy policy) => new(CorePolicies.PolicyModule.bare(policy.Inner));
}
