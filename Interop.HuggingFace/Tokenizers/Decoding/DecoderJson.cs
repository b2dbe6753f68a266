namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>decoder</c> of <c>tokenizer.json</c>.</summary>
internal static class DecoderJson
{
    private static readonly JsonKinds<IDecoder> Kinds = new("decoder")
    {
        { "ByteLevel", ByteLevel },
        { "ByteFallback", [], field => new ByteFallbackDecoder(field.Element) },
        { "Fuse", [], field => new FuseDecoder(field.Element) },
        { "Replace", field => new ReplaceDecoder(Replacement.Read(field), field.Element) },
        { "Strip", ["content", "start", "stop"], Strip },
        { "Metaspace", Metaspace },
        { "Sequence", ["decoders"], field => new SequenceDecoder([.. field.Required("decoders").Items().Select(Read)]) },
    };

    internal static IDecoder Read(JsonField field) => Kinds.Read(field);

    private static ByteLevelDecoder ByteLevel(JsonField field)
    {
        ByteLevelOptions.Read(field);
        return new ByteLevelDecoder(field.Element);
    }

    private static StripDecoder Strip(JsonField field) => new(
        MetaspaceOptions.Character(field.Required("content")),
        field.Required("start").Integer(minimum: 0),
        field.Required("stop").Integer(minimum: 0),
        field.Element);

    private static MetaspaceDecoder Metaspace(JsonField field)
    {
        var options = MetaspaceOptions.Read(field);
        return new MetaspaceDecoder(options.Replacement, options.Scheme != PrependScheme.Never, field.Element);
    }
}
