using System.Collections.Frozen;
using System.Globalization;

namespace Levee.PythonText;

/// <summary>The embedded Kinds.txt and Casing.txt, whose heads describe their format.</summary>
internal static class CharacterTables
{
    private static readonly (int[] Starts, CharacterKind[] Kinds) Runs = ReadRuns();

    private static readonly FrozenDictionary<int, (string? Lower, string? Upper, string? Title)> Casing = ReadCasing();

    /// <summary>The kinds of a code point; none of a lone half of a surrogate pair.</summary>
    internal static CharacterKind Kind(int codePoint)
    {
        var found = Array.BinarySearch(Runs.Starts, codePoint);
        var run = found >= 0 ? found : ~found - 1;
        return run < 0 ? CharacterKind.None : Runs.Kinds[run];
    }

    /// <summary>The lower, upper and title case of a code point that stands alone; null where it stays the same.</summary>
    internal static (string? Lower, string? Upper, string? Title) Cases(int codePoint) => Casing.GetValueOrDefault(codePoint);

    private static (int[] Starts, CharacterKind[] Kinds) ReadRuns()
    {
        var runs = Lines("Kinds.txt").Select(line => line.Split(' ')).ToArray();
        return ([.. runs.Select(run => Hexadecimal(run[0]))], [.. runs.Select(run => (CharacterKind)Hexadecimal(run[1]))]);
    }

    private static FrozenDictionary<int, (string? Lower, string? Upper, string? Title)> ReadCasing() => Lines("Casing.txt")
        .Select(line => line.Split(';'))
        .ToFrozenDictionary(fields => Hexadecimal(fields[0]), fields => (Text(fields[1]), Text(fields[2]), Text(fields[3])));

    private static string? Text(string field) => field.Length == 0
        ? null
        : string.Concat(field.Split(' ').Select(character => char.ConvertFromUtf32(Hexadecimal(character))));

    private static IEnumerable<string> Lines(string resource)
    {
        using var stream = typeof(CharacterTables).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line;
            }
        }
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
