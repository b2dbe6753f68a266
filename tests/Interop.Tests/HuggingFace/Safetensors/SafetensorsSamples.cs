using System.Buffers.Binary;
using System.Text;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Safetensors files to test with.</summary>
internal static class SafetensorsSamples
{
    private static readonly SafetensorsDType[] DTypes = Enum.GetValues<SafetensorsDType>();

    /// <summary>A handful of tensors of random types, shapes (empty ones and scalars too) and bytes.</summary>
    internal static (SafetensorsTensor Tensor, byte[] Bytes)[] Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, random.Next(8)).Select(i =>
        {
            var dtype = DTypes[random.Next(DTypes.Length)];
            var shape = Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5)).ToArray();
            var bytes = new byte[shape.Aggregate(1L, (product, size) => product * size) * dtype.ByteSize()];
            random.NextBytes(bytes);
            return (new SafetensorsTensor($"layer.{i}.wéight\"{random.Next()}", dtype, shape, bytes), bytes);
        })];
    }

    /// <summary>A file of this header (not padded) and this many zero bytes of tensors.</summary>
    internal static byte[] Raw(string header, int dataLength)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }
}
