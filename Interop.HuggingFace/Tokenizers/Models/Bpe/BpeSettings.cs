using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The settings of a byte-pair model besides its merges.</summary>
internal sealed record BpeSettings
{
    /// <summary>The token for characters outside the vocabulary; null for none.</summary>
    internal string? Unknown { get; init; }

    /// <summary>True when neighbouring unknown characters become one unknown token.</summary>
    internal bool FuseUnknown { get; init; }

    /// <summary>
    /// True when an unknown character becomes tokens such as <c>&lt;0xE4&gt;</c>, one for each byte, where all of them exist.
    /// </summary>
    internal bool ByteFallback { get; init; }

    /// <summary>True when a piece that is a token becomes that token, whatever the merges make of it.</summary>
    internal bool IgnoreMerges { get; init; }

    /// <summary>True when the vocabulary writes bytes in <see cref="ByteAlphabet"/>, so that pieces are encoded byte by byte.</summary>
    internal bool OfBytes { get; init; }

    /// <summary>True when the file writes a merge as one text with a blank between the tokens, rather than as a list of two.</summary>
    internal bool MergesAsTexts { get; init; }

    /// <summary>The settings as the file has them.</summary>
    internal required IReadOnlyList<(string Name, JsonElement Value)> Source { get; init; }
}
