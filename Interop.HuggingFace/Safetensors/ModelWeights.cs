namespace Levee.Interop.HuggingFace;

/// <summary>
/// The weights of a model folder, mapped into memory: one <c>model.safetensors</c>, or several files with their list. Spans taken from it
/// must not be used after <see cref="Dispose"/>.
/// </summary>
public sealed class ModelWeights : ITensorSource, IDisposable
{
    /// <summary>The size above which transformers starts another file, in bytes.</summary>
    public const long DefaultShardSize = 5_000_000_000;

    private readonly IReadOnlyList<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _fileOf;

    private ModelWeights(string path, IReadOnlyList<SafetensorsFile> files)
    {
        Path = path;
        _files = files;
        _fileOf = files
            .SelectMany(file => file.Tensors.Keys.Select(name => (name, file)))
            .ToDictionary(pair => pair.name, pair => pair.file, StringComparer.Ordinal);
        Tensors = _fileOf.ToDictionary(pair => pair.Key, pair => pair.Value.Tensors[pair.Key], StringComparer.Ordinal);
    }

    /// <summary>The file, or the list of files.</summary>
    public string Path { get; }

    /// <summary>The tensors of all files by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>Maps a folder's weights and checks each file, and that list and files agree.</summary>
    /// <exception cref="FileNotFoundException">Files are missing; the message names each.</exception>
    /// <exception cref="InvalidDataException">
    /// A file breaks a rule of the format, or holds other tensors than the list says; the message names each.
    /// </exception>
    public static ModelWeights Open(ModelFolder folder)
    {
        folder.CheckWeights();
        if (folder.Index() is not { } index)
        {
            var single = folder.Weights.Single();
            return new ModelWeights(single, OpenAll([single]));
        }
        var files = OpenAll(folder.Weights);
        try
        {
            CheckListed(index, files);
            return new ModelWeights(index.Path, files);
        }
        catch
        {
            Close(files);
            throw;
        }
    }

    /// <summary>
    /// Writes weights to a folder in the order given: to one <c>model.safetensors</c>, or, where they exceed <paramref name="shardSize"/>
    /// bytes, to <c>model-00001-of-0000N.safetensors</c> and so on with their list. A tensor larger than that has a file of its own.
    /// </summary>
    /// <exception cref="ArgumentException">A name is used twice or reserved, or a shape is negative or too large.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, IReadOnlyList<SafetensorsTensor> tensors, long shardSize = DefaultShardSize)
    {
        var shards = Split(tensors, shardSize);
        if (shards.Count <= 1)
        {
            SafetensorsWriter.Write(System.IO.Path.Combine(folder, ModelFolder.WeightsName), tensors);
            return;
        }
        var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            SafetensorsWriter.Write(System.IO.Path.Combine(folder, name), shards[i]);
            foreach (var tensor in shards[i])
            {
                fileOf.Add(tensor.Name, name);
            }
        }
        new WeightsIndex(System.IO.Path.Combine(folder, ModelFolder.WeightsIndexName), fileOf).Write(tensors.Sum(Size));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Bytes(string name, long start, int count) =>
        _fileOf.TryGetValue(name, out var file)
            ? file.Bytes(name, start, count)
            : throw new InvalidDataException(
                $"{Path}: there is no tensor '{name}' among its {Tensors.Count}; check that the weights belong to this config.json.");

    /// <summary>Unmaps the files. Spans taken from them are dangling from here on.</summary>
    public void Dispose() => Close(_files);

    private static List<SafetensorsFile> OpenAll(IEnumerable<string> paths)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var path in paths)
            {
                files.Add(SafetensorsFile.Open(path));
            }
            return files;
        }
        catch
        {
            Close(files);
            throw;
        }
    }

    private static void Close(IEnumerable<SafetensorsFile> files)
    {
        foreach (var file in files)
        {
            file.Dispose();
        }
    }

    private static void CheckListed(WeightsIndex index, IReadOnlyList<SafetensorsFile> files)
    {
        var stored = files
            .SelectMany(file => file.Tensors.Keys.Select(tensor => (Tensor: tensor, File: System.IO.Path.GetFileName(file.Path))))
            .ToHashSet();
        var listed = index.FileOf.Select(pair => (Tensor: pair.Key, File: pair.Value)).ToHashSet();
        var absent = listed.Except(stored).Where(Matters).Select(pair => $"{pair.Tensor} is not in {pair.File}");
        var unlisted = stored.Except(listed).Where(Matters).Select(pair => $"{pair.Tensor} in {pair.File} is not listed");
        var faults = absent.Concat(unlisted).Order(StringComparer.Ordinal).ToArray();
        if (faults.Length > 0)
        {
            throw new InvalidDataException(
                $"{index.Path}: the list and its files disagree: {string.Join("; ", faults)}. Fetch the model's folder again.");
        }
    }

    private static bool Matters((string Tensor, string File) pair) => !RedundantTensors.MayBeMissing(pair.Tensor);

    private static List<List<SafetensorsTensor>> Split(IReadOnlyList<SafetensorsTensor> tensors, long shardSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardSize, 1);
        var (shards, room) = (new List<List<SafetensorsTensor>>(), 0L);
        foreach (var tensor in tensors)
        {
            if (shards.Count == 0 || Size(tensor) > room)
            {
                shards.Add([]);
                room = shardSize;
            }
            shards[^1].Add(tensor);
            room -= Size(tensor);
        }
        return shards;
    }

    private static long Size(SafetensorsTensor tensor) =>
        tensor.DType.ByteLength(tensor.Shape)
        ?? throw new ArgumentException($"Tensor '{tensor.Name}' has a shape that is negative or too large.", nameof(tensor));
}
