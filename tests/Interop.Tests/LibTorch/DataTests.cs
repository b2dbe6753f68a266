using TorchSharp;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Values in and out of tensors.</summary>
public sealed class DataTests : IDisposable
{
    private readonly DisposeScope scope = torch.NewDisposeScope();

    [Fact]
    public void Arrays_go_in_and_come_out()
    {
        Assert.Equal([1f, 2f], torch.tensor([1f, 2f]).data<float>().ToArray());
        Assert.Equal([1.0, 2.0], torch.tensor([1.0, 2.0]).data<double>().ToArray());
        Assert.Equal([1L, 2L], torch.tensor([1L, 2L]).data<long>().ToArray());
        Assert.Equal([true, false], torch.tensor([true, false]).data<bool>().ToArray());
        Assert.Equal([1L, 2L], torch.tensor([1.9f, 2.1f], dtype: torch.int64).data<long>().ToArray());
        Assert.Equal([0L, 3L], torch.tensor(new double[0, 3]).shape);
        Assert.Empty(torch.tensor(Array.Empty<float>()).data<float>().ToArray());
    }

    [Fact]
    public void An_array_is_copied()
    {
        float[] array = [1, 2];
        var tensor = torch.tensor(array);
        array[0] = 5;
        Assert.Equal([1f, 2f], tensor.data<float>().ToArray());
    }

    [Fact]
    public void Elements_come_in_row_major_order_whatever_the_strides()
    {
        var matrix = torch.tensor([1L, 2L, 3L, 4L, 5L, 6L], [2, 3]).t();
        Assert.Equal([3L, 2L], matrix.shape);
        var data = matrix.data<long>();
        Assert.Equal([1L, 4L, 2L, 5L, 3L, 6L], data.ToArray());
        Assert.Equal(5, data[1, 1]);
        Assert.Equal(5, data[3]);
    }

    [Fact]
    public void Bytes_can_be_read_and_written()
    {
        var tensor = torch.zeros([2], torch.ScalarType.Int32);
        tensor.bytes[0] = 3;
        tensor.bytes[5] = 1;
        Assert.Equal([3, 256], tensor.data<int>().ToArray());
        Assert.Equal(4, torch.zeros([2], torch.bfloat16).bytes.Length);
    }

    [Fact]
    public void Single_numbers_convert_from_any_type()
    {
        Assert.Equal(2.5f, torch.tensor(2.5).ToSingle());
        Assert.Equal(2.5, torch.tensor(2.5f).ToDouble());
        Assert.Equal(2L, torch.tensor(2.5f).ToInt64());
        Assert.Equal(7L, torch.tensor(7L).ToInt64());
        Assert.True(torch.tensor(true).ToBoolean());
        Assert.Equal(1L, torch.tensor(true).ToInt64());
        Assert.Equal((1L << 53) + 1, torch.tensor((1L << 53) + 1).ToInt64());
    }

    [Fact]
    public void A_conversion_shares_or_copies()
    {
        var tensor = torch.ones([2]);
        tensor.to(torch.float32).add_(1);
        Assert.Equal([2f, 2f], tensor.data<float>().ToArray());
        tensor.to(torch.float32, copy: true).add_(1);
        tensor.clone().add_(1);
        Assert.Equal([2f, 2f], tensor.data<float>().ToArray());
        Assert.Equal(torch.float64, tensor.to(torch.float64, disposeAfter: true).dtype);
        Assert.True(tensor.IsInvalid);
    }

    [Fact]
    public void A_tensor_describes_itself()
    {
        Assert.Equal("[2x1], type = Float32, device = cpu, values = [1, 1]", torch.ones([2, 1]).ToString());
        Assert.Equal("[100], type = Int64, device = cpu", torch.arange(100).ToString());
    }

    [Fact]
    public void Equal_seeds_give_equal_numbers()
    {
        using var generator = new torch.Generator(3);
        var first = torch.empty([5]).normal_(generator: generator);
        Assert.False(first.Equals(torch.empty([5]).normal_(generator: generator)));
        using var again = new torch.Generator(3);
        Assert.True(first.Equals(torch.empty([5]).normal_(generator: again)));
    }

    [Fact]
    public void Equals_compares_the_whole_tensor()
    {
        var one = torch.tensor([1f, 2f]);
        Assert.False(one.Equals(torch.tensor([1f, 3f])));
        Assert.True(one.Equals(one.clone()));
        Assert.False(one.Equals(torch.tensor([1f, 2f, 3f])));
        Assert.False(one.Equals(null));
    }

    [Fact]
    public void Many_results_come_out_as_few_do()
    {
        var numbers = torch.arange(100);
        foreach (var size in new long[] { 100, 50, 12, 3, 1 })
        {
            var pieces = numbers.split(size);
            Assert.Equal((100 + size - 1) / size, pieces.Length);
            Assert.Equal(numbers.data<long>().ToArray(), pieces.SelectMany(piece => piece.data<long>().ToArray()));
        }

        Assert.Equal(numbers.data<long>().ToArray(), torch.cat(numbers.split(1)).data<long>().ToArray());
    }

    public void Dispose() => scope.Dispose();
}
