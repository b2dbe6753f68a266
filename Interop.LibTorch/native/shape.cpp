// Shapes, pieces and indices.
#include "levee.h"

using levee::done;
using levee::Handle;
using levee::made;
using levee::made_several;
using levee::number;
using levee::optional_integer;
using levee::Scalar;
using levee::tensor_list;

ALONG_SIZES(view)
ALONG_SIZES(reshape)
ALONG_SIZES(expand)
ALONG_SIZES(repeat)
ALONG_SIZES(permute)
ALONG_SIZES(flip)
UNARY(t)
UNARY(squeeze)
UNARY(nonzero)

LEVEE_API Handle levee_contiguous(Handle self) {
    return made([&] { return self->contiguous(); });
}

LEVEE_API Handle levee_transpose(Handle self, int64_t dim0, int64_t dim1) {
    return made([&] { return at::transpose(*self, dim0, dim1); });
}

LEVEE_API Handle levee_unsqueeze(Handle self, int64_t dimension) {
    return made([&] { return at::unsqueeze(*self, dimension); });
}

LEVEE_API Handle levee_squeeze_dim(Handle self, int64_t dimension) {
    return made([&] { return at::squeeze(*self, dimension); });
}

LEVEE_API Handle levee_flatten(Handle self, int64_t first, int64_t last) {
    return made([&] { return at::flatten(*self, first, last); });
}

LEVEE_API Handle levee_narrow(Handle self, int64_t dimension, int64_t start, int64_t length) {
    return made([&] { return at::narrow(*self, dimension, start, length); });
}

LEVEE_API Handle levee_slice(Handle self, int64_t dimension, int64_t start, int64_t finish, int64_t step) {
    return made([&] { return at::slice(*self, dimension, start, finish, step); });
}

LEVEE_API Handle levee_select(Handle self, int64_t dimension, int64_t index) {
    return made([&] { return at::select(*self, dimension, index); });
}

LEVEE_API Handle levee_cat(const Handle* tensors, int32_t count, int64_t dimension) {
    return made([&] { return at::cat(tensor_list(tensors, count), dimension); });
}

LEVEE_API Handle levee_stack(const Handle* tensors, int32_t count, int64_t dimension) {
    return made([&] { return at::stack(tensor_list(tensors, count), dimension); });
}

LEVEE_API int32_t levee_split(Handle self, int64_t size, int64_t dimension, Handle* results, int32_t capacity) {
    return made_several(results, capacity, [&] { return at::split(*self, size, dimension); });
}

LEVEE_API int32_t levee_split_sizes(Handle self, const int64_t* sizes, int32_t count, int64_t dimension, Handle* results) {
    return made_several(results, count, [&] {
        return at::split_with_sizes(*self, at::IntArrayRef(sizes, static_cast<size_t>(count)), dimension);
    });
}

LEVEE_API int32_t levee_chunk(Handle self, int64_t chunks, int64_t dimension, Handle* results, int32_t capacity) {
    return made_several(results, capacity, [&] { return at::chunk(*self, chunks, dimension); });
}

LEVEE_API int32_t levee_unbind(Handle self, int64_t dimension, Handle* results, int32_t capacity) {
    return made_several(results, capacity, [&] { return at::unbind(*self, dimension); });
}

LEVEE_API Handle levee_repeat_interleave(Handle self, Handle repeats, const int64_t* dimension, const int64_t* output_size) {
    return made([&] { return self->repeat_interleave(*repeats, optional_integer(dimension), optional_integer(output_size)); });
}

LEVEE_API Handle levee_repeat_interleave_scalar(Handle self, int64_t repeats, const int64_t* dimension, const int64_t* output_size) {
    return made([&] { return self->repeat_interleave(repeats, optional_integer(dimension), optional_integer(output_size)); });
}

LEVEE_API Handle levee_roll(Handle self, const int64_t* shifts, int32_t shift_count, const int64_t* dimensions, int32_t dimension_count) {
    return made([&] {
        return at::roll(
            *self,
            at::IntArrayRef(shifts, static_cast<size_t>(shift_count)),
            at::IntArrayRef(dimensions, static_cast<size_t>(dimension_count)));
    });
}

LEVEE_API Handle levee_tril(Handle self, int64_t diagonal) {
    return made([&] { return at::tril(*self, diagonal); });
}

LEVEE_API Handle levee_triu(Handle self, int64_t diagonal) {
    return made([&] { return at::triu(*self, diagonal); });
}

LEVEE_API Handle levee_diagonal(Handle self, int64_t offset, int64_t dim1, int64_t dim2) {
    return made([&] { return at::diagonal(*self, offset, dim1, dim2); });
}

LEVEE_API Handle levee_index_select(Handle self, int64_t dimension, Handle index) {
    return made([&] { return at::index_select(*self, dimension, *index); });
}

LEVEE_API Handle levee_gather(Handle self, int64_t dimension, Handle index) {
    return made([&] { return at::gather(*self, dimension, *index); });
}

LEVEE_API Handle levee_scatter(Handle self, int64_t dimension, Handle index, Handle source) {
    return made([&] { return at::scatter(*self, dimension, *index, *source); });
}

LEVEE_API int32_t levee_scatter_(Handle self, int64_t dimension, Handle index, Handle source) {
    return done([&] { self->scatter_(dimension, *index, *source); });
}

LEVEE_API Handle levee_scatter_add(Handle self, int64_t dimension, Handle index, Handle source) {
    return made([&] { return at::scatter_add(*self, dimension, *index, *source); });
}

LEVEE_API int32_t levee_scatter_add_(Handle self, int64_t dimension, Handle index, Handle source) {
    return done([&] { self->scatter_add_(dimension, *index, *source); });
}

LEVEE_API Handle levee_index_add(Handle self, int64_t dimension, Handle index, Handle source, Scalar alpha) {
    return made([&] { return at::index_add(*self, dimension, *index, *source, number(alpha)); });
}

LEVEE_API int32_t levee_index_add_(Handle self, int64_t dimension, Handle index, Handle source, Scalar alpha) {
    return done([&] { self->index_add_(dimension, *index, *source, number(alpha)); });
}

LEVEE_API Handle levee_index_copy(Handle self, int64_t dimension, Handle index, Handle source) {
    return made([&] { return at::index_copy(*self, dimension, *index, *source); });
}

LEVEE_API int32_t levee_index_copy_(Handle self, int64_t dimension, Handle index, Handle source) {
    return done([&] { self->index_copy_(dimension, *index, *source); });
}

LEVEE_API Handle levee_index_fill(Handle self, int64_t dimension, Handle index, Scalar value) {
    return made([&] { return at::index_fill(*self, dimension, *index, number(value)); });
}

LEVEE_API int32_t levee_index_fill_(Handle self, int64_t dimension, Handle index, Scalar value) {
    return done([&] { self->index_fill_(dimension, *index, number(value)); });
}

LEVEE_API Handle levee_masked_select(Handle self, Handle mask) {
    return made([&] { return at::masked_select(*self, *mask); });
}

LEVEE_API Handle levee_take_along_dim(Handle self, Handle indices, int64_t dimension) {
    return made([&] { return at::take_along_dim(*self, *indices, dimension); });
}
