using System.Text;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class SafetensorsRoundTripTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 50)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Seeds))]
    public void What_is_written_is_read(int seed)
    {
        var path = _folder.File("model.safetensors");
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["note"] = "größer\n\"quoted\"" };
        var samples = SafetensorsSamples.Random(seed);
        SafetensorsWriter.Write(path, [.. samples.Select(s => s.Tensor)], metadata);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(samples.Select(s => s.Tensor.Name).Order(), file.Tensors.Keys.Order());
        foreach (var (tensor, bytes) in samples)
        {
            var entry = file.Tensors[tensor.Name];
            Assert.Equal((tensor.DType, bytes.LongLength), (entry.DType, entry.ByteLength));
            Assert.Equal(tensor.Shape, entry.Shape);
            Assert.Equal(bytes, file.Bytes(tensor.Name).ToArray());
            var half = bytes.Length / 2;
            Assert.Equal(bytes[half..], file.Bytes(tensor.Name, half, bytes.Length - half).ToArray());
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_order_of_tensors_does_not_change_the_file(int seed)
    {
        var tensors = SafetensorsSamples.Random(seed).Select(s => s.Tensor).ToArray();
        SafetensorsWriter.Write(_folder.File("a"), tensors);
        SafetensorsWriter.Write(_folder.File("b"), [.. tensors.Reverse()]);

        Assert.Equal(File.ReadAllBytes(_folder.File("a")), File.ReadAllBytes(_folder.File("b")));
    }

    [Fact]
    public void The_layout_is_that_of_the_formats_own_library()
    {
        var path = _folder.File("model.safetensors");
        SafetensorsTensor[] tensors =
        [
            new("b", SafetensorsDType.U8, [3], new byte[] { 1, 2, 3 }),
            new("z", SafetensorsDType.F32, [], BitConverter.GetBytes(1f)),
            new("a", SafetensorsDType.F32, [1, 1], BitConverter.GetBytes(2f)),
        ];
        SafetensorsWriter.Write(path, tensors);

        const string Header =
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},""" +
            "\"z\":" + """{"dtype":"F32","shape":[],"data_offsets":[4,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        var padded = Encoding.UTF8.GetBytes(Header.PadRight((Header.Length + 7) / 8 * 8));
        byte[] expected = [.. BitConverter.GetBytes((ulong)padded.Length), .. padded, 0, 0, 0, 64, 0, 0, 128, 63, 1, 2, 3];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder.File("model.safetensors");
        SafetensorsWriter.Write(path, [new SafetensorsTensor("a", SafetensorsDType.U8, [2], new byte[] { 1, 2 })]);
        var before = File.ReadAllBytes(path);

        SafetensorsTensor[] tooShort = [new("a", SafetensorsDType.F32, [2], new byte[7])];
        SafetensorsTensor[] tooLong = [new("a", SafetensorsDType.F32, [2], stream => stream.Write(new byte[9]))];
        SafetensorsTensor[] broken = [new("a", SafetensorsDType.F32, [2], _ => throw new IOException("no space"))];

        var shortage = Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(path, tooShort)).Message;
        var excess = Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(path, tooLong)).Message;
        Assert.Contains("'a' takes 8 bytes, but only 7", shortage);
        Assert.Contains("'a' takes 8 bytes, but more", excess);
        Assert.Throws<IOException>(() => SafetensorsWriter.Write(path, broken));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_provider_may_dispose_its_stream()
    {
        var path = _folder.File("model.safetensors");
        static void Write(Stream stream)
        {
            using var writer = new BinaryWriter(stream);
            writer.Write(7L);
        }

        SafetensorsWriter.Write(path, [new("a", SafetensorsDType.I64, [1], Write), new("b", SafetensorsDType.I64, [], Write)]);

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(7, BitConverter.ToInt64(file.Bytes("b")));
    }

    [Fact]
    public void Names_must_be_unique_and_not_reserved_and_shapes_possible()
    {
        var path = _folder.File("model.safetensors");
        var tensor = new SafetensorsTensor("a", SafetensorsDType.U8, [1], new byte[1]);

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [tensor, tensor]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [tensor with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [tensor with { Shape = [-1, -1] }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [tensor with { Shape = [long.MaxValue, 2] }]));
    }

    [Fact]
    public void Misuse_is_an_error_and_not_a_wrong_address()
    {
        var path = _folder.File("model.safetensors");
        SafetensorsWriter.Write(path, [new SafetensorsTensor("a", SafetensorsDType.U8, [4], new byte[4])]);
        var file = SafetensorsFile.Open(path);

        Assert.Contains("'absent'", Assert.Throws<InvalidDataException>(() => file.Bytes("absent").Length).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("a", 3, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("a", -1, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("a", long.MaxValue, 2).Length);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Bytes("a").Length);
    }
}
