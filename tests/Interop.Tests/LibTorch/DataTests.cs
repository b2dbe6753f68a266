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
        Assert.Equal([1, 2], torch.tensor([1, 2]).data<int>().ToArray());
        Assert.Equal([1L, 2L], torch.tensor([1L, 2L]).data<long>().ToArray());
        Assert.Equal([true, false], torch.tensor([true, false]).data<bool>().ToArray());
        Assert.Equal([1L, 2L], torch.tensor([1.9f, 2.1f], dtype: torch.int64).data<long>().ToArray());
        Assert.Equal([0L, 3L], torch.tensor(new float[0, 3]).shape);
        Assert.Empty(torch.tensor(Array.Empty<float>()).data<float>());
    }

    [Fact]
    public void An_array_is_copied()
    {
        float[] array = [1, 2];
        var tensor = torch.tensor(array);
        array[0] = 5;
        Assert.Equal([1f, 2f], tensor.data<float>());
    }

    [Fact]
    public void Elements_come_in_row_major_order_whatever_the_strides()
    {
        var matrix = torch.tensor(new long[,] { { 1, 2, 3 }, { 4, 5, 6 } }).t();
        Assert.Equal([3L, 2L], matrix.shape);
        Assert.Equal([1L, 3L], matrix.stride());
        var data = matrix.data<long>();
        Assert.Equal([1L, 4L, 2L, 5L, 3L, 6L], data.ToArray());
        Assert.Equal(data.ToArray(), data);
        Assert.Equal(5, data[1, 1]);
        Assert.Equal(5, data[3]);
        data[2, 0] = 9;
        Assert.Equal(9, matrix[2, 0].item<long>());
        var part = new long[4];
        data.CopyTo(part, arrayIndex: 1, tensorIndex: 3);
        Assert.Equal([0L, 5L, 9L, 6L], part);
        data.CopyFrom([7L, 8L], tensorIndex: 1);
        Assert.Equal([1L, 7L, 8L, 5L, 9L, 6L], matrix.contiguous().data<long>());
    }

    [Fact]
    public void Bytes_can_be_read_and_written()
    {
        var tensor = torch.zeros([2], torch.int32);
        tensor.bytes = [1, 0, 0, 0, 0, 1, 0, 0];
        Assert.Equal([1, 256], tensor.data<int>().ToArray());
        tensor.bytes[0] = 3;
        Assert.Equal(3, tensor[0].item<int>());
        Assert.Equal(4, torch.zeros([2], torch.bfloat16).bytes.Length);
    }

    [Fact]
    public void Single_numbers_convert_from_any_type()
    {
        Assert.Equal(2.5f, torch.tensor(2.5).ToSingle());
        Assert.Equal(2.5, torch.tensor(2.5f).ToDouble());
        Assert.Equal(2, torch.tensor(2.5f).ToInt32());
        Assert.Equal(7L, torch.tensor(7).ToInt64());
        Assert.True(torch.tensor(true).ToBoolean());
        Assert.Equal(1L, torch.tensor(true).ToInt64());
        Assert.Equal(2.5, (double)torch.tensor(2.5f));
        Assert.Equal(torch.float64, torch.tensor(2.5).ToScalar().Type);
        Assert.Throws<OverflowException>(() => torch.tensor(1L << 40).ToInt32());
        Assert.Equal((1L << 53) + 1, torch.tensor((1L << 53) + 1).ToInt64());
    }

    [Fact]
    public void A_conversion_shares_or_copies()
    {
        var tensor = torch.ones([2]);
        tensor.to(torch.float32).add_(1);
        Assert.Equal([2f, 2f], tensor.data<float>());
        tensor.to(torch.float32, copy: true).add_(1);
        tensor.clone().add_(1);
        Assert.Equal([2f, 2f], tensor.data<float>());
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
    public void A_generator_goes_back_to_a_kept_state()
    {
        using var generator = new torch.Generator(3);
        var state = generator.get_state();
        var first = torch.randn([5], generator: generator);
        generator.set_state(state);
        Assert.True(first.Equals(torch.randn([5], generator: generator)));
        Assert.True(first.Equals(torch.randn([5], generator: generator.manual_seed(3))));
        Assert.Equal(3, generator.initial_seed());
    }

    [Fact]
    public void Comparison_operators_compare_elements_and_Equals_the_whole()
    {
        var (one, two) = (torch.tensor([1f, 2f]), torch.tensor([1f, 3f]));
        Assert.Equal([true, false], (one == two).data<bool>());
        Assert.Equal([false, true], (one < two).data<bool>());
        Assert.Equal([true, false], one.equal(two).data<bool>());
        Assert.False(one.Equals(two));
        Assert.True(one.Equals(one.clone()));
        Assert.False(one.Equals(torch.tensor([1f, 2f, 3f])));
    }

    public void Dispose() => scope.Dispose();
}
