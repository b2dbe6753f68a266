using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_sum(nint self, int type);

    [DllImport(Library)]
    internal static extern nint levee_sum_dims(nint self, long* dimensions, int count, int keep, int type);

    [DllImport(Library)]
    internal static extern nint levee_mean(nint self);

    [DllImport(Library)]
    internal static extern nint levee_mean_dims(nint self, long* dimensions, int count, int keep, int type);

    [DllImport(Library)]
    internal static extern nint levee_std(nint self, int unbiased);

    [DllImport(Library)]
    internal static extern nint levee_std_dims(nint self, long* dimensions, int count, int unbiased, int keep, int type);

    [DllImport(Library)]
    internal static extern nint levee_var(nint self, int unbiased);

    [DllImport(Library)]
    internal static extern nint levee_var_dims(nint self, long* dimensions, int count, int unbiased, int keep, int type);

    [DllImport(Library)]
    internal static extern nint levee_amax(nint self, long* dimensions, int count, int keep);

    [DllImport(Library)]
    internal static extern nint levee_amin(nint self, long* dimensions, int count, int keep);

    [DllImport(Library)]
    internal static extern nint levee_max(nint self);

    [DllImport(Library)]
    internal static extern int levee_max_dim(nint self, long dimension, int keep, nint* values, nint* indexes);

    [DllImport(Library)]
    internal static extern nint levee_min(nint self);

    [DllImport(Library)]
    internal static extern int levee_min_dim(nint self, long dimension, int keep, nint* values, nint* indexes);

    [DllImport(Library)]
    internal static extern nint levee_argmax(nint self);

    [DllImport(Library)]
    internal static extern nint levee_argmax_dim(nint self, long dimension, int keep);

    [DllImport(Library)]
    internal static extern nint levee_argmin(nint self);

    [DllImport(Library)]
    internal static extern nint levee_argmin_dim(nint self, long dimension, int keep);

    [DllImport(Library)]
    internal static extern nint levee_all(nint self);

    [DllImport(Library)]
    internal static extern nint levee_all_dim(nint self, long dimension, int keep);

    [DllImport(Library)]
    internal static extern nint levee_any(nint self);

    [DllImport(Library)]
    internal static extern nint levee_any_dim(nint self, long dimension, int keep);

    [DllImport(Library)]
    internal static extern nint levee_cumsum(nint self, long dimension, int type);

    [DllImport(Library)]
    internal static extern nint levee_logsumexp(nint self, long dimension, int keep);

    [DllImport(Library)]
    internal static extern nint levee_norm(nint self, double p);

    [DllImport(Library)]
    internal static extern nint levee_norm_dim(nint self, long dimension, int keep, double p);

    [DllImport(Library)]
    internal static extern nint levee_prod(nint self, int type);

    [DllImport(Library)]
    internal static extern nint levee_prod_dim(nint self, long dimension, int keep, int type);

    [DllImport(Library)]
    internal static extern nint levee_count_nonzero(nint self, long* dimensions, int count);

    [DllImport(Library)]
    internal static extern int levee_topk(nint self, long k, long dimension, int largest, int sorted, nint* values, nint* indexes);

    [DllImport(Library)]
    internal static extern int levee_sort(nint self, long dimension, int descending, int stable, nint* values, nint* indexes);

    [DllImport(Library)]
    internal static extern nint levee_searchsorted(nint sorted, nint values, int outInt32, int right, nint sorter);

    [DllImport(Library)]
    internal static extern nint levee_argsort(nint self, long dimension, int descending);

    [DllImport(Library)]
    internal static extern nint levee_softmax(nint self, long dimension, int type);

    [DllImport(Library)]
    internal static extern nint levee_log_softmax(nint self, long dimension, int type);
}
