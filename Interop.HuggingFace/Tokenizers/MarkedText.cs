using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>A text on its way through the stages, and of each of its characters whether it is foreign.</summary>
/// <param name="Text">The text.</param>
/// <param name="Foreign">As long as the text; null where nothing is foreign.</param>
internal readonly record struct MarkedString(string Text, bool[]? Foreign)
{
    internal MarkedText Span => new(Text, Foreign);

    /// <summary>The text marked as one with which the whole text begins.</summary>
    internal MarkedText Opening => new(Text, Foreign, opens: true);

    public static implicit operator MarkedString(string text) => new(text, null);

    internal MarkedString Part(int start, int end) =>
        start == 0 && end == Text.Length ? this : new(Text[start..end], Foreign?[start..end]);
}

/// <summary>A part of a <see cref="MarkedString"/>.</summary>
/// <param name="text">The text.</param>
/// <param name="foreign">As long as the text; empty where nothing is foreign.</param>
/// <param name="opens">True when the whole text begins here.</param>
internal readonly ref struct MarkedText(ReadOnlySpan<char> text, ReadOnlySpan<bool> foreign, bool opens = false)
{
    internal ReadOnlySpan<char> Text { get; } = text;

    internal ReadOnlySpan<bool> Foreign { get; } = foreign;

    internal bool Opens { get; } = opens;

    internal int Length => Text.Length;

    /// <summary>True when any of it is foreign.</summary>
    internal bool HasForeign => Foreign.Contains(true);

    /// <summary>True when any of a stretch of it is foreign.</summary>
    internal bool HasForeignIn(int start, int length) => !Foreign.IsEmpty && Foreign.Slice(start, length).Contains(true);

    /// <summary>True when all of it is foreign.</summary>
    internal bool IsForeign => !Foreign.IsEmpty && !Foreign.Contains(false);

    internal MarkedText Slice(int start, int length) =>
        new(Text.Slice(start, length), Foreign.IsEmpty ? default : Foreign.Slice(start, length), Opens && start == 0);

    /// <summary>The text with a prefix, which is foreign where the character after it is.</summary>
    internal MarkedString Prepend(string prefix)
    {
        var builder = new MarkedBuilder(Length + prefix.Length, !Foreign.IsEmpty);
        builder.Append(prefix, HasForeignIn(0, Math.Min(1, Length)));
        builder.Append(this);
        return builder.Build();
    }
}

/// <summary>Puts a marked text together.</summary>
internal sealed class MarkedBuilder(int capacity, bool isMarked)
{
    private readonly StringBuilder _text = new(capacity);
    private readonly List<bool>? _foreign = isMarked ? new(capacity) : null;

    internal void Append(ReadOnlySpan<char> text, bool isForeign)
    {
        _text.Append(text);
        for (var i = 0; _foreign is not null && i < text.Length; i++)
        {
            _foreign.Add(isForeign);
        }
    }

    internal void Append(MarkedText text)
    {
        _text.Append(text.Text);
        _foreign?.AddRange(text.Foreign);
    }

    internal void Append(Rune rune, bool isForeign)
    {
        Span<char> utf16 = stackalloc char[2];
        Append(utf16[..rune.EncodeToUtf16(utf16)], isForeign);
    }

    internal MarkedString Build() => new(_text.ToString(), _foreign?.ToArray());
}
