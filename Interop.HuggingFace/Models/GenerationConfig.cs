using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>The <c>generation_config.json</c> beside a model: how its makers advise to sample. Kept as it stands.</summary>
/// <param name="Text">The file's text.</param>
/// <param name="EosTokenIds">The tokens that end a text; empty where the file names none.</param>
public sealed record GenerationConfig(string Text, IReadOnlyList<int> EosTokenIds)
{
    /// <summary>Reads a <c>generation_config.json</c>.</summary>
    /// <exception cref="InvalidDataException">The text is no JSON, or a field has the wrong type; file, line and field are named.</exception>
    public static GenerationConfig Load(string path) =>
        new(File.ReadAllText(path), ModelConfigJson.Ids(JsonSource.Load(path).Optional("eos_token_id")));

    /// <summary>Writes the file as it was read.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(Text)));
}
