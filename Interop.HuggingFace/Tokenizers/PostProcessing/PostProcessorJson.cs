namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>post_processor</c> of <c>tokenizer.json</c>.</summary>
internal static class PostProcessorJson
{
    internal static IPostProcessor Read(JsonField field)
    {
        var type = field.Required("type");
        switch (type.Text())
        {
            case "ByteLevel":
                ByteLevelOptions.Read(field);
                return new ByteLevelPostProcessor(field.Element);
            case "TemplateProcessing":
                return Template(field);
            case "Sequence":
                field.AllowOnly("type", "processors");
                return new SequencePostProcessor([.. field.Required("processors").Items().Select(Read)]);
            default:
                throw type.Error(
                    $"the post-processor {type.Text()} is not supported, only ByteLevel, TemplateProcessing and Sequence; set it to null "
                    + "and add the ids of special tokens yourself.");
        }
    }

    // The template for pairs of texts is kept, but there is nothing to apply it to.
    private static TemplatePostProcessor Template(JsonField field)
    {
        field.AllowOnly("type", "single", "pair", "special_tokens");
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
