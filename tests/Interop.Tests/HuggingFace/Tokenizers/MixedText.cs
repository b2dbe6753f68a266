using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Random text of what tokenizers treat differently.</summary>
internal static class MixedText
{
    private static readonly string[] Parts =
    [
        "the", " of", "Hello", "WORLD", "don't", "DON'T", "we'Re", "'ll", "'LL", "'ſ", "'s", "'", "''t", "x'Ve", "naïve", "e\u0301",
        "\u0301", "東京", "北京市", "한국", "\u1100\u1161\u11a8", "привет", "Ёлка", "ДОМ", "عربي", "हिन्दी", "ไทย", "ǅ", "ß", "İ", "Å", "\u212b",
        "ﬁ", "Ⅷ", "ⅷ", "²", "½", "०१२", "٣", "𝟘𝟙", "0", "7", "12", "345", "1234567", "3.14", "😀", "👩‍👩‍👧", "🇫🇷", "𝐀", "𠀀", "\u20dd",
        "\ufe0f", "\u200b", "\u200d", "\ufeff", "\u00ad", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r\n\r\n", " \n", "\n ", "\r",
        "\u000b", "\u0085", "\u00a0", "\u2003", "\u2028", "\u3000", "\u180e", ".", ",", "...", "!?", "==", "->", "();", "{\n", "}\r\n",
        "_", "__init__", "#", "$", "€", "«", "»", "—", "<", ">", "|", "\\", "/", "\0", "\u007f", "\ufffd", "<|endoftext|>",
        "<|im_start|>", "<|begin_of_text|>", "<think>", "<tool_call>", "for (int i = 0; i < n; i++)",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    /// <summary>Up to <paramref name="longest"/> parts, some of them single characters from anywhere in Unicode.</summary>
    internal static string Next(Random random, int longest)
    {
        var text = new StringBuilder();
        for (var count = random.Next(longest + 1); count > 0; count--)
        {
            text.Append(random.Next(12) > 0 ? Parts[random.Next(Parts.Length)] : AnyRune(random).ToString());
        }
        return text.ToString();
    }

    // Below the planes of rare ideographs; assigned long ago enough for all tables of Unicode to agree on it.
    private static Rune AnyRune(Random random)
    {
        while (true)
        {
            if (Rune.TryCreate(random.Next(0x2FFF), out var rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNotAssigned)
            {
                return rune;
            }
        }
    }
}
