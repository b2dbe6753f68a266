namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>pre_tokenizer</c> of <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerJson
{
    internal static IPreTokenizer Read(JsonField field)
    {
        var type = field.Required("type");
        return type.Text() switch
        {
            "WhitespaceSplit" => new WhitespaceSplitPreTokenizer(),
            "Whitespace" => new WhitespacePreTokenizer(),
            "Punctuation" => new PunctuationPreTokenizer(
                field.Optional("behavior") is { } behavior ? Behavior(behavior) : SplitBehavior.Isolated),
            "Split" => Split(field),
            "Sequence" => new SequencePreTokenizer([.. field.Required("pretokenizers").Items().Select(Read)]),
            var other => throw type.Error(
                $"the pre-tokenizer {other} is not supported, only WhitespaceSplit, Whitespace, Punctuation, Split and Sequence."),
        };
    }

    private static SplitPreTokenizer Split(JsonField field)
    {
        var pattern = field.Required("pattern");
        var (kind, value) = pattern.Members().ToArray() is [var only]
            ? only
            : throw pattern.Error("expected one field, \"String\" or \"Regex\".");
        if (kind is not ("String" or "Regex"))
        {
            throw value.Error($"the pattern {kind} is not supported, only String and Regex.");
        }
        try
        {
            var behavior = Behavior(field.Required("behavior"));
            return new SplitPreTokenizer(kind == "Regex", value.Text(), behavior, field.Required("invert").Flag());
        }
        catch (NotSupportedException e)
        {
            throw value.Error(e.Message);
        }
    }

    private static SplitBehavior Behavior(JsonField field) =>
        Enum.GetNames<SplitBehavior>().Contains(field.Text(), StringComparer.Ordinal)
            ? Enum.Parse<SplitBehavior>(field.Text())
            : throw field.Error($"the behaviour {field.Text()} is not one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}.");
}
