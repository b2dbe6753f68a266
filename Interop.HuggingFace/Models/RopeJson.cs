using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The rotary settings of a <c>config.json</c>. They stand in <c>rope_theta</c>, in <c>rope_scaling</c> or in <c>rope_parameters</c>, where
/// transformers 5 keeps them, and in the last two also once for each type of layer. All that is said must agree.
/// </summary>
/// <param name="Theta">The wavelengths' base; null where the file does not say.</param>
/// <param name="Scaling">The stretching of the wavelengths; null for none.</param>
/// <param name="ScalingName">The place in the file where the stretching stands.</param>
internal sealed record RopeJson(double? Theta, JsonElement? Scaling, string ScalingName)
{
    private const string ThetaName = "rope_theta";
    private const string ScalingField = "rope_scaling";
    private const string ParametersField = "rope_parameters";
    private const string None = "default";

    /// <summary>The parameters that each kind of stretching reads. Of other kinds nothing is known here, and whoever builds them decides.</summary>
    private static readonly Dictionary<string, string[]> Parameters = new(StringComparer.Ordinal)
    {
        [None] = [],
        ["llama3"] = ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
    };

    internal static RopeJson Read(JsonField root)
    {
        var places = Places(root).ToArray();
        var thetas = places.Prepend(root).Select(place => place.Optional(ThetaName)).OfType<JsonField>().ToArray();
        foreach (var theta in thetas)
        {
            theta.Positive();
        }
        Agree(thetas, (one, other) => one.Number().Equals(other.Number()));
        var kinds = places.Where(SaysKind).ToArray();
        foreach (var place in kinds)
        {
            CheckMembers(place);
        }
        Agree(kinds, IsSameKind);
        var scaling = kinds.FirstOrDefault(place => Kind(place) != None);
        return new RopeJson(thetas.FirstOrDefault()?.Number(), scaling?.Element, scaling?.FullName ?? ScalingField);
    }

    internal static bool AreEqual(ModelConfig one, ModelConfig other) =>
        one.RopeTheta.Equals(other.RopeTheta)
        && (one.RopeScaling is { } first && other.RopeScaling is { } second
            ? JsonElement.DeepEquals(first, second)
            : one.RopeScaling is null == other.RopeScaling is null);

    /// <summary>Writes the settings where every reader looks and nowhere else, since two places would contradict each other.</summary>
    internal static void Write(JsonObject document, ModelConfig config)
    {
        document.Remove(ParametersField);
        document[ThetaName] = JsonOutput.Real(config.RopeTheta);
        var scaling = config.RopeScaling is { } element ? JsonObject.Create(element) : null;
        scaling?.Remove(ThetaName);
        document[ScalingField] = scaling;
    }

    // The objects that hold settings: each field itself, or its members for the types of layers.
    private static IEnumerable<JsonField> Places(JsonField root) =>
        new[] { root.Optional(ScalingField), root.Optional(ParametersField) }.OfType<JsonField>().SelectMany(field =>
        {
            if (field.Element.ValueKind != JsonValueKind.Object)
            {
                throw field.Error($"expected an object, found {field.Excerpt()}.");
            }
            return Given(field).Where(member => member.Element.ValueKind == JsonValueKind.Object).Prepend(field);
        });

    private static IEnumerable<JsonField> Given(JsonField place) =>
        place.Members().Select(member => member.Value).Where(value => value.Element.ValueKind != JsonValueKind.Null);

    // The parameters of the stretching, without the base and without nested objects.
    private static IEnumerable<JsonField> Settings(JsonField place) =>
        Given(place).Where(value => value.Name != ThetaName && value.Element.ValueKind != JsonValueKind.Object);

    private static bool SaysKind(JsonField place) => Settings(place).Any(setting => !IsOne(setting));

    private static bool IsOne(JsonField setting) =>
        setting.Element.ValueKind == JsonValueKind.Number && setting.Number().Equals(1.0);

    private static string? Kind(JsonField place)
    {
        var (now, before) = (place.Optional("rope_type"), place.Optional("type"));
        if (now is not null && before is not null && now.Text() != before.Text())
        {
            throw before.Error($"\"{before.Text()}\" contradicts rope_type, \"{now.Text()}\"; remove one of them.");
        }
        return (now ?? before)?.Text();
    }

    private static void CheckMembers(JsonField place)
    {
        if (Kind(place) is not { } kind || !Parameters.TryGetValue(kind, out var known))
        {
            return;
        }
        foreach (var setting in Settings(place))
        {
            if (setting.Name is not ("rope_type" or "type" or "original_max_position_embeddings")
                && !known.Contains(setting.Name, StringComparer.Ordinal) && !IsOne(setting))
            {
                throw setting.Error($"{setting.Excerpt()} is not supported beside rope_type \"{kind}\"; remove it if it is not used.");
            }
        }
    }

    private static bool IsSameKind(JsonField one, JsonField other)
    {
        var kind = Kind(one);
        return kind == Kind(other) && (kind == None || JsonNode.DeepEquals(Stretching(one), Stretching(other)));
    }

    private static JsonObject Stretching(JsonField place) => new(
        Settings(place)
            .Where(setting => setting.Name is not ("rope_type" or "type"))
            .Select(setting => KeyValuePair.Create(setting.Name, JsonNode.Parse(setting.Element.GetRawText()))));

    private static void Agree(IReadOnlyList<JsonField> fields, Func<JsonField, JsonField, bool> areEqual)
    {
        foreach (var field in fields.Skip(1).Where(field => !areEqual(fields[0], field)))
        {
            throw field.Error(
                $"{field.Excerpt()} contradicts {fields[0].FullName}, {fields[0].Excerpt()}; one setting for all layers is supported.");
        }
    }
}
