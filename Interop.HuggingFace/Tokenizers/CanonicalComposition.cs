using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Unicode's normalisation form C (Unicode Standard Annex 15): canonical decomposition, ordering of marks by combining class, composition.
/// It has its own tables because string.Normalize leaves text unchanged where the process runs without ICU (InvariantGlobalization).
/// </summary>
internal static class CanonicalComposition
{
    // A text wholly below the first combining mark is in form C already.
    internal const char FirstMark = '\u0300';

    private static readonly Lazy<CanonicalTables> LazyTables = new(CanonicalTables.Load);

    internal static string Compose(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstMark - 1)) < 0)
        {
            return text;
        }
        var tables = LazyTables.Value;
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(tables, rune.Value, runes);
        }
        Order(tables, runes);
        return ComposeOrdered(tables, runes);
    }

    private static void Decompose(CanonicalTables tables, int rune, List<int> into)
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

    private static void Order(CanonicalTables tables, List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var combining = tables.Class(runes[i]);
            for (var j = i; combining != 0 && j > 0 && tables.Class(runes[j - 1]) > combining; j--)
            {
                (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
            }
        }
    }

    private static string ComposeOrdered(CanonicalTables tables, List<int> runes)
    {
        var composed = new List<int>(runes.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var rune in runes)
        {
            var combining = tables.Class(rune);
            var adjacent = starter == composed.Count - 1;
            var blocked = !adjacent && (lastClass == 0 || lastClass >= combining);
            if (starter >= 0 && !blocked && Pair(tables, composed[starter], rune) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }
            if (combining == 0)
            {
                starter = composed.Count;
            }
            lastClass = combining;
            composed.Add(rune);
        }
        var text = new StringBuilder(composed.Count);
        composed.ForEach(rune => text.Append(new Rune(rune)));
        return text.ToString();
    }

    private static int? Pair(CanonicalTables tables, int first, int second) =>
        Hangul.Compose(first, second) ?? (tables.Compositions.TryGetValue((first, second), out var whole) ? whole : null);
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

/// <summary>The mappings of the embedded CanonicalMappings.txt; its head describes the format.</summary>
internal sealed record CanonicalTables(
    Dictionary<int, int[]> Decompositions,
    Dictionary<(int First, int Second), int> Compositions,
    Dictionary<int, int> Classes)
{
    internal int Class(int rune) => rune < CanonicalComposition.FirstMark ? 0 : Classes.GetValueOrDefault(rune);

    internal static CanonicalTables Load()
    {
        using var stream = typeof(CanonicalTables).Assembly.GetManifestResourceStream("CanonicalMappings.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var tables = new CanonicalTables([], [], []);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }
            if (line.Contains(':', StringComparison.Ordinal))
            {
                tables.AddClasses(line);
            }
            else
            {
                tables.AddDecomposition(line);
            }
        }
        return tables;
    }

    private void AddClasses(string line)
    {
        var fields = line.Split(["..", ":"], StringSplitOptions.None);
        for (var rune = Hexadecimal(fields[0]); rune <= Hexadecimal(fields[1]); rune++)
        {
            Classes.Add(rune, int.Parse(fields[2], CultureInfo.InvariantCulture));
        }
    }

    private void AddDecomposition(string line)
    {
        var fields = line.Split('=', '>', ' ').Select(Hexadecimal).ToArray();
        Decompositions.Add(fields[0], fields[1..]);
        if (line.Contains('=', StringComparison.Ordinal))
        {
            Compositions.Add((fields[1], fields[2]), fields[0]);
        }
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
