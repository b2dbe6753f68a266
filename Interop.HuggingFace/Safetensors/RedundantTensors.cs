using System.Text.RegularExpressions;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Tensors that published files hold besides a policy's weights, and that transformers and vLLM pass over when they load one: buffers that
/// are computed from the configuration, and heads of other uses.
/// </summary>
public static partial class RedundantTensors
{
    /// <summary>The head's matrix, which is redundant where the head is the embedding.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>The reason why a tensor that the architecture does not name may be passed over; null where it may not.</summary>
    public static string? Reason(SafetensorsEntry tensor) => tensor.Name switch
    {
        var name when Rotary().IsMatch(name) => "computed from rope_theta",
        var name when Mask().IsMatch(name) && IsMask(tensor.Shape) => "causal masks, which are computed",
        var name when ValueHead().IsMatch(name) => "a value head, which writes nothing",
        _ => null,
    };

    /// <summary>True when lists of files may be wrong about a tensor, since whether it is there or not changes nothing.</summary>
    internal static bool MayBeMissing(string name) =>
        name == Head || Rotary().IsMatch(name) || Mask().IsMatch(name) || ValueHead().IsMatch(name);

    // One number for what is masked, or a square of ones and zeros.
    private static bool IsMask(long[] shape) =>
        shape.All(size => size == 1) || (shape.Length >= 2 && shape[^1] == shape[^2] && shape[..^2].All(size => size == 1));

    [GeneratedRegex(@"(^|\.)rotary_emb\.(inv_freq|original_inv_freq|cos_cached|sin_cached)$")]
    private static partial Regex Rotary();

    [GeneratedRegex(@"(^|\.)(attn|self_attn|attention)\.(bias|masked_bias)$")]
    private static partial Regex Mask();

    [GeneratedRegex(@"^(v_head|value_head|score)\.")]
    private static partial Regex ValueHead();
}
