using System.Text.Json;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Scanners match what the regular expressions match that they stand for.</summary>
public sealed class PieceScannerTests
{
    public static TheoryData<string> Patterns => [PieceScanner.Gpt2, PieceScanner.Llama3, PieceScanner.Qwen2];

    [Theory, MemberData(nameof(Patterns))]
    public void Scanner_and_regular_expression_find_the_same(string pattern)
    {
        var regex = new RegexPattern(pattern);
        var scanner = PieceScanner.Of(pattern)!;
        var random = new Random(11);
        for (var i = 0; i < 5000; i++)
        {
            var text = MixedText.Next(random, 16);
            Assert.True(regex.Find(text).SequenceEqual(scanner.Find(text)), JsonSerializer.Serialize(text));
        }
    }

    [Theory, MemberData(nameof(Patterns))]
    public void So_they_do_for_every_character_between_others(string pattern)
    {
        var regex = new RegexPattern(pattern);
        var scanner = PieceScanner.Of(pattern)!;
        for (var code = 0; code < 0x30000; code += code < 0xE000 ? 1 : 7)
        {
            if (System.Text.Rune.TryCreate(code, out var rune))
            {
                var text = $"a{rune} {rune}1{rune}'{rune}\n{rune}";
                Assert.True(regex.Find(text).SequenceEqual(scanner.Find(text)), $"U+{code:X4}");
            }
        }
    }
}
