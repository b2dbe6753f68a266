namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>pre_tokenizer</c> of <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerJson
{
    private static readonly JsonKinds<IPreTokenizer> Kinds = new("pre-tokenizer")
    {
        { "WhitespaceSplit", [], _ => new WhitespaceSplitPreTokenizer() },
        { "Whitespace", [], _ => new WhitespacePreTokenizer() },
        { "Punctuation", ["behavior"], Punctuation },
        { "Digits", ["individual_digits"], field => new DigitsPreTokenizer(field.Required("individual_digits").Flag()) },
        { "Split", ["pattern", "behavior", "invert"], Split },
        { "ByteLevel", ByteLevel },
        { "Metaspace", field => new MetaspacePreTokenizer(MetaspaceOptions.Read(field), field.Element) },
        { "Sequence", ["pretokenizers"], field => new SequencePreTokenizer(Steps(field.Required("pretokenizers"))) },
    };

    internal static IPreTokenizer Read(JsonField field) => Kinds.Read(field);

    private static PunctuationPreTokenizer Punctuation(JsonField field) =>
        new(field.Optional("behavior") is { } behavior ? Behavior(behavior) : SplitBehavior.Isolated);

    private static ByteLevelPreTokenizer ByteLevel(JsonField field)
    {
        var options = ByteLevelOptions.Read(field);
        return new ByteLevelPreTokenizer(options.AddPrefixSpace, options.UseRegex, field.Element);
    }

    private static IPreTokenizer[] Steps(JsonField field)
    {
        var steps = field.Items().Select(item => (Field: item, Step: Read(item))).ToArray();
        return steps.SkipLast(1).FirstOrDefault(step => step.Step.GivesBytes) is { Field: { } early }
            ? throw early.Error("a pre-tokenizer behind ByteLevel is not supported; put ByteLevel at the end.")
            : [.. steps.Select(step => step.Step)];
    }

    private static SplitPreTokenizer Split(JsonField field)
    {
        var (isRegex, value) = TextPattern.Read(field.Required("pattern"));
        try
        {
            var behavior = Behavior(field.Required("behavior"));
            return new SplitPreTokenizer(isRegex, value.Text(), behavior, field.Required("invert").Flag());
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

/// <summary>The settings that pre-tokenizer, post-processor and decoder ByteLevel share.</summary>
/// <param name="AddPrefixSpace">True when a text gets a blank in front unless it begins with one.</param>
/// <param name="UseRegex">True when text is split by GPT-2's pattern.</param>
internal sealed record ByteLevelOptions(bool AddPrefixSpace, bool UseRegex)
{
    internal static ByteLevelOptions Read(JsonField field)
    {
        field.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
        // It concerns the places of tokens in the text, which are not told.
        field.Optional("trim_offsets")?.Flag();
        return new ByteLevelOptions(
            field.Required("add_prefix_space").Flag(), field.Optional("use_regex") is not { } useRegex || useRegex.Flag());
    }
}
