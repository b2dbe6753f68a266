using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// A tokenizer in the layout of <c>tokenizer.json</c>. Encoding takes out the added tokens, normalises the rest, splits it into pieces, and
/// lets the
/// model turn pieces into ids, as the tokenizers library does. Immutable; safe to use from several threads.
/// </summary>
public sealed partial class Tokenizer
{
    private readonly TokenizerStages _stages;
    private readonly ITokenizerModel _model;
    private readonly ITokenizerModel _modelOfOutside;
    private readonly SortedDictionary<int, AddedToken> _added;
    private readonly Dictionary<string, int> _addedIdOf;
    private readonly AddedTokenFinder _inText;
    private readonly AddedTokenFinder _inNormalized;

    /// <exception cref="ArgumentException">Two added tokens look for the same text, or the normalizer leaves nothing of one.</exception>
    internal Tokenizer(TokenizerStages stages, IEnumerable<(int Id, AddedToken Token)> added)
    {
        _stages = stages;
        _model = stages.Model;
        _added = new SortedDictionary<int, AddedToken>(added.ToDictionary(a => a.Id, a => a.Token));
        _modelOfOutside = _model.Without(_added.Keys.ToHashSet());
        _addedIdOf = _added.ToDictionary(pair => pair.Value.Content, pair => pair.Key, StringComparer.Ordinal);
        _inText = Finder(_added.Where(pair => !pair.Value.Normalized), content => content);
        _inNormalized = Finder(_added.Where(pair => pair.Value.Normalized), content => Normalize(content).Text);
        VocabularySize = _added.Keys.Append(_model.LargestId).Max() + 1;
    }

    /// <summary>The largest id plus one: the least number of rows that an embedding must have.</summary>
    public int VocabularySize { get; }

    /// <summary>The id that stands for words outside the vocabulary; null where the tokenizer has none.</summary>
    public int? UnknownId => _model.UnknownId;

    /// <summary>Notices for the user of what was passed over when the file was read, each in one line with file and place; mostly empty.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>The added tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedTokens => _added;

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; halves of surrogate pairs count as U+FFFD.</param>
    /// <param name="parseSpecialTokens">
    /// True when the text of an added token becomes that token. With false it is only text, and no id of an added token comes back except
    /// <see cref="UnknownId"/>: for text from outside, such as retrieved documents, whose tags must not act as control tokens.
    /// </param>
    /// <param name="addSpecialTokens">
    /// True when the file's post-processor puts its special tokens around the ids, such as Llama 3's <c>&lt;|begin_of_text|&gt;</c> in front.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// A word, character or byte is outside the vocabulary, and the tokenizer has no unknown token.
    /// </exception>
    public int[] Encode(string text, bool parseSpecialTokens = true, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        var wellFormed = WellFormed(text);
        if (parseSpecialTokens)
        {
            EncodeWithAddedTokens(wellFormed, new Sink(ids, piece => _model.Encode(piece.Text, ids)));
        }
        else
        {
            EncodePlain(Normalize(wellFormed).Opening, piece => _modelOfOutside.Encode(piece.Text, ids));
        }
        if (addSpecialTokens)
        {
            _stages.PostProcessor?.Apply(ids);
        }
        return [.. ids];
    }

    /// <summary>
    /// The ids of the text that the stretches make together: those of the whole text, as if nothing of it were foreign, but that no added
    /// token is found in a foreign stretch or across an end of one, and no id of one comes from there, except <see cref="UnknownId"/>.
    /// The post-processor's tokens are not put around it.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A word, character or byte is outside the vocabulary, and the tokenizer has no unknown token.
    /// </exception>
    public EncodedText Encode(IReadOnlyList<TextStretch> stretches)
    {
        ArgumentNullException.ThrowIfNull(stretches);
        var joined = new MarkedBuilder(stretches.Sum(stretch => stretch.Text.Length), isMarked: true);
        foreach (var (text, isForeign) in stretches)
        {
            joined.Append(text, isForeign);
        }
        var marked = joined.Build();
        var (ids, foreign) = (new List<int>(), new List<bool>());
        EncodeWithAddedTokens(
            marked with { Text = WellFormed(marked.Text) }, new Sink(ids, piece => EncodePiece(piece, ids, foreign), foreign));
        return new EncodedText([.. ids], [.. foreign]);
    }

