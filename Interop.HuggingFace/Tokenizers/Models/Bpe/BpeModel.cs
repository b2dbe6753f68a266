using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Byte-pair encoding: a piece falls into its bytes or characters, and neighbours merge in the order of the merges' ranks.
/// </summary>
internal sealed class BpeModel : ITokenizerModel
{
    // No character of UTF-16 has more bytes in UTF-8.
    private const int MostBytes = 3;
    private const int OnStack = 3 * PieceCache.LongestPiece;

    private readonly Vocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly BpeSettings _settings;
    private readonly IReadOnlySet<int> _excluded;
    private readonly int?[] _byteIds;
    private readonly PieceCache _cache = new();

    internal BpeModel(Vocabulary vocabulary, MergeTable merges, BpeSettings settings)
        : this(vocabulary, merges, settings, new HashSet<int>())
    {
    }

    private BpeModel(Vocabulary vocabulary, MergeTable merges, BpeSettings settings, IReadOnlySet<int> excluded)
    {
        _vocabulary = vocabulary;
        _merges = merges;
        _settings = settings;
        _excluded = excluded;
        _byteIds = [.. Enumerable.Range(0, 256).Select(value => Usable(settings.OfBytes ? Character((byte)value) : $"<0x{value:X2}>"))];
        UnknownId = settings.Unknown is { } unknown ? vocabulary.IdOf(unknown) : null;
        LargestId = vocabulary.LargestId;
    }

    public int Count => _vocabulary.Count;

    public int LargestId { get; }

    public int? UnknownId { get; }

    public int? IdOf(string token) => _vocabulary.IdOf(token);

