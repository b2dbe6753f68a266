namespace Levee.Interop.HuggingFace;

/// <content>Where tokenizers come from and go to.</content>
public sealed partial class Tokenizer
{
    /// <summary>Reads a <c>tokenizer.json</c>, or the one in a folder.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is malformed or uses a part of the format that is not supported; the message names file, line, field and part.
    /// </exception>
    public static Tokenizer Load(string path) => TokenizerJson.Read(JsonSource.Load(ModelFolder.FileAt(path, ModelFolder.TokenizerName)));

    /// <summary>
    /// Makes a tokenizer of whole words. Ids count from 0: the special tokens, then the unknown token unless it is one of them, then the
    /// words.
    /// </summary>
    /// <param name="words">
    /// The words, each a piece that <paramref name="pattern"/> can give; a word that is there already is an error.
    /// </param>
    /// <param name="specialTokens">Tokens found before the text is split, such as padding, end of text and the tags of a protocol.</param>
    /// <param name="unknown">The token for words outside the vocabulary; it may be one of the special tokens.</param>
    /// <param name="pattern">
    /// A regular expression (Oniguruma's syntax) whose matches are the pieces; what lies between them is dropped. Null splits at white
    /// space.
    /// </param>
    /// <exception cref="ArgumentException">A token is empty or given twice, or the pattern is not supported.</exception>
    public static Tokenizer WordLevel(
        IEnumerable<string> words, IEnumerable<string> specialTokens, string unknown, string? pattern = null) =>
        WordLevel(words, specialTokens.Select(content => new AddedToken(content)), unknown, pattern);

    /// <summary>
    /// A tokenizer as <see cref="WordLevel(IEnumerable{string}, IEnumerable{string}, string, string?)"/> makes it, with the flags of each added
    /// token.
    /// </summary>
    /// <inheritdoc cref="WordLevel(IEnumerable{string}, IEnumerable{string}, string, string?)"/>
    public static Tokenizer WordLevel(
        IEnumerable<string> words, IEnumerable<AddedToken> specialTokens, string unknown, string? pattern = null)
    {
        var added = specialTokens.ToArray();
        var special = added.Select(token => token.Content).ToArray();
        string[] unknownIfNew = special.Contains(unknown, StringComparer.Ordinal) ? [] : [unknown];
        var ids = Number([.. special, .. unknownIfNew, .. words]);
        var stages = new TokenizerStages(new WordLevelModel(new Vocabulary(ids), unknown)) { PreTokenizer = PreTokenizer(pattern) };
        return new Tokenizer(stages, added.Select(token => (ids[token.Content], token)));
    }

    /// <summary>Writes the file, or <c>tokenizer.json</c> in a folder, in the standard layout.</summary>
    public void Save(string path) => JsonOutput.Save(
        ModelFolder.FileAt(path, ModelFolder.TokenizerName),
        writer => TokenizerJson.Write(writer, _stages, _added));

    /// <summary>
    /// A smaller tokenizer: the model keeps its ids below <paramref name="count"/> and the merges among them; the added tokens beyond
    /// follow from <paramref name="count"/> on, in the order of their ids. Where a byte or character has no token any more, and there is no
    /// unknown token, <see cref="Encode(string, bool, bool)"/> fails and names it.
    /// </summary>
    /// <param name="count">The number of ids that the model keeps, at least 1; all where it has fewer.</param>
    /// <param name="keepAddedTokens">True to keep the added tokens beyond; with false they are dropped.</param>
    /// <exception cref="ArgumentException">The post-processor needs a token that is dropped.</exception>
    public Tokenizer Restrict(int count, bool keepAddedTokens = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var model = _model.Restrict(count);
        var first = Math.Max(model.Count, model.LargestId + 1);
        var inside = _added.Where(pair => model.IdOf(pair.Value.Content) == pair.Key).Select(pair => (pair.Key, pair.Value));
        var beyond = _added.Values.Where(token => model.IdOf(token.Content) is null).Select((token, i) => (first + i, token));
        var added = (keepAddedTokens ? inside.Concat(beyond) : inside).ToArray();
        var ids = added.ToDictionary(pair => pair.Item2.Content, pair => pair.Item1, StringComparer.Ordinal);
        int? IdOf(string token) => ids.TryGetValue(token, out var id) ? id : model.IdOf(token);
        return new Tokenizer(_stages with { Model = model, PostProcessor = _stages.PostProcessor?.Renumber(IdOf) }, added);
    }

    private static Dictionary<string, int> Number(string[] tokens)
    {
        var ids = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            if (token.Length == 0)
            {
                throw new ArgumentException("A token is empty; remove it.");
            }
            if (!ids.TryAdd(token, ids.Count))
            {
                throw new ArgumentException($"The token '{token}' is given twice; remove one.");
            }
        }
        return ids;
    }

    private static IPreTokenizer PreTokenizer(string? pattern)
    {
        if (pattern is null)
        {
            return new WhitespaceSplitPreTokenizer();
        }
        try
        {
            return new SplitPreTokenizer(isRegex: true, pattern, SplitBehavior.Removed, invert: true);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException(e.Message, nameof(pattern), e);
        }
    }
}
