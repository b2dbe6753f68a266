using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>Puts a blank before every token but the first, as the library does where a file names no decoder.</summary>
internal sealed class BlankDecoder : IDecoder
{
    internal static readonly BlankDecoder Instance = new();

    public ITokenSink Start(ITokenSink next) => new Sink(next);

    public void Write(Utf8JsonWriter writer) => writer.WriteNullValue();

    private sealed class Sink(ITokenSink next) : WholeTokenSink(next)
    {
        private bool _hasBegun;

        protected override void Take(ReadOnlySpan<char> token)
        {
            Give(_hasBegun ? $" {token}" : token);
            _hasBegun = true;
        }
    }
}

/// <summary>Makes one token of all.</summary>
internal sealed class FuseDecoder(JsonElement source) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => new Sink(next);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);

    private sealed class Sink(ITokenSink next) : ITokenSink
    {
        private bool _hasBegun;

        public void Push(ReadOnlySpan<char> chunk, bool begins, bool ends)
        {
            next.Push(chunk, begins: !_hasBegun, ends: false);
            _hasBegun = true;
        }

        public void Finish()
        {
            next.Push("", begins: !_hasBegun, ends: true);
            next.Finish();
        }
    }
}

/// <summary>Replaces the matches of a pattern in each token.</summary>
internal sealed class ReplaceDecoder(Replacement replacement, JsonElement source) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => new Sink(replacement, next);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);

    private sealed class Sink(Replacement replacement, ITokenSink next) : WholeTokenSink(next)
    {
        protected override void Take(ReadOnlySpan<char> token) => Give(replacement.Apply(token));
    }
}

/// <summary>
/// Makes blanks of the character that stands for them, and nothing of it in the first token where the text got one in front.
/// </summary>
internal sealed class MetaspaceDecoder(Rune replacement, bool wasPrepended, JsonElement source) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => new Sink(replacement, wasPrepended, next);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);

    private sealed class Sink(Rune replacement, bool wasPrepended, ITokenSink next) : WholeTokenSink(next)
    {
        private readonly string _replacement = replacement.ToString();
        private string _blank = wasPrepended ? "" : " ";

        protected override void Take(ReadOnlySpan<char> token)
        {
            Give(token.ToString().Replace(_replacement, _blank, StringComparison.Ordinal));
            _blank = " ";
        }
    }
}

/// <summary>Removes up to so many of one character from the beginning and from the end of each token.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop, JsonElement source) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => new Sink(content, start, stop, next);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);

    private sealed class Sink(Rune content, int start, int stop, ITokenSink next) : ITokenSink
    {
        private int _toCut;
        private int _held;

        public void Push(ReadOnlySpan<char> chunk, bool begins, bool ends)
        {
            if (begins)
            {
                (_toCut, _held) = (start, 0);
            }
            var kept = new StringBuilder(chunk.Length);
            foreach (var rune in chunk.EnumerateRunes())
            {
                Take(rune, kept);
            }
            if (stop == 0 || ends)
            {
                GiveHeld(kept, butLast: stop);
            }
            next.Push(kept.ToString(), begins, ends);
        }

        public void Finish() => next.Finish();

        private void Take(Rune rune, StringBuilder kept)
        {
            if (rune != content)
            {
                GiveHeld(kept, butLast: 0);
                kept.Append(rune);
                _toCut = 0;
            }
            else if (_toCut > 0)
            {
                _toCut--;
            }
            else
            {
                _held++;
            }
        }

        private void GiveHeld(StringBuilder kept, int butLast)
        {
            for (; _held > butLast; _held--)
            {
                kept.Append(content);
            }
            _held = 0;
        }
    }
}

/// <summary>Decoders one after the other.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<IDecoder> steps) : IDecoder
{
    public ITokenSink Start(ITokenSink next) => steps.Reverse().Aggregate(next, (after, step) => step.Start(after));

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("decoders");
        foreach (var step in steps)
        {
            step.Write(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
