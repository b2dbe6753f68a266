using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Decodes ids as they come, such as those that a model writes. The texts that <see cref="Push"/> and <see cref="Flush"/> give are together
/// what <see cref="Tokenizer.Decode"/> gives for all ids; none begins or ends within a character. Not for several threads at once.
/// </summary>
public sealed class StreamDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Collector _certain = new();
    private ITokenSink _sink;

    /// <param name="tokenizer">The tokenizer whose ids come.</param>
    /// <param name="skipSpecialTokens">True to leave out the added tokens that are special.</param>
    public StreamDecoder(Tokenizer tokenizer, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _sink = tokenizer.Decoder.Start(_certain);
    }

    /// <summary>Takes the next id; one without a token is left out.</summary>
    /// <returns>The text that is certain now and was not before; empty while the ids may end within a character.</returns>
    public string Push(int id)
    {
        Add(id);
        return _certain.Take();
    }

    /// <summary>Ends the text; the next id begins a new one.</summary>
    /// <returns>The text that was held back, with U+FFFD for a character that never became whole.</returns>
    public string Flush()
    {
        _sink.Finish();
        _sink = _tokenizer.Decoder.Start(_certain);
        return _certain.Take();
    }

    internal void Add(int id)
    {
        var skipped = _skipSpecialTokens && _tokenizer.AddedTokens.TryGetValue(id, out var added) && added.Special;
        if (!skipped && _tokenizer.TokenOf(id) is { } token)
        {
            _sink.Push(token, begins: true, ends: true);
        }
    }

    private sealed class Collector : ITokenSink
    {
        private readonly StringBuilder _text = new();

        public void Push(ReadOnlySpan<char> chunk, bool begins, bool ends) => _text.Append(chunk);

        public void Finish()
        {
        }

        internal string Take()
        {
            var text = _text.ToString();
            _text.Clear();
            return text;
        }
    }
}