    public string? TokenOf(int id) => _vocabulary.TokenOf(id);

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > PieceCache.LongestPiece)
        {
            EncodeLong(piece, ids);
            return;
        }
        var found = _cache.Find(piece);
        if (found is null)
        {
            Span<int> tokens = stackalloc int[OnStack];
            found = tokens[..Tokens(piece, tokens)].ToArray();
            _cache.Keep(piece, found);
        }
        if (found.Length == 1)
        {
            ids.Add(found[0]);
        }
        else
        {
            ids.AddRange(found.AsSpan());
        }
    }

    public void Encode(MarkedText piece, List<int> ids, List<bool> foreign)
    {
        var tokens = ArrayPool<int>.Shared.Rent(piece.Length * MostBytes);
        var marks = ArrayPool<bool>.Shared.Rent(piece.Length * MostBytes);
        try
        {
            if (Whole(piece.Text) is { } whole)
            {
                ids.Add(whole);
                foreign.Add(piece.IsForeign);
                return;
            }
            var begun = Begin(piece, tokens, marks);
            int[] parts = [.. begun];
            var merged = begun[.._merges.Merge(begun)];
            ids.AddRange(merged);
            AddMarks(merged, parts, marks, foreign);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(tokens);
            ArrayPool<bool>.Shared.Return(marks);
        }
    }

    public ITokenizerModel Without(IReadOnlySet<int> excluded)
    {
        var unwanted = excluded.Where(id => id != UnknownId && TokenOf(id) is not null).ToHashSet();
        return unwanted.Count == 0
            ? this
            : new BpeModel(_vocabulary, new MergeTable([.. _merges.Merges.Where(m => !unwanted.Contains(m.Result))]), _settings, unwanted);
    }

    public ITokenizerModel Restrict(int count)
    {
        var merges = _merges.Merges.Where(m => Math.Max(m.Result, Math.Max(m.Left, m.Right)) < count);
        return new BpeModel(_vocabulary.Where(id => id < count), new MergeTable([.. merges]), _settings);
    }

    public void Write(Utf8JsonWriter writer) => BpeModelJson.Write(writer, _vocabulary, _merges, _settings);

    private void EncodeLong(ReadOnlySpan<char> piece, List<int> ids)
    {
        var rented = ArrayPool<int>.Shared.Rent(piece.Length * MostBytes);
        try
        {
            ids.AddRange(rented.AsSpan(0, Tokens(piece, rented)));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private int Tokens(ReadOnlySpan<char> piece, Span<int> tokens)
    {
        if (Whole(piece) is { } whole)
        {
            tokens[0] = whole;
            return 1;
        }
        return _merges.Merge(Begin(new MarkedText(piece, default), tokens, default));
    }

    // The one token of a piece that is not merged.
    private int? Whole(ReadOnlySpan<char> piece) =>
        _settings.IgnoreMerges ? Usable(_settings.OfBytes ? InAlphabet(piece) : piece) : null;

    // The tokens before any merge, and of each whether it is foreign where the piece is marked.
    private Span<int> Begin(MarkedText piece, Span<int> tokens, Span<bool> marks)
    {
        var symbols = new Symbols(tokens, marks, UnknownId, _settings.FuseUnknown);
        var place = 0;
        foreach (var rune in piece.Text.EnumerateRunes())
        {
            var length = rune.Utf16SequenceLength;
            symbols.IsForeign = !piece.Foreign.IsEmpty && piece[place..(place + length)].IsForeign;
            place += length;
            AddSymbols(rune, ref symbols);
        }
        return tokens[..symbols.Finish()];
    }

    // A merged token is the text of its parts joined, and foreign where all of them are.
    private void AddMarks(ReadOnlySpan<int> merged, ReadOnlySpan<int> parts, ReadOnlySpan<bool> marks, List<bool> foreign)
    {
        var next = 0;
        foreach (var token in merged)
        {
            var isForeign = true;
            for (var left = TokenOf(token)!.Length; left > 0; next++)
            {
                left -= TokenOf(parts[next])!.Length;
                isForeign &= marks[next];
            }
            foreign.Add(isForeign);
        }
    }

    private void AddSymbols(Rune rune, ref Symbols symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        if (_settings.OfBytes)
        {
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (_byteIds[value] is { } id)
                {
                    symbols.Add(id);
                }
                else if (!symbols.TryAddUnknown())
                {
                    throw Lacks($"the byte 0x{value:X2} of '{rune}'");
                }
            }
            return;
        }
        Span<char> utf16 = stackalloc char[2];
        if (Usable(utf16[..rune.EncodeToUtf16(utf16)]) is { } known)
        {
            symbols.Add(known);
            return;
        }
        var bytes = utf8[..rune.EncodeToUtf8(utf8)];
        if (_settings.ByteFallback && HasAll(bytes))
        {
            foreach (var value in bytes)
            {
                symbols.AddBehindUnknown(_byteIds[value]!.Value);
            }
        }
        else if (!symbols.TryAddUnknown())
        {
            throw Lacks($"'{rune}'");
        }
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_byteIds[value] is null)
            {
                return false;
            }
        }
        return true;
    }

    private int? Usable(ReadOnlySpan<char> token) =>
        _vocabulary.IdOf(token) is { } id && !_excluded.Contains(id) ? id : null;

    private static string Character(byte value) => ByteAlphabet.CharacterOf(value).ToString();

    private static string InAlphabet(ReadOnlySpan<char> piece)
    {
        var text = new StringBuilder(piece.Length);
        foreach (var value in Encoding.UTF8.GetBytes(piece.ToArray()))
        {
            text.Append(ByteAlphabet.CharacterOf(value));
        }
        return text.ToString();
    }

    private InvalidOperationException Lacks(string what)
    {
        var unknown = _settings.Unknown is { } token ? $"the unknown token '{token}'" : "an unknown token";
        return new InvalidOperationException(
            $"The vocabulary has neither a token for {what} nor {unknown}; add one to model.vocab, or leave such text out.");
    }

    /// <summary>The tokens that a piece begins with, before any merge.</summary>
    private ref struct Symbols(Span<int> tokens, Span<bool> marks, int? unknown, bool fuses)
    {
        private readonly Span<int> _tokens = tokens;
        private readonly Span<bool> _marks = marks;
        private int _count;
        private bool _isUnknownDue;
        private bool _isDueForeign;

        /// <summary>True when what is added is foreign.</summary>
        internal bool IsForeign { get; set; }

        internal void Add(int id)
        {
            AddDue();
            Put(id, IsForeign);
        }

        // As in the tokenizers library, an unknown token due before comes after them.
        internal void AddBehindUnknown(int id) => Put(id, IsForeign);

        internal bool TryAddUnknown()
        {
            if (!fuses)
            {
                AddDue();
            }
            _isDueForeign = IsForeign && (!_isUnknownDue || _isDueForeign);
            _isUnknownDue = true;
            return unknown is not null;
        }

        internal int Finish()
        {
            AddDue();
            return _count;
        }

        private void AddDue()
        {
            if (_isUnknownDue)
            {
                Put(unknown!.Value, _isDueForeign);
                _isUnknownDue = false;
            }
        }

        private void Put(int id, bool isForeign)
        {
            if (!_marks.IsEmpty)
            {
                _marks[_count] = isForeign;
            }
            _tokens[_count++] = id;
        }
    }
}
