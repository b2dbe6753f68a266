using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>Unicode's normalisation forms.</summary>
internal enum UnicodeForm
{
    /// <summary>Canonical decomposition, then composition.</summary>
    Nfc,

    /// <summary>Canonical decomposition.</summary>
    Nfd,

    /// <summary>Compatibility decomposition, then composition.</summary>
    Nfkc,

    /// <summary>Compatibility decomposition.</summary>
    Nfkd,
}

/// <summary>
/// Unicode's normalisation forms (Unicode Standard Annex 15): decomposition, ordering of marks by combining class, composition. It has its
/// own tables because string.Normalize leaves text unchanged where the process runs without ICU (InvariantGlobalization).
/// </summary>
internal static class UnicodeNormalization
{
    // A text wholly below the first combining mark is in form C already.
    internal const char FirstMark = '\u0300';

    private const char LastAscii = '\u007f';

    private static readonly Lazy<UnicodeTables> Canonical = new(UnicodeTables.LoadCanonical);
    private static readonly Lazy<UnicodeTables> Compatibility = new(UnicodeTables.LoadCompatibility);

    internal static MarkedString Apply(UnicodeForm form, MarkedString text)
    {
        if (form == UnicodeForm.Nfc)
        {
            return Compose(text);
        }
        if (text.Text.AsSpan().IndexOfAnyExceptInRange('\0', LastAscii) < 0)
        {
            return text;
        }
        var tables = (form is UnicodeForm.Nfkc or UnicodeForm.Nfkd ? Compatibility : Canonical).Value;
        var normalized = new MarkedBuilder(text.Text.Length, text.Foreign is not null);
        Append(tables, text.Span, composes: form == UnicodeForm.Nfkc, normalized);
        return normalized.Build();
    }

    // Only what is around the characters that may change is composed anew; in most texts there are none.
    private static MarkedString Compose(MarkedString marked)
    {
        var text = marked.Text;
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstMark - 1)) is var first && first < 0)
        {
            return marked;
        }
        var tables = Canonical.Value;
        var place = tables.NextUnstable(text, first);
        if (place == text.Length)
        {
            return marked;
        }
        var composed = new MarkedBuilder(text.Length, marked.Foreign is not null);
        var done = 0;
        while (place < text.Length)
        {
            var start = place == done ? place : place - (char.IsLowSurrogate(text[place - 1]) ? 2 : 1);
            var end = tables.NextStable(text, place);
            composed.Append(marked.Span[done..start]);
            Append(tables, marked.Span[start..end], composes: true, composed);
            done = end;
            place = tables.NextUnstable(text, end);
        }
        composed.Append(marked.Span[done..]);
        return composed.Build();
    }

    private static void Append(UnicodeTables tables, MarkedText text, bool composes, MarkedBuilder normalized)
    {
        var runes = new List<MarkedRune>(text.Length);
        var parts = new List<int>();
        var place = 0;
        foreach (var rune in text.Text.EnumerateRunes())
        {
            var isForeign = text.HasForeignIn(place, rune.Utf16SequenceLength);
            place += rune.Utf16SequenceLength;
            Decompose(tables, rune.Value, parts);
            foreach (var part in parts)
            {
                runes.Add(new MarkedRune(part, isForeign));
            }
            parts.Clear();
        }
        Order(tables, runes);
        foreach (var (rune, isForeign) in composes ? ComposeOrdered(tables, runes) : runes)
        {
            normalized.Append(new Rune(rune), isForeign);
        }
    }

    private static void Decompose(UnicodeTables tables, int rune, List<int> into)
    {
        if (Hangul.TryDecompose(rune, into))
        {
            return;
        }
        if (!tables.Decompositions.TryGetValue(rune, out var parts))
        {
            into.Add(rune);
            return;
        }
        foreach (var part in parts)
        {
            Decompose(tables, part, into);
        }
    }

    private static void Order(UnicodeTables tables, List<MarkedRune> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var combining = tables.Class(runes[i].Value);
            for (var j = i; combining != 0 && j > 0 && tables.Class(runes[j - 1].Value) > combining; j--)
            {
                (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
            }
        }
    }

    private static List<MarkedRune> ComposeOrdered(UnicodeTables tables, List<MarkedRune> runes)
    {
        var composed = new List<MarkedRune>(runes.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var rune in runes)
        {
            var combining = tables.Class(rune.Value);
            var adjacent = starter == composed.Count - 1;
            var blocked = !adjacent && (lastClass == 0 || lastClass >= combining);
            if (starter >= 0 && !blocked && Pair(tables, composed[starter].Value, rune.Value) is { } whole)
            {
                composed[starter] = new MarkedRune(whole, composed[starter].IsForeign || rune.IsForeign);
                continue;
            }
            if (combining == 0)
            {
                starter = composed.Count;
            }
            lastClass = combining;
            composed.Add(rune);
        }
        return composed;
    }

    private static int? Pair(UnicodeTables tables, int first, int second) =>
        Hangul.Compose(first, second) ?? (tables.Compositions.TryGetValue((first, second), out var whole) ? whole : null);

    // Foreign where any of the characters that it was made of is foreign.
    private readonly record struct MarkedRune(int Value, bool IsForeign);
}

/// <summary>The syllables of Hangul, whose mappings are arithmetic (The Unicode Standard, section 3.12).</summary>
internal static class Hangul
{
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    internal static bool TryDecompose(int rune, List<int> into)
    {
        var index = rune - Syllables;
        if (index is < 0 or >= LeadCount * VowelCount * TrailCount)
        {
            return false;
        }
        into.Add(Leads + index / (VowelCount * TrailCount));
        into.Add(Vowels + index / TrailCount % VowelCount);
        if (index % TrailCount != 0)
        {
            into.Add(Trails + index % TrailCount);
        }
        return true;
    }

    /// <summary>True when a character may join the one before it into a syllable.</summary>
    internal static bool IsVowelOrTrail(int rune) => rune is (>= Vowels and < Vowels + VowelCount) or (> Trails and < Trails + TrailCount);

    internal static int? Compose(int first, int second)
    {
        var (lead, vowel) = (first - Leads, second - Vowels);
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return Syllables + (lead * VowelCount + vowel) * TrailCount;
        }
        var (syllable, trail) = (first - Syllables, second - Trails);
        return syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount
            ? first + trail
            : null;
    }
}
