using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Turns tokens in <see cref="ByteAlphabet"/> into the text that their bytes are in UTF-8. Bytes that are no UTF-8 become U+FFFD, one for each
/// longest part that could have begun a character. A token with a character outside the alphabet stands for itself.
/// </summary>
internal sealed class ByteLevelDecoder(JsonElement source) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => new Sink(next);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);

    private sealed class Sink(ITokenSink next) : WholeTokenSink(next)
    {
        private const int LongestUnfinished = 3;

        private readonly List<byte> _bytes = [];
        private bool _hasBegun;

        public override void Finish()
        {
            Give(_bytes.Count, isLast: true);
            base.Finish();
        }

        protected override void Take(ReadOnlySpan<char> token)
        {
            var start = _bytes.Count;
            foreach (var character in token)
            {
                var value = ByteAlphabet.ByteOf(character);
                if (value < 0)
                {
                    _bytes.RemoveRange(start, _bytes.Count - start);
                    _bytes.AddRange(Encoding.UTF8.GetBytes(token.ToArray()).AsSpan());
                    break;
                }
                _bytes.Add((byte)value);
            }
            Give(_bytes.Count - Unfinished(CollectionsMarshal.AsSpan(_bytes)), isLast: false);
        }

        private void Give(int count, bool isLast)
        {
            if (count > 0 || isLast)
            {
                var text = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes)[..count]);
                Next.Push(text, begins: !_hasBegun, ends: isLast);
                _bytes.RemoveRange(0, count);
                _hasBegun = true;
            }
        }

        // The number of bytes at the end that may be the beginning of a character.
        private static int Unfinished(ReadOnlySpan<byte> bytes)
        {
            for (var length = 1; length <= Math.Min(LongestUnfinished, bytes.Length); length++)
            {
                if (Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == OperationStatus.NeedMoreData)
                {
                    return length;
                }
            }
            return 0;
        }
    }
}
