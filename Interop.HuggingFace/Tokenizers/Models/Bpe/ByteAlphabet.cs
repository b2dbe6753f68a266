namespace Levee.Interop.HuggingFace;

/// <summary>
/// The 256 characters by which byte-level tokenizers write bytes, those of GPT-2's <c>bytes_to_unicode</c>: a byte that prints in Latin-1
/// is itself, the others follow from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private const char FirstStandIn = '\u0100';

    private static readonly char[] Characters = MakeCharacters();
    private static readonly short[] Bytes = MakeBytes();

    internal static char CharacterOf(byte value) => Characters[value];

    /// <summary>The byte that a character stands for; -1 for a character outside the alphabet.</summary>
    internal static int ByteOf(char character) => character < Bytes.Length ? Bytes[character] : -1;

    private static char[] MakeCharacters()
    {
        var standIn = FirstStandIn;
        return [.. Enumerable.Range(0, 256).Select(value => Prints(value) ? (char)value : standIn++)];
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (short value = 0; value < Characters.Length; value++)
        {
            bytes[Characters[value]] = value;
        }
        return bytes;
    }

    private static bool Prints(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
}
