namespace Levee.Interop.HuggingFace;

/// <summary>A folder with a model as the hub lays it out: which file is where, and whether all are there.</summary>
/// <param name="Path">The folder.</param>
public sealed record ModelFolder(string Path)
{
    /// <summary>The file with the architecture's sizes (<see cref="ModelConfig"/>).</summary>
    public const string ConfigName = "config.json";

    /// <summary>The file with the weights (<see cref="SafetensorsFile"/>).</summary>
    public const string WeightsName = "model.safetensors";

    /// <summary>The list of files of weights that are split over several.</summary>
    public const string WeightsIndexName = "model.safetensors.index.json";

    /// <summary>The file with the vocabulary (<see cref="Tokenizer"/>).</summary>
    public const string TokenizerName = "tokenizer.json";

    /// <summary>The file with the roles of the special tokens (<see cref="TokenizerConfig"/>).</summary>
    public const string TokenizerConfigName = "tokenizer_config.json";

    /// <summary>The file with the chat template (<see cref="ChatTemplates"/>), which a folder may lack.</summary>
    public const string ChatTemplateName = "chat_template.jinja";

    /// <summary>The file with the defaults of sampling.</summary>
    public const string GenerationConfigName = "generation_config.json";

    /// <summary>The path of <c>config.json</c>.</summary>
    public string Config => System.IO.Path.Combine(Path, ConfigName);

    /// <summary>The paths of the files that hold the weights together.</summary>
    public IReadOnlyList<string> Weights => [System.IO.Path.Combine(Path, WeightsName)];

    /// <summary>The path of <c>tokenizer.json</c>.</summary>
    public string Tokenizer => System.IO.Path.Combine(Path, TokenizerName);

    /// <summary>The path of <c>tokenizer_config.json</c>.</summary>
    public string TokenizerConfig => System.IO.Path.Combine(Path, TokenizerConfigName);

    /// <summary>The path of <c>generation_config.json</c>, which a folder may lack.</summary>
    public string GenerationConfig => System.IO.Path.Combine(Path, GenerationConfigName);

    /// <summary>
    /// Checks that configuration and weights are there, and with <paramref name="tokenizer"/> the tokenizer's two files too.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">Files are missing; the message names each.</exception>
    public void Check(bool tokenizer = true)
    {
        if (!Directory.Exists(Path))
        {
            throw new DirectoryNotFoundException($"{Path}: there is no such folder; give the folder that holds {ConfigName}.");
        }
        string[] required = [Config, .. Weights, .. tokenizer ? [Tokenizer, TokenizerConfig] : Array.Empty<string>()];
        var missing = required.Where(file => !File.Exists(file)).ToArray();
        if (missing.Length > 0)
        {
            var names = string.Join(", ", missing.Select(System.IO.Path.GetFileName));
            var split = File.Exists(System.IO.Path.Combine(Path, WeightsIndexName))
                ? $" The weights are split ({WeightsIndexName}); merge them into one {WeightsName}."
                : " Copy or save the model's folder again.";
            throw new FileNotFoundException($"{Path}: missing {names}.{split}", missing[0]);
        }
    }

    /// <summary>The file itself, or the file <paramref name="name"/> in it where <paramref name="path"/> is a folder.</summary>
    internal static string FileAt(string path, string name) => Directory.Exists(path) ? System.IO.Path.Combine(path, name) : path;
}
