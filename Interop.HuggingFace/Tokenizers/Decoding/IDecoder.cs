using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>A stage of decoding: from tokens to tokens; the last ones joined are the text.</summary>
internal interface IDecoder
{
    /// <summary>The stage at work on one text, handing on what it makes.</summary>
    ITokenSink Start(ITokenSink next);

    /// <summary>Writes the decoder as a JSON object with its type.</summary>
    void Write(Utf8JsonWriter writer);
}

/// <summary>Takes tokens one after the other, each whole or in chunks, so that text can be had as soon as it is certain.</summary>
internal interface ITokenSink
{
    /// <param name="chunk">A token, or the next part of one; never half a character.</param>
    /// <param name="begins">True when a token begins here.</param>
    /// <param name="ends">True when the token ends here.</param>
    void Push(ReadOnlySpan<char> chunk, bool begins, bool ends);

    /// <summary>Says that no token follows.</summary>
    void Finish();
}

/// <summary>A stage that looks at whole tokens.</summary>
internal abstract class WholeTokenSink(ITokenSink next) : ITokenSink
{
    private string _begun = "";

    protected ITokenSink Next { get; } = next;

    public void Push(ReadOnlySpan<char> chunk, bool begins, bool ends)
    {
        if (begins && ends)
        {
            Take(chunk);
        }
        else if (ends)
        {
            Take($"{_begun}{chunk}");
            _begun = "";
        }
        else
        {
            _begun = $"{_begun}{chunk}";
        }
    }

    public virtual void Finish() => Next.Finish();

    protected abstract void Take(ReadOnlySpan<char> token);

    protected void Give(ReadOnlySpan<char> token) => Next.Push(token, begins: true, ends: true);
}
