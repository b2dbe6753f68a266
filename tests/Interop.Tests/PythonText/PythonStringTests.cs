using System.Text.Json;
using Levee.PythonText;
using Levee.Tests;

[assembly: AssemblyFixture(typeof(Levee.PythonText.Tests.PythonTextPeer))]

namespace Levee.PythonText.Tests;

/// <summary>Against Python, asked as the tests run.</summary>
public sealed class PythonStringTests(PythonTextPeer peer)
{
    private const int Block = 0x1000;

    private static readonly string[] Pool =
    [
        "Σ", "σ", "ς", "a", "Z", "ß", "İ", "ı", "ŉ", "ﬁ", "ǆ", "ǅ", "Ǆ", "'", "\u2019", "\u00ad", "\u0301", "\u0345", ".", ":", "·", " ", "\u001c",
        "\u00a0", "\u2028", "-", "_", "1", "²", "½", "٣", "一", "Ⅷ", "ⓐ", "ª", "ʰ", "𐐀", "𝐀", "\u200d", "ᾳ", "ᾼ", "Ა", "ა", "Ꭰ", "ꭰ", "\U0001f130",
    ];

    /// <summary>What stands around a character: nothing; cased letters and sigmas, so that each of its kinds shows.</summary>
    public static TheoryData<string, string, string> Surroundings => new() { { "", "", "" }, { "AΣ", "aΣ", "A" }, { " ", "Σ a", "Σ" } };

    [Theory, MemberData(nameof(Surroundings))]
    public void Every_character_is_as_Python_has_it(string before, string between, string after)
    {
        // Nothing is assigned from plane 4 to 13, nor cased in the private planes behind.
        var end = between.Length == 0 ? 0x110000 : 0x40000;
        foreach (var from in Enumerable.Range(0, end / Block).Select(block => block * Block))
        {
            string[] texts =
            [
                .. Enumerable.Range(from, Block).Where(code => code is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32)
                    .Select(c => between.Length == 0 ? c : $"{before}{c}{between}{c}{after}"),
            ];
            Compare(texts, peer.Ask(new { texts = Array.Empty<string>(), from, to = from + Block, before, between, after }));
        }
    }

    [Fact]
    public void Texts_are_as_Python_has_them()
    {
        var random = new Random(5);
        string[] texts = [.. Enumerable.Range(0, 20_000).Select(_ =>
            string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => Pool[random.Next(Pool.Length)])))];

        Compare(texts, peer.Ask(new { texts }));
    }

    [Theory]
    [InlineData("fußball", "FUSSBALL")]
    [InlineData("ﬂag", "FLAG")]
    [InlineData("ŉ", "ʼN")]
    [InlineData("ı", "I")]
    [InlineData("\u0390", "\u0399\u0308\u0301")]
    public void Upper_case_may_be_longer(string text, string expected) => Assert.Equal(expected, PythonString.Upper(text));

    [Theory]
    [InlineData("ΛΟΓΟΣ", "λογος")]
    [InlineData("ΣΑΣ ΣΑΣ.", "σας σας.")]
    [InlineData("ΑΣ'Α Σ", "ασ'α σ")]
    [InlineData("İI", "i̇i")]
    public void Lower_case_knows_the_end_of_a_word(string text, string expected) => Assert.Equal(expected, PythonString.Lower(text));

    [Fact]
    public void Title_case_is_not_upper_case()
    {
        Assert.Equal("ǅungla", PythonString.Capitalize("ǆungla"));
        Assert.Equal("Ǆ", PythonString.Upper("ǆ"));
        Assert.Equal("They'Re ǅ", PythonString.Title("they're ǆ"));
        Assert.True(PythonString.IsTitle("ǅ A1B"));
        Assert.Equal("sTRASSE", PythonString.SwapCase("Straße"));
    }

    [Fact]
    public void Digits_decimals_and_numbers_are_three_things()
    {
        Assert.True(PythonString.IsDigit("²₃①") && !PythonString.IsDecimal("²"));
        Assert.True(PythonString.IsDecimal("٣४") && PythonString.IsDigit("٣४"));
        Assert.True(PythonString.IsNumeric("½五Ⅷ") && !PythonString.IsDigit("½"));
        Assert.False(PythonString.IsDigit("") || PythonString.IsSpace("") || PythonString.IsAlphanumeric(""));
    }

    [Fact]
    public void Half_a_surrogate_pair_stays()
    {
        Assert.Equal("A\ud83dB", PythonString.Upper("a\ud83db"));
        Assert.Equal([0x61, 0xd83d, 0x1f600], PythonString.CodePoints("a\ud83d\U0001f600"));
        Assert.False(PythonString.IsAlphanumeric("\ud835"));
    }

    private static void Compare(string[] texts, string[] expected)
    {
        Assert.Equal(texts.Length, expected.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            if (expected[i] != Describe(texts[i]))
            {
                Assert.Fail($"{JsonSerializer.Serialize(texts[i])}: expected {expected[i]}, found {Describe(texts[i])}");
            }
        }
    }

    private static string Describe(string text)
    {
        bool[] kinds =
        [
            PythonString.IsAlphabetic(text), PythonString.IsAlphanumeric(text), PythonString.IsDecimal(text), PythonString.IsDigit(text),
            PythonString.IsNumeric(text), PythonString.IsSpace(text), PythonString.IsLower(text), PythonString.IsUpper(text),
            PythonString.IsTitle(text),
        ];
        return string.Join('\n', [
            PythonString.Lower(text), PythonString.Upper(text), PythonString.Title(text), PythonString.Capitalize(text),
            PythonString.SwapCase(text), Interop.HuggingFace.Templates.PythonText.Repr(text), .. PythonString.Split(text),
            string.Concat(kinds.Select(holds => holds ? '1' : '0')),
        ]);
    }
}
