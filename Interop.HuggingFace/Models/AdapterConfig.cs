namespace Levee.Interop.HuggingFace;

/// <summary>The <c>adapter_config.json</c> of a low-rank adapter as PEFT writes it.</summary>
public sealed record AdapterConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>The name of the file with the adapter's tensors beside it.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>Rank of each product; at least 1.</summary>
    public required int Rank { get; init; }

    /// <summary>The factor of the products, before the division by the rank; above 0.</summary>
    public required double Alpha { get; init; }

    /// <summary>True when products are divided by the square root of the rank instead.</summary>
    public bool UseRsLora { get; init; }

    /// <summary>
    /// The modules that have products, such as <c>q_proj</c>; the one entry <see cref="AllLinear"/> stands for all linear modules but the
    /// head.
    /// </summary>
    public required IReadOnlyList<string> TargetModules { get; init; }

    /// <summary>The folder or the hub's name of the model that the adapter belongs to; empty where the file does not say.</summary>
    public string BaseModel { get; init; } = "";

    /// <summary>
    /// The share of its inputs that the adapter was trained without, from 0 to 1; it says nothing about what a finished adapter computes. Not
    /// written.
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>The target that stands for all linear modules but the head.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Reads an <c>adapter_config.json</c>, or the one in a folder.</summary>
    /// <exception cref="InvalidDataException">
    /// The text is no JSON, a required field is missing, a value is out of range, or a setting is not supported; file, line and field are
    /// named.
    /// </exception>
    public static AdapterConfig Load(string path) => AdapterConfigJson.Read(JsonSource.Load(ModelFolder.FileAt(path, FileName)));

    /// <summary>Writes the file, or <c>adapter_config.json</c> in a folder, with every field that PEFT's LoRA has always had.</summary>
    public void Save(string path) =>
        JsonOutput.Save(ModelFolder.FileAt(path, FileName), writer => AdapterConfigJson.ToDocument(this).WriteTo(writer));
}
