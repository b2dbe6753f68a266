// What a tensor is and holds.
#include "levee.h"

#include <algorithm>

using levee::answered;
using levee::done;
using levee::Handle;

LEVEE_API int32_t levee_dim(Handle self) {
    return static_cast<int32_t>(self->dim());
}

LEVEE_API int64_t levee_numel(Handle self) {
    return self->numel();
}

LEVEE_API int32_t levee_dtype(Handle self) {
    return static_cast<int32_t>(self->scalar_type());
}

LEVEE_API int32_t levee_device_type(Handle self) {
    return static_cast<int32_t>(self->device().type());
}

LEVEE_API int32_t levee_device_index(Handle self) {
    return self->device().index();
}

LEVEE_API int32_t levee_is_contiguous(Handle self) {
    return self->is_contiguous() ? 1 : 0;
}

LEVEE_API void levee_sizes(Handle self, int64_t* sizes) {
    const auto source = self->sizes();
    std::copy(source.begin(), source.end(), sizes);
}

LEVEE_API void levee_strides(Handle self, int64_t* strides) {
    const auto source = self->strides();
    std::copy(source.begin(), source.end(), strides);
}

LEVEE_API void* levee_data(Handle self) {
    void* data = nullptr;
    done([&] { data = self->data_ptr(); });
    return data;
}

LEVEE_API int32_t levee_item_double(Handle self, double* value) {
    return done([&] { *value = self->item().toDouble(); });
}

LEVEE_API int32_t levee_item_int64(Handle self, int64_t* value) {
    return done([&] {
        const auto item = self->item();
        *value = item.isBoolean() ? (item.toBool() ? 1 : 0) : item.toLong();
    });
}

LEVEE_API int32_t levee_equal(Handle self, Handle other) {
    return answered([&] { return self->sizes() == other->sizes() && at::equal(*self, *other); });
}

// A copy of numbers of one type in main memory.
LEVEE_API Handle levee_from_data(void* data, const int64_t* sizes, int32_t count, int32_t type) {
    return levee::made([&] {
        const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(type));
        const at::IntArrayRef shape(sizes, static_cast<size_t>(count));
        return c10::multiply_integers(shape) == 0 ? at::empty(shape, options) : at::from_blob(data, shape, options).clone();
    });
}
