namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Texts cut at random into foreign stretches and others.</summary>
internal static class Stretches
{
    /// <summary>The text in up to <paramref name="most"/> stretches, also empty ones and ones that cut characters in two.</summary>
    internal static TextStretch[] Cut(Random random, string text, int most)
    {
        int[] ends = [.. Enumerable.Range(0, random.Next(most)).Select(_ => random.Next(text.Length + 1)).Order(), text.Length];
        return [.. ends.Select((end, i) => new TextStretch(text[(i == 0 ? 0 : ends[i - 1])..end], random.Next(2) == 0))];
    }

    /// <summary>The same, but that no stretch is foreign in which a part of one of the tags lies.</summary>
    internal static TextStretch[] CutAround(Random random, string text, int most, IEnumerable<string> tags)
    {
        var isInTag = new bool[text.Length];
        foreach (var tag in tags)
        {
            for (var at = text.IndexOf(tag, StringComparison.Ordinal); at >= 0; at = text.IndexOf(tag, at + 1, StringComparison.Ordinal))
            {
                isInTag.AsSpan(at, tag.Length).Fill(true);
            }
        }
        var start = 0;
        TextStretch Kept(TextStretch stretch)
        {
            var holdsTag = isInTag.AsSpan(start, stretch.Text.Length).Contains(true);
            start += stretch.Text.Length;
            return stretch with { IsForeign = stretch.IsForeign && !holdsTag };
        }
        return [.. Cut(random, text, most).Select(Kept)];
    }

    /// <summary>Asserts that a text has the same ids however it is cut into stretches, foreign ones outside of added tokens among them.</summary>
    internal static void AssertChangeNothing(Random random, Tokenizer tokenizer, string text, int[] ids)
    {
        string[] tags = [.. tokenizer.AddedTokens.Values.SelectMany(token => Written(token.Content))];
        var allOwn = tokenizer.Encode([new TextStretch(text)]);
        Assert.Equal(ids, allOwn.Ids);
        Assert.DoesNotContain(true, allOwn.IsForeign);
        for (var i = 0; i < 20; i++)
        {
            var encoded = tokenizer.Encode(CutAround(random, text, 5, tags));
            Assert.Equal(ids, encoded.Ids);
            Assert.Equal(ids.Length, encoded.IsForeign.Length);
        }
    }

    /// <summary>The parts of a text that normalizers may make a tag of: its letters in either case and form, and white space for white space.</summary>
    internal static IEnumerable<string> Written(string tag)
    {
        string[] cases = [tag.Trim(), tag.Trim().ToLowerInvariant(), tag.Trim().ToUpperInvariant()];
        var spaces = tag.Any(char.IsWhiteSpace) ? Enumerable.Range(0, char.MaxValue).Select(code => (char)code).Where(char.IsWhiteSpace) : [];
        return cases.Concat(cases.Select(text => text.Replace("é", "e\u0301", StringComparison.Ordinal).Replace("É", "E\u0301", StringComparison.Ordinal)))
            .Where(text => text.Length > 0)
            .Concat(spaces.Select(space => space.ToString()));
    }

    internal static string Text(IEnumerable<TextStretch> stretches) => string.Concat(stretches.Select(stretch => stretch.Text));
}
