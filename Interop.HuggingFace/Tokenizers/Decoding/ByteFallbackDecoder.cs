using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Turns runs of tokens such as <c>&lt;0xE4&gt;</c> into the text that their bytes are in UTF-8; into one U+FFFD for each byte where they
/// are none.
/// </summary>
internal sealed class ByteFallbackDecoder(JsonElement source) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => new Sink(next);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);

    private static byte? ByteOf(ReadOnlySpan<char> token) =>
        token.Length == "<0x00>".Length && token.StartsWith("<0x") && token[^1] == '>'
            && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private sealed class Sink(ITokenSink next) : WholeTokenSink(next)
    {
        private readonly List<byte> _bytes = [];

        public override void Finish()
        {
            GiveBytes();
            base.Finish();
        }

        protected override void Take(ReadOnlySpan<char> token)
        {
            if (ByteOf(token) is { } value)
            {
                _bytes.Add(value);
                return;
            }
            GiveBytes();
            Give(token);
        }

        private void GiveBytes()
        {
            if (_bytes.Count == 0)
            {
                return;
            }
            byte[] bytes = [.. _bytes];
            _bytes.Clear();
            if (Utf8.IsValid(bytes))
            {
                Give(Encoding.UTF8.GetString(bytes));
            }
            else
            {
                Array.ForEach(bytes, _ => Give("\ufffd"));
            }
        }
    }
}
