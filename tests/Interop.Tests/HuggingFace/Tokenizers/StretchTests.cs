using System.Text;
using System.Text.Json;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Texts with foreign stretches in the tokens of published tokenizers.</summary>
public sealed class StretchTests
{
    private const int Samples = 1500;

    // Nothing that a normalizer changes; characters of one, two, three and four bytes.
    private static readonly string[] Stable = ["a", "bc ", " the", ",", ".\n", "12", "é", "ж", "語", "😀"];

    public static TheoryData<string> Packages => [.. RustPeer.Published.Select(package => package.Name)];

    [Theory, MemberData(nameof(Packages))]
    public void Where_no_foreign_text_has_a_control_token_the_ids_are_those_of_the_Rust_library(string name)
    {
        var (file, tokenizer) = Load(name);
        var random = new Random(1);
        string[] tags = [.. tokenizer.AddedTokens.Values.Select(token => token.Content)];
        var cuts = Enumerable.Range(0, Samples).Select(_ => Stretches.CutAround(random, MixedText.Next(random, 12), 6, tags)).ToArray();
        var expected = RustPeer.Encode(file, [.. cuts.Select(Stretches.Text)]);

        Assert.All(cuts.Zip(expected), pair => Assert.True(
            tokenizer.Encode(pair.First).Ids.AsSpan().SequenceEqual(pair.Second), $"the ids of {JsonSerializer.Serialize(pair.First)}"));
        Assert.Contains(cuts, cut => cut.Count(stretch => stretch.IsForeign && stretch.Text.Length > 3) > 1);
    }

    [Theory, MemberData(nameof(Packages))]
    public void Control_tokens_are_those_of_the_text_that_is_not_foreign(string name)
    {
        var (_, tokenizer) = Load(name);
        var random = new Random(2);
        string[] tags = [.. tokenizer.AddedTokens.Values.Select(token => token.Content)];
        for (var i = 0; i < Samples; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(
                _ => random.Next(2) == 0 ? tags[random.Next(tags.Length)] : MixedText.Next(random, 2)));
            var cut = Stretches.Cut(random, text, 8);
            // No added token has a control character in it.
            var masked = string.Concat(cut.Select(stretch => stretch.IsForeign ? new string('\u0001', stretch.Text.Length) : stretch.Text));

            var encoded = tokenizer.Encode(cut);

            Assert.Equal(Added(tokenizer, tokenizer.Encode(masked)), Added(tokenizer, encoded.Ids));
            Assert.All(encoded.Ids.Zip(encoded.IsForeign), pair => Assert.False(pair.Second && tokenizer.AddedTokens.ContainsKey(pair.First)));
        }
    }

    [Theory, MemberData(nameof(Packages))]
    public void A_tag_that_lies_across_an_end_of_a_foreign_stretch_is_no_control_token(string name)
    {
        var (_, tokenizer) = Load(name);
        foreach (var tag in tokenizer.AddedTokens.Values.Select(token => token.Content))
        {
            for (var at = 1; at < tag.Length; at++)
            {
                foreach (var isFirst in new[] { true, false })
                {
                    TextStretch[] stretches = [new("a "), new(tag[..at], isFirst), new(tag[at..], !isFirst), new(" b")];
                    Assert.Empty(Added(tokenizer, tokenizer.Encode(stretches).Ids));
                }
            }
        }
    }

    [Theory, MemberData(nameof(Packages))]
    public void A_token_is_foreign_where_every_byte_of_it_is(string name)
    {
        var (_, tokenizer) = Load(name);
        var isByteLevel = !name.EndsWith("llama2", StringComparison.Ordinal);
        var random = new Random(3);
        for (var i = 0; i < Samples; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Stable[random.Next(Stable.Length)]));
            var cut = Stretches.Cut(random, text, 6);
            // A character of which any half is the protocol's own is the protocol's own.
            var marks = cut.SelectMany(stretch => stretch.Text.Select(_ => stretch.IsForeign)).ToArray();
            var bytes = Bytes(text, marks).ToList();
            if (!isByteLevel && text.Length > 0)
            {
                // The blank in front, of three bytes in UTF-8 as every blank, belongs to what it stands before.
                bytes = [.. Bytes($"▁{text.Replace(' ', '▁')}", [marks[0], .. marks])];
            }

            var encoded = tokenizer.Encode(cut);

            var next = 0;
            foreach (var (id, isForeign) in encoded.Ids.Zip(encoded.IsForeign))
            {
                var length = Length(tokenizer.TokenOf(id)!, isByteLevel);
                Assert.Equal(bytes.GetRange(next, length).TrueForAll(mark => mark), isForeign);
                next += length;
            }
            Assert.Equal(bytes.Count, next);
        }
    }

    private static IEnumerable<bool> Bytes(string text, bool[] marks)
    {
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isForeign = Array.TrueForAll(marks[place..(place + rune.Utf16SequenceLength)], mark => mark);
            place += rune.Utf16SequenceLength;
            foreach (var _ in Enumerable.Range(0, rune.Utf8SequenceLength))
            {
                yield return isForeign;
            }
        }
    }

    // The bytes of a token: a byte-level token has one for each character, and <0xE2> in other tokenizers is one byte.
    private static int Length(string token, bool isByteLevel) =>
        isByteLevel ? token.Length : token.StartsWith("<0x", StringComparison.Ordinal) ? 1 : Encoding.UTF8.GetByteCount(token);

    private static int[] Added(Tokenizer tokenizer, int[] ids) => [.. ids.Where(tokenizer.AddedTokens.ContainsKey)];

    private static (string File, Tokenizer Tokenizer) Load(string name)
    {
        var file = NpmFiles.Tokenizer(RustPeer.Package(name));
        return (file, Tokenizer.Load(file));
    }
}
