using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>added_tokens</c> of <c>tokenizer.json</c>.</summary>
internal static class AddedTokensJson
{
    /// <summary>
    /// Reads the tokens and checks their ids. The tokenizers library does not take ids from this field: a token of the model's vocabulary
    /// has its
    /// id there, the others count on. A file that says otherwise means different ids to different readers, and is refused.
    /// </summary>
    internal static List<(int Id, AddedToken Token)> Read(JsonField field, ITokenizerModel model)
    {
        var added = new List<(int Id, AddedToken Token)>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in field.Items())
        {
            var token = ReadToken(item);
            if (!contents.Add(token.Content))
            {
                throw item.Error($"the added token '{token.Content}' is given twice; remove one.");
            }
            var idField = item.Required("id");
            var id = idField.Integer(minimum: 0);
            var expected = model.IdOf(token.Content) ?? NextId(added, model);
            if (id != expected)
            {
                throw idField.Error(
                    $"'{token.Content}' has the id {id}, but readers of this file give it {expected}; write that, or correct model.vocab.");
            }
            if (added.Any(other => other.Id == id) || (model.TokenOf(id) is { } owner && owner != token.Content))
            {
                throw idField.Error($"the id {id} of '{token.Content}' belongs to another token already; close the gaps in model.vocab.");
            }
            added.Add((id, token));
        }
        return added;
    }

    internal static void Write(Utf8JsonWriter writer, IEnumerable<KeyValuePair<int, AddedToken>> added)
    {
        writer.WriteStartArray();
        foreach (var (id, token) in added)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("content", token.Content);
            writer.WriteBoolean("single_word", token.SingleWord);
            writer.WriteBoolean("lstrip", token.LStrip);
            writer.WriteBoolean("rstrip", token.RStrip);
            writer.WriteBoolean("normalized", token.Normalized);
            writer.WriteBoolean("special", token.Special);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static AddedToken ReadToken(JsonField item)
    {
        item.AllowOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        var content = item.Required("content");
        return content.Text().Length == 0
            ? throw content.Error("an added token is empty; remove it.")
            : new AddedToken(content.Text())
            {
                SingleWord = item.Required("single_word").Flag(),
                LStrip = item.Required("lstrip").Flag(),
                RStrip = item.Required("rstrip").Flag(),
                Normalized = item.Required("normalized").Flag(),
                Special = item.Required("special").Flag(),
            };
    }

    private static int NextId(List<(int Id, AddedToken Token)> added, ITokenizerModel model) =>
        Math.Max(model.Count, added.Select(a => a.Id).DefaultIfEmpty(-1).Max() + 1);
}
