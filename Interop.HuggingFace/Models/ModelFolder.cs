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
    public string Config => At(ConfigName);

    /// <summary>
    /// The paths of the files that hold the weights together: <c>model.safetensors</c>, or, where only their list is there, the files that
    /// it names.
    /// </summary>
    /// <exception cref="InvalidDataException">The list is damaged.</exception>
    public IReadOnlyList<string> Weights =>
        Index() is { } index ? [.. index.Files.Select(At)] : [At(WeightsName)];

    /// <summary>The path of <c>tokenizer.json</c>.</summary>
    public string Tokenizer => At(TokenizerName);

    /// <summary>The path of <c>tokenizer_config.json</c>.</summary>
    public string TokenizerConfig => At(TokenizerConfigName);

    /// <summary>The path of <c>generation_config.json</c>, which a folder may lack.</summary>
    public string GenerationConfig => At(GenerationConfigName);

    /// <summary>
    /// The paths of the files that a policy is read from, those of them that are there: configurations, weights and their list, tokenizer,
    /// chat template.
    /// </summary>
    /// <exception cref="InvalidDataException">The list of the weights' files is damaged.</exception>
    public IReadOnlyList<string> Files
    {
        get
        {
            string[] weights = Index() is null ? [.. Weights] : [At(WeightsIndexName), .. Weights];
            string[] all = [Config, GenerationConfig, .. weights, Tokenizer, TokenizerConfig, At(ChatTemplateName)];
            return [.. all.Where(File.Exists)];
        }
    }

    /// <summary>
    /// Checks that configuration and weights are there, and with <paramref name="tokenizer"/> the tokenizer's two files too.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">Files are missing; the message names each.</exception>
    /// <exception cref="InvalidDataException">The list of the weights' files is damaged.</exception>
    public void Check(bool tokenizer = true) =>
        Demand([Config, .. WeightsIfFolder(), .. tokenizer ? [Tokenizer, TokenizerConfig] : Array.Empty<string>()]);

    /// <summary>Checks that the weights are there.</summary>
    internal void CheckWeights() => Demand(WeightsIfFolder());

    /// <summary>The list of the weights' files where they are split; null where they are not.</summary>
    internal WeightsIndex? Index() =>
        !File.Exists(At(WeightsName)) && File.Exists(At(WeightsIndexName)) ? WeightsIndex.Read(At(WeightsIndexName)) : null;

    /// <summary>The file itself, or the file <paramref name="name"/> in it where <paramref name="path"/> is a folder.</summary>
    internal static string FileAt(string path, string name) => Directory.Exists(path) ? System.IO.Path.Combine(path, name) : path;

    private IReadOnlyList<string> WeightsIfFolder() =>
        Directory.Exists(Path)
            ? LacksIndex() ? [At(WeightsIndexName)] : Weights
            : throw new DirectoryNotFoundException($"{Path}: there is no such folder; give the folder that holds {ConfigName}.");

    private bool LacksIndex() =>
        !File.Exists(At(WeightsName)) && !File.Exists(At(WeightsIndexName)) && Has("model-*-of-*.safetensors");

    private bool Has(string pattern) => Directory.EnumerateFiles(Path, pattern).Any();

    private void Demand(IEnumerable<string> files)
    {
        var missing = files.Where(file => !File.Exists(file)).ToArray();
        if (missing.Length > 0)
        {
            var names = string.Join(", ", missing.Select(System.IO.Path.GetFileName));
            var remedy = missing.Contains(At(WeightsName)) && Has("pytorch_model*.bin")
                ? "The weights in pytorch_model.bin are not read: save the model as safetensors."
                : "Copy or save the model's folder again.";
            throw new FileNotFoundException($"{Path}: missing {names}. {remedy}", missing[0]);
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
