namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>normalizer</c> of <c>tokenizer.json</c>.</summary>
internal static class NormalizerJson
{
    internal static INormalizer Read(JsonField field)
    {
        var type = field.Required("type");
        switch (type.Text())
        {
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                field.AllowOnly("type");
                return new UnicodeNormalizer(Enum.Parse<UnicodeForm>(type.Text(), ignoreCase: true));
            case "Lowercase":
                field.AllowOnly("type");
                return new LowercaseNormalizer();
            case "Prepend":
                field.AllowOnly("type", "prepend");
                return new PrependNormalizer(field.Required("prepend").Text());
            case "Replace":
                return new ReplaceNormalizer(Replacement.Read(field), field.Element);
            case "Sequence":
                field.AllowOnly("type", "normalizers");
                return new SequenceNormalizer([.. field.Required("normalizers").Items().Select(Read)]);
            default:
                throw type.Error(
                    $"the normalizer {type.Text()} is not supported, only NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace and Sequence.");
        }
    }
}
