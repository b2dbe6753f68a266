using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The list <c>model.safetensors.index.json</c> of weights that are split over several files:
/// <c>{"metadata": {"total_size": bytes}, "weight_map": {tensor: file, ...}}</c>.
/// </summary>
/// <param name="Path">The list's own path.</param>
/// <param name="FileOf">The name of the file, beside the list, that holds each tensor.</param>
internal sealed record WeightsIndex(string Path, IReadOnlyDictionary<string, string> FileOf)
{
    /// <summary>The files' names in the order of the alphabet, each once.</summary>
    internal IEnumerable<string> Files => FileOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Reads a list.</summary>
    /// <exception cref="InvalidDataException">The list breaks a rule, or names no tensor; file, line and field are named.</exception>
    internal static WeightsIndex Read(string path)
    {
        var map = JsonSource.Load(path).Required("weight_map");
        var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tensor, file) in map.Members())
        {
            var name = file.Text();
            if (name.Length == 0 || name != System.IO.Path.GetFileName(name))
            {
                throw file.Error($"\"{name}\" is not the name of a file beside the list; correct it.");
            }
            fileOf.Add(tensor, name);
        }
        return fileOf.Count > 0 ? new WeightsIndex(path, fileOf) : throw map.Error("it lists no tensor; fetch the file again.");
    }

    /// <summary>Writes the list; <paramref name="totalSize"/> is the number of bytes of all tensors.</summary>
    internal void Write(long totalSize) => JsonOutput.Save(Path, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("metadata");
        writer.WriteNumber("total_size", totalSize);
        writer.WriteEndObject();
        writer.WriteStartObject("weight_map");
        foreach (var (tensor, file) in FileOf.OrderBy(pair => pair.Key, CodePointOrder.Instance))
        {
            writer.WriteString(tensor, file);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
