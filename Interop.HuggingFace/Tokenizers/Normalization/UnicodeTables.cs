using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The mappings of the embedded CanonicalMappings.txt, and of CompatibilityMappings.txt where they are asked for; the heads of the files
/// describe the format.
/// </summary>
internal sealed class UnicodeTables
{
    private const int CodePoints = 0x110000;

    private readonly Dictionary<int, int> _classes = [];

    // One bit for each code point. Unstable is what form C may change, or join to what is before it.
    private readonly ulong[] _unstable = new ulong[CodePoints / 64];

    private UnicodeTables()
    {
    }

    internal Dictionary<int, int[]> Decompositions { get; } = [];

    internal Dictionary<(int First, int Second), int> Compositions { get; } = [];

    internal static UnicodeTables LoadCanonical()
    {
        var tables = new UnicodeTables();
        tables.Add("CanonicalMappings.txt");
        tables.MarkUnstable();
        return tables;
    }

    /// <summary>The canonical mappings and those of compatibility.</summary>
    internal static UnicodeTables LoadCompatibility()
    {
        var tables = LoadCanonical();
        tables.Add("CompatibilityMappings.txt");
        return tables;
    }

    /// <summary>The combining class.</summary>
    internal int Class(int rune) => rune < UnicodeNormalization.FirstMark ? 0 : _classes.GetValueOrDefault(rune);

    /// <summary>The first unstable character from a place on; the text's length where there is none.</summary>
    internal int NextUnstable(ReadOnlySpan<char> text, int place) => Next(text, place, isUnstable: true);

    /// <summary>The first stable character from a place on; the text's length where there is none.</summary>
    internal int NextStable(ReadOnlySpan<char> text, int place) => Next(text, place, isUnstable: false);

    private int Next(ReadOnlySpan<char> text, int place, bool isUnstable)
    {
        while (place < text.Length)
        {
            var isPair = char.IsHighSurrogate(text[place]);
            var rune = isPair ? char.ConvertToUtf32(text[place], text[place + 1]) : text[place];
            if ((((_unstable[rune >> 6] >> (rune & 63)) & 1) != 0) == isUnstable)
            {
                return place;
            }
            place += isPair ? 2 : 1;
        }
        return text.Length;
    }

    private void MarkUnstable()
    {
        var composites = Compositions.Values.ToHashSet();
        int[] unstable =
        [
            .. _classes.Keys,
            .. Decompositions.Keys.Where(rune => !composites.Contains(rune)),
            .. Compositions.Keys.Select(pair => pair.Second),
            .. Enumerable.Range(0, CodePoints).Where(Hangul.IsVowelOrTrail),
        ];
        foreach (var rune in unstable)
        {
            _unstable[rune >> 6] |= 1UL << (rune & 63);
        }
    }

    private void Add(string resource)
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }
            if (line.Contains(':', StringComparison.Ordinal))
            {
                AddClasses(line);
            }
            else
            {
                AddDecomposition(line);
            }
        }
    }

    private void AddClasses(string line)
    {
        var fields = line.Split(["..", ":"], StringSplitOptions.None);
        for (var rune = Hexadecimal(fields[0]); rune <= Hexadecimal(fields[1]); rune++)
        {
            _classes.Add(rune, int.Parse(fields[2], CultureInfo.InvariantCulture));
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
