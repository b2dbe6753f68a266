namespace Levee.Interop.HuggingFace;

/// <summary>A stretch of a text that is encoded as a whole.</summary>
/// <param name="Text">Its text; halves of surrogate pairs that the neighbours do not complete count as U+FFFD.</param>
/// <param name="IsForeign">
/// True when it comes from elsewhere, such as a document or a question: no added token is found in it or across its ends.
/// </param>
public readonly record struct TextStretch(string Text, bool IsForeign = false);

/// <summary>The ids of a text with foreign stretches.</summary>
/// <param name="Ids">The ids in order.</param>
/// <param name="IsForeign">
/// For each id, true when all of its text is foreign. An id across the end of a foreign stretch is not foreign, nor is an added token.
/// </param>
public sealed record EncodedText(int[] Ids, bool[] IsForeign);
