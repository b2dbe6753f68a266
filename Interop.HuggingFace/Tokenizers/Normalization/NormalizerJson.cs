namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>normalizer</c> of <c>tokenizer.json</c>.</summary>
internal static class NormalizerJson
{
    private static readonly JsonKinds<INormalizer> Kinds = new("normalizer")
    {
        { "NFC", [], _ => new UnicodeNormalizer(UnicodeForm.Nfc) },
        { "NFD", [], _ => new UnicodeNormalizer(UnicodeForm.Nfd) },
        { "NFKC", [], _ => new UnicodeNormalizer(UnicodeForm.Nfkc) },
        { "NFKD", [], _ => new UnicodeNormalizer(UnicodeForm.Nfkd) },
        { "Lowercase", [], _ => new LowercaseNormalizer() },
        { "Prepend", ["prepend"], field => new PrependNormalizer(field.Required("prepend").Text()) },
        { "Replace", field => new ReplaceNormalizer(Replacement.Read(field), field.Element) },
        { "Sequence", ["normalizers"], field => new SequenceNormalizer([.. field.Required("normalizers").Items().Select(Read)]) },
    };

    internal static INormalizer Read(JsonField field) => Kinds.Read(field);
}
