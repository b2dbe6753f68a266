namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>normalizer</c> of <c>tokenizer.json</c>.</summary>
internal static class NormalizerJson
{
    internal static INormalizer Read(JsonField field)
    {
        var type = field.Required("type");
        return type.Text() switch
        {
            "NFC" => new NfcNormalizer(),
            "Lowercase" => new LowercaseNormalizer(),
            "Sequence" => new SequenceNormalizer([.. field.Required("normalizers").Items().Select(Read)]),
            var other => throw type.Error($"the normalizer {other} is not supported, only NFC, Lowercase and Sequence."),
        };
    }
}
