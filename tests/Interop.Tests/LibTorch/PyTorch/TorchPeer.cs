using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using Levee.Interop.LibTorch.Tests;
using Levee.Tests;
using Tensor = TorchSharp.torch.Tensor;

[assembly: AssemblyFixture(typeof(TorchPeer))]

namespace Levee.Interop.LibTorch.Tests;

/// <summary>A Python process with PyTorch that evaluates expressions on the same tensors, to compare with.</summary>
public sealed class TorchPeer : IDisposable
{
    private readonly PythonPeer peer = new(
        Path.Combine(AppContext.BaseDirectory, "torch_peer.py"), "No python3 with torch is installed (Debian: python3-torch).");

    /// <summary>
    /// The values of an expression in x, y, z, w in PyTorch, and the gradients of its results weighted by <paramref name="weights"/>.
    /// </summary>
    internal Answer Evaluate(string expression, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> weights)
    {
        var request = new Request(expression, [.. inputs.Select(Item.Of)], [.. weights.Select(Item.Of)]);
        var line = peer.Ask(JsonSerializer.Serialize(request, PeerJson.Default.Request));
        Assert.NotNull(line);
        var answer = JsonSerializer.Deserialize(line, PeerJson.Default.Answer);
        Assert.NotNull(answer);
        Assert.True(answer.Error is null, $"{expression}: {answer.Error}");
        return answer;
    }

    public void Dispose() => peer.Dispose();
}

/// <summary>A tensor on its way to or from the peer.</summary>
internal sealed record Item(string Type, long[] Shape, string Data)
{
    internal static Item Of(Tensor tensor)
    {
        using var plain = tensor.detach().contiguous();
        return new Item(Name(plain.dtype), plain.shape, Convert.ToBase64String(plain.bytes));
    }

    internal Tensor ToTensor()
    {
        var tensor = torch.empty(Shape, ScalarTypeOf(Type));
        Convert.FromBase64String(Data).CopyTo(tensor.bytes);
        return tensor;
    }

    private static string Name(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte => "uint8",
        torch.ScalarType.Bool => "bool",
        torch.ScalarType.Int32 => "int32",
        torch.ScalarType.Int64 => "int64",
        torch.ScalarType.Float32 => "float32",
        torch.ScalarType.Float64 => "float64",
        _ => throw new NotSupportedException($"{type}"),
    };

    private static torch.ScalarType ScalarTypeOf(string name) => name switch
    {
        "uint8" => torch.ScalarType.Byte,
        "bool" => torch.@bool,
        "int32" => torch.ScalarType.Int32,
        "int64" => torch.int64,
        "float32" => torch.float32,
        "float64" => torch.float64,
        _ => throw new NotSupportedException(name),
    };
}

internal sealed record Request(string Expression, Item[] Inputs, Item[] Weights);

internal sealed record Answer(Item[] Outputs, Item?[] Gradients, string? Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Request))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class PeerJson : JsonSerializerContext;
