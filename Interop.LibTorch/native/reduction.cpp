// Over dimensions: sums, extremes, orders, softmax.
#include "levee.h"

using levee::Handle;
using levee::made;
using levee::made_pair;
using levee::optional_type;

namespace {

at::IntArrayRef dimensions_of(const int64_t* dimensions, int32_t count) {
    return {dimensions, static_cast<size_t>(count)};
}

}  // namespace

UNARY(mean)
UNARY(max)
UNARY(min)
UNARY(argmax)
UNARY(argmin)
UNARY(all)
UNARY(any)

LEVEE_API Handle levee_sum(Handle self, int32_t type) {
    return made([&] { return at::sum(*self, optional_type(type)); });
}

LEVEE_API Handle levee_sum_dims(Handle self, const int64_t* dimensions, int32_t count, int32_t keep, int32_t type) {
    return made([&] { return at::sum(*self, dimensions_of(dimensions, count), keep != 0, optional_type(type)); });
}

LEVEE_API Handle levee_mean_dims(Handle self, const int64_t* dimensions, int32_t count, int32_t keep, int32_t type) {
    return made([&] { return at::mean(*self, dimensions_of(dimensions, count), keep != 0, optional_type(type)); });
}

LEVEE_API Handle levee_std(Handle self, int32_t unbiased) {
    return made([&] { return at::std(*self, unbiased != 0); });
}

LEVEE_API Handle levee_std_dims(Handle self, const int64_t* dimensions, int32_t count, int32_t unbiased, int32_t keep, int32_t type) {
    return made([&] {
        const auto input = type < 0 ? *self : self->to(*optional_type(type));
        return at::std(input, dimensions_of(dimensions, count), unbiased != 0, keep != 0);
    });
}

LEVEE_API Handle levee_var(Handle self, int32_t unbiased) {
    return made([&] { return at::var(*self, unbiased != 0); });
}

LEVEE_API Handle levee_var_dims(Handle self, const int64_t* dimensions, int32_t count, int32_t unbiased, int32_t keep, int32_t type) {
    return made([&] {
        const auto input = type < 0 ? *self : self->to(*optional_type(type));
        return at::var(input, dimensions_of(dimensions, count), unbiased != 0, keep != 0);
    });
}

LEVEE_API Handle levee_amax(Handle self, const int64_t* dimensions, int32_t count, int32_t keep) {
    return made([&] { return at::amax(*self, dimensions_of(dimensions, count), keep != 0); });
}

LEVEE_API Handle levee_amin(Handle self, const int64_t* dimensions, int32_t count, int32_t keep) {
    return made([&] { return at::amin(*self, dimensions_of(dimensions, count), keep != 0); });
}

LEVEE_API int32_t levee_max_dim(Handle self, int64_t dimension, int32_t keep, Handle* values, Handle* indexes) {
    return made_pair(values, indexes, [&] { return at::max(*self, dimension, keep != 0); });
}

LEVEE_API int32_t levee_min_dim(Handle self, int64_t dimension, int32_t keep, Handle* values, Handle* indexes) {
    return made_pair(values, indexes, [&] { return at::min(*self, dimension, keep != 0); });
}

LEVEE_API Handle levee_argmax_dim(Handle self, int64_t dimension, int32_t keep) {
    return made([&] { return at::argmax(*self, dimension, keep != 0); });
}

LEVEE_API Handle levee_argmin_dim(Handle self, int64_t dimension, int32_t keep) {
    return made([&] { return at::argmin(*self, dimension, keep != 0); });
}

LEVEE_API Handle levee_all_dim(Handle self, int64_t dimension, int32_t keep) {
    return made([&] { return at::all(*self, dimension, keep != 0); });
}

LEVEE_API Handle levee_any_dim(Handle self, int64_t dimension, int32_t keep) {
    return made([&] { return at::any(*self, dimension, keep != 0); });
}

LEVEE_API Handle levee_cumsum(Handle self, int64_t dimension, int32_t type) {
    return made([&] { return at::cumsum(*self, dimension, optional_type(type)); });
}

LEVEE_API Handle levee_logsumexp(Handle self, int64_t dimension, int32_t keep) {
    return made([&] { return at::logsumexp(*self, dimension, keep != 0); });
}

LEVEE_API Handle levee_norm(Handle self, double p) {
    return made([&] { return at::norm(*self, p); });
}

LEVEE_API Handle levee_norm_dim(Handle self, int64_t dimension, int32_t keep, double p) {
    return made([&] { return at::norm(*self, at::Scalar(p), dimension, keep != 0); });
}

LEVEE_API Handle levee_prod(Handle self, int32_t type) {
    return made([&] { return at::prod(*self, optional_type(type)); });
}

LEVEE_API Handle levee_prod_dim(Handle self, int64_t dimension, int32_t keep, int32_t type) {
    return made([&] { return at::prod(*self, dimension, keep != 0, optional_type(type)); });
}

LEVEE_API Handle levee_count_nonzero(Handle self, const int64_t* dimensions, int32_t count) {
    return made([&] { return count == 0 ? at::count_nonzero(*self) : at::count_nonzero(*self, dimensions_of(dimensions, count)); });
}

LEVEE_API int32_t levee_topk(Handle self, int64_t k, int64_t dimension, int32_t largest, int32_t sorted, Handle* values, Handle* indexes) {
    return made_pair(values, indexes, [&] { return at::topk(*self, k, dimension, largest != 0, sorted != 0); });
}

LEVEE_API int32_t levee_sort(Handle self, int64_t dimension, int32_t descending, int32_t stable, Handle* values, Handle* indexes) {
    return made_pair(values, indexes, [&] { return at::sort(*self, levee::Optional<bool>(stable != 0), dimension, descending != 0); });
}

LEVEE_API Handle levee_searchsorted(Handle sorted, Handle values, int32_t out_int32, int32_t right, Handle sorter) {
    return made([&] {
        const auto order = sorter == nullptr ? levee::Optional<at::Tensor>() : levee::Optional<at::Tensor>(*sorter);
        return at::searchsorted(*sorted, *values, out_int32 != 0, right != 0, {}, order);
    });
}

LEVEE_API Handle levee_argsort(Handle self, int64_t dimension, int32_t descending) {
    return made([&] { return at::argsort(*self, dimension, descending != 0); });
}

LEVEE_API Handle levee_softmax(Handle self, int64_t dimension, int32_t type) {
    return made([&] { return at::softmax(*self, dimension, optional_type(type)); });
}

LEVEE_API Handle levee_log_softmax(Handle self, int64_t dimension, int32_t type) {
    return made([&] { return at::log_softmax(*self, dimension, optional_type(type)); });
}