    /// <summary>The text of ids, as the file's decoder makes it: the tokens with a blank between them where it names none.</summary>
    /// <param name="ids">The ids. Those without a token are left out.</param>
    /// <param name="skipSpecialTokens">True to leave out the added tokens that are special.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var decoder = new StreamDecoder(this, skipSpecialTokens);
        foreach (var id in ids)
        {
            decoder.Add(id);
        }
        return decoder.Flush();
    }

    /// <summary>The decoder by which tokens become text.</summary>
    internal IDecoder Decoder => _stages.Decoder ?? BlankDecoder.Instance;

    /// <summary>The id of a token; null where the vocabulary lacks it.</summary>
    public int? IdOf(string token) => _addedIdOf.TryGetValue(token, out var id) ? id : _model.IdOf(token);

    /// <summary>The token of an id; null where the id has none.</summary>
    public string? TokenOf(int id) => _added.TryGetValue(id, out var token) ? token.Content : _model.TokenOf(id);

    private void EncodeWithAddedTokens(MarkedString text, Sink sink)
    {
        foreach (var part in _inText.Split(text.Span))
        {
            if (part.Id is { } id)
            {
                sink.Add(id);
                continue;
            }
            var normalized = Normalize(text.Part(part.Start, part.End));
            var rest = part.Start == 0 ? normalized.Opening : normalized.Span;
            foreach (var inner in _inNormalized.Split(rest))
            {
                if (inner.Id is { } innerId)
                {
                    sink.Add(innerId);
                }
                else
                {
                    EncodePlain(rest[inner.Start..inner.End], sink.Encode);
                }
            }
        }
    }

    private void EncodePlain(MarkedText text, PieceAction encode)
    {
        if (text.Length == 0)
        {
            return;
        }
        if (_stages.PreTokenizer is { } preTokenizer)
        {
            preTokenizer.Split(text, encode);
        }
        else
        {
            encode(text);
        }
    }

    private void EncodePiece(MarkedText piece, List<int> ids, List<bool> foreign)
    {
        var isForeign = piece.IsForeign;
        if (piece.HasForeign && !isForeign)
        {
            _modelOfOutside.Encode(piece, ids, foreign);
            return;
        }
        (isForeign ? _modelOfOutside : _model).Encode(piece.Text, ids);
        while (foreign.Count < ids.Count)
        {
            foreign.Add(isForeign);
        }
    }

    private MarkedString Normalize(MarkedString text) => _stages.Normalizer is { } normalizer ? normalizer.Normalize(text) : text;

    private static AddedTokenFinder Finder(IEnumerable<KeyValuePair<int, AddedToken>> tokens, Func<string, string> patternOf)
    {
        var patterns = tokens.Select(pair => (Pattern: patternOf(pair.Value.Content), Token: pair.Value, Id: pair.Key)).ToArray();
        if (patterns.FirstOrDefault(p => p.Pattern.Length == 0) is { Token: { } empty })
        {
            throw new ArgumentException($"the added token '{empty.Content}' is empty, or the normalizer leaves nothing of it; remove it.");
        }
        if (patterns.GroupBy(p => p.Pattern, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twins)
        {
            var contents = string.Join(" and ", twins.Select(twin => $"'{twin.Token.Content}'"));
            throw new ArgumentException($"the added tokens {contents} look for the same text; keep one.");
        }
        return new AddedTokenFinder(patterns);
    }

    private static string WellFormed(string text)
    {
        if (IsWellFormed(text))
        {
            return text;
        }
        var wellFormed = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            wellFormed.Append(rune);
        }
        return wellFormed.ToString();
    }

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var place)
        {
            if (place + 1 == text.Length || !char.IsSurrogatePair(text[place], text[place + 1]))
            {
                return false;
            }
            text = text[(place + 2)..];
        }
        return true;
    }

    // Collects the ids of added tokens, and those of pieces.
    private sealed record Sink(List<int> Ids, PieceAction Encode, List<bool>? Foreign = null)
    {
        internal void Add(int id)
        {
            Ids.Add(id);
            Foreign?.Add(false);
        }
    }
}
