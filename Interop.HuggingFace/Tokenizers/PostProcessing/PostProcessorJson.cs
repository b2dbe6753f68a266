namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>post_processor</c> of <c>tokenizer.json</c>.</summary>
internal static class PostProcessorJson
{
    private static readonly JsonKinds<IPostProcessor> Kinds =
        new("post-processor", "; set it to null and add the ids of special tokens yourself")
        {
            { "ByteLevel", ByteLevel },
            { "TemplateProcessing", ["single", "pair", "special_tokens"], Template },
            { "Sequence", ["processors"], field => new SequencePostProcessor([.. field.Required("processors").Items().Select(Read)]) },
        };

    internal static IPostProcessor Read(JsonField field) => Kinds.Read(field);

    private static ByteLevelPostProcessor ByteLevel(JsonField field)
    {
        ByteLevelOptions.Read(field);
        return new ByteLevelPostProcessor(field.Element);
    }

    // The template for pairs of texts is kept, but there is nothing to apply it to.
    private static TemplatePostProcessor Template(JsonField field)
    {
        var specialTokens = field.Required("special_tokens");
        var (before, behind) = (new List<int>(), new List<int>());
        var hasText = false;
        foreach (var part in field.Required("single").Items())
        {
            var (kind, value) = part.Members().ToArray() is [var only]
                ? only
                : throw part.Error("expected one field, \"SpecialToken\" or \"Sequence\".");
            var name = value.Required("id");
            if (kind == "SpecialToken")
            {
                var ids = specialTokens.Required(name.Text()).Required("ids").Items().Select(id => id.Integer(minimum: 0));
                (hasText ? behind : before).AddRange(ids);
            }
            else if (kind != "Sequence" || name.Text() != "A" || hasText)
            {
                throw value.Error("a template is not supported unless it holds special tokens and the sequence A once.");
            }
            else
            {
                hasText = true;
            }
        }
        return hasText
            ? new TemplatePostProcessor(before, behind, field.Element)
            : throw field.Required("single").Error("the template lacks the sequence A, which is the text; add it.");
    }
}
