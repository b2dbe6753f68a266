namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>decoder</c> of <c>tokenizer.json</c>.</summary>
internal static class DecoderJson
{
    internal static IDecoder Read(JsonField field)
    {
        var type = field.Required("type");
        switch (type.Text())
        {
            case "ByteLevel":
                ByteLevelOptions.Read(field);
                return new ByteLevelDecoder(field.Element);
            case "ByteFallback":
                field.AllowOnly("type");
                return new ByteFallbackDecoder(field.Element);
            case "Fuse":
                field.AllowOnly("type");
                return new FuseDecoder(field.Element);
            case "Replace":
                return new ReplaceDecoder(Replacement.Read(field), field.Element);
            case "Strip":
                field.AllowOnly("type", "content", "start", "stop");
                return new StripDecoder(
                    MetaspaceOptions.Character(field.Required("content")),
                    field.Required("start").Integer(minimum: 0),
                    field.Required("stop").Integer(minimum: 0),
                    field.Element);
            case "Metaspace":
                var options = MetaspaceOptions.Read(field);
                return new MetaspaceDecoder(options.Replacement, options.Scheme != PrependScheme.Never, field.Element);
            case "Sequence":
                field.AllowOnly("type", "decoders");
                return new SequenceDecoder([.. field.Required("decoders").Items().Select(Read)]);
            default:
                throw type.Error(
                    $"the decoder {type.Text()} is not supported, only ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace and "
                    + "Sequence.");
        }
    }
}
