using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class SafetensorsDamageTests : IDisposable
{
    // Bytes that mean something to JSON, so that damage goes deeper than its syntax.
    private const string Likely = "\"{}[]:,019.eE-+\\u nulFI\u00ff";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_truncation_is_refused()
    {
        var whole = Sample();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Open(whole[..length]).Dispose());
        }
    }

    [Fact]
    public void A_byte_too_many_is_refused() => Assert.Throws<InvalidDataException>(() => Open([.. Sample(), 0]).Dispose());

    [Fact]
    public void A_flipped_bit_is_refused_or_leaves_a_file_that_can_be_read_whole()
    {
        // A step of 3 meets every byte, and every place in a byte.
        const int Step = 3;
        var refused = 0;
        var whole = Sample();
        for (var bit = 0; bit < whole.Length * 8; bit += Step)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += IsRefused(damaged) ? 1 : 0;
        }
        Assert.InRange(refused, whole.Length, whole.Length * 8 / Step);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_in_the_header_never_cause_another_exception(int seed)
    {
        var random = new Random(seed);
        var whole = Sample();
        for (var i = 0; i < 400; i++)
        {
            var damaged = whole.ToArray();
            for (var k = random.Next(1, 6); k > 0; k--)
            {
                damaged[random.Next(damaged.Length)] = (byte)Likely[random.Next(Likely.Length)];
            }
            IsRefused(damaged);
        }
    }

    [Theory]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "'v' overlaps")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'w' leaves a hole")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "take 4 bytes, but the file holds 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "'w' ends at 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "w: F32 of shape [3]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "w: F32 of shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "w.shape[0]: expected a whole number of at least 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "w.shape[0]: expected a whole number")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "w.dtype: \"F8_E4M3\" is not supported")]
    [InlineData("""{"w":{"dtype":"0","shape":[1],"data_offsets":[0,8]}}""", 8, "w.dtype: \"0\" is not supported")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "w.data_offsets: expected [begin, end]")]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}""",
        4, "w.data_offsets[1]: expected a whole number")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1]}}""", 4, "w: the required field \"data_offsets\" is missing")]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""",
        4, "the field \"w\" is given twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__.a: expected a string")]
    [InlineData("""{"\ud800":{}}""", 0, "half of a surrogate pair")]
    [InlineData("""{"w":{]}""", 0, "not valid JSON")]
    [InlineData("""[]""", 0, "does not begin with '{'")]
    public void Broken_rules_are_named(string header, int dataLength, string expected)
    {
        var message = Assert.Throws<InvalidDataException>(() => Open(SafetensorsSamples.Raw(header, dataLength)).Dispose()).Message;

        Assert.Contains(expected, message);
        Assert.Contains("sample.safetensors", message);
        Assert.Contains("fetch or write it again", message);
    }

    [Fact]
    public void A_header_without_end_is_refused()
    {
        byte[] tooLong = [.. BitConverter.GetBytes(100_000_001UL), .. new byte[20]];
        byte[] huge = [.. BitConverter.GetBytes(ulong.MaxValue), .. new byte[20]];

        Assert.Contains("above the limit", Assert.Throws<InvalidDataException>(() => Open(tooLong).Dispose()).Message);
        Assert.Contains("above the limit", Assert.Throws<InvalidDataException>(() => Open(huge).Dispose()).Message);
    }

    [Fact]
    public void An_empty_file_of_tensors_is_a_file()
    {
        using var file = Open(SafetensorsSamples.Raw("{}   ", 0));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    private byte[] Sample()
    {
        var path = _folder.File("whole.safetensors");
        SafetensorsWriter.Write(path,
        [
            new("embed.weight", SafetensorsDType.F32, [2, 3], new byte[24]),
            new("norm", SafetensorsDType.BF16, [3], new byte[6]),
            new("empty", SafetensorsDType.I64, [0, 3], Array.Empty<byte>()),
        ]);
        return File.ReadAllBytes(path);
    }

    private bool IsRefused(byte[] bytes)
    {
        try
        {
            using var file = Open(bytes);
            var sum = file.Tensors.Keys.Sum(name => file.Bytes(name).ToArray().Sum(b => (long)b));
            Assert.InRange(sum, 0, 255L * bytes.Length);
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    private SafetensorsFile Open(byte[] bytes)
    {
        var path = _folder.File("sample.safetensors");
        File.WriteAllBytes(path, bytes);
        return SafetensorsFile.Open(path);
    }
}
