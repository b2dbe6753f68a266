namespace Levee.Interop.HuggingFace;

/// <summary>A token that is found in the text before the text is split into words, such as <c>&lt;|endoftext|&gt;</c>.</summary>
/// <param name="Content">The text that is the token; not empty.</param>
public sealed record AddedToken(string Content)
{
    /// <summary>True when it is found only where no word character (letter, digit, mark, underscore) touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>True when white space before it becomes part of it.</summary>
    public bool LStrip { get; init; }

    /// <summary>True when white space after it becomes part of it.</summary>
    public bool RStrip { get; init; }

    /// <summary>
    /// True when its normalised content is looked for in the normalised text, rather than its content in the text as it is.
    /// </summary>
    public bool Normalized { get; init; }

    /// <summary>True when decoding may leave it out.</summary>
    public bool Special { get; init; } = true;
}
