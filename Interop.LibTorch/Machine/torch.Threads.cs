namespace TorchSharp;

public static partial class torch
{
    /// <summary>Number of threads that one operation may use.</summary>
    public static int get_num_threads() => Native.levee_get_num_threads();

    /// <summary>
    /// Sets the number of threads that one operation may use, in libtorch and in its BLAS. Call it once, before any work: threads that
    /// have already computed something keep what they had.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static void set_num_threads(int num)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(num, 1);
        Native.levee_set_num_threads(num);
    }
}
