using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_zeros(long* sizes, int count, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_ones(long* sizes, int count, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_empty(long* sizes, int count, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_full(long* sizes, int count, NativeScalar value, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_zeros_like(nint self, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_ones_like(nint self, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_empty_like(nint self, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_full_like(nint self, NativeScalar value, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_arange(NativeScalar start, NativeScalar stop, NativeScalar step, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_eye(long rows, long columns, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_from_data(void* data, long* sizes, int count, int type, NativeOptions options);

    [DllImport(Library)]
    internal static extern nint levee_rand(long* sizes, int count, NativeOptions options, nint generator);

    [DllImport(Library)]
    internal static extern nint levee_randn(long* sizes, int count, NativeOptions options, nint generator);

    [DllImport(Library)]
    internal static extern nint levee_randint(long low, long high, long* sizes, int count, NativeOptions options, nint generator);

    [DllImport(Library)]
    internal static extern int levee_normal_(nint self, double mean, double deviation, nint generator);

    [DllImport(Library)]
    internal static extern int levee_uniform_(nint self, double from, double to, nint generator);

    [DllImport(Library)]
    internal static extern nint levee_multinomial(nint self, long samples, int replacement, nint generator);

    [DllImport(Library)]
    internal static extern nint levee_generator_new(ulong seed, int deviceType, int deviceIndex);

    [DllImport(Library)]
    internal static extern void levee_generator_free(nint generator);

    [DllImport(Library)]
    internal static extern int levee_generator_seed(nint generator, ulong seed);

    [DllImport(Library)]
    internal static extern ulong levee_generator_initial_seed(nint generator);

    [DllImport(Library)]
    internal static extern nint levee_generator_get_state(nint generator);

    [DllImport(Library)]
    internal static extern int levee_generator_set_state(nint generator, nint state);
}
