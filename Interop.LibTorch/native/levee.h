// What the files of this library share: the exported types, and the guards that turn C++ exceptions into results.
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#define LEVEE_API extern "C" __attribute__((visibility("default")))

namespace levee {

// libtorch's optional: a class of its own in older releases, std::optional in newer ones.
template <class T>
struct OptionalOf;
template <template <class...> class Template, class T>
struct OptionalOf<Template<T>> {
    template <class U>
    using Type = Template<U>;
};
template <class T>
using Optional = OptionalOf<decltype(std::declval<const at::TensorOptions&>().device_opt())>::Type<T>;

using Handle = at::Tensor*;
using GeneratorHandle = at::Generator*;

// A number by value: kind -1 none, 0 int64, 1 double, 2 bool.
struct Scalar {
    int64_t kind;
    int64_t bits;
};

// -1 stands for what the caller leaves open.
struct Options {
    int32_t type;
    int32_t device_type;
    int32_t device_index;
    int32_t requires_grad;
};

at::Scalar number(Scalar value);
Optional<at::Scalar> optional_number(Scalar value);
Optional<at::ScalarType> optional_type(int32_t type);
Optional<at::Device> optional_device(const Options& options);
at::TensorOptions tensor_options(const Options& options);
Optional<at::Generator> optional_generator(GeneratorHandle generator);
std::vector<at::Tensor> tensor_list(const Handle* handles, int32_t count);

inline at::Tensor optional_tensor(const at::Tensor* tensor) {
    return tensor == nullptr ? at::Tensor() : *tensor;
}

inline Optional<int64_t> optional_integer(const int64_t* value) {
    return value == nullptr ? Optional<int64_t>() : Optional<int64_t>(*value);
}

// Keeps the message of the exception in flight for levee_last_error.
void remember_exception() noexcept;

// Runs an operation that makes a tensor: its handle, or null.
template <class Operation>
Handle made(Operation&& operation) noexcept {
    try {
        at::Tensor result = operation();
        TORCH_CHECK(result.defined(), "The operation gave no tensor.");
        return new at::Tensor(std::move(result));
    } catch (...) {
        remember_exception();
        return nullptr;
    }
}

// Runs an operation for its effect: 0, or -1.
template <class Operation>
int32_t done(Operation&& operation) noexcept {
    try {
        operation();
        return 0;
    } catch (...) {
        remember_exception();
        return -1;
    }
}

// Runs a question: its answer as 0 or 1, or -1.
template <class Operation>
int32_t answered(Operation&& operation) noexcept {
    try {
        return operation() ? 1 : 0;
    } catch (...) {
        remember_exception();
        return -1;
    }
}

// Runs an operation that makes two tensors.
template <class Operation>
int32_t made_pair(Handle* first, Handle* second, Operation&& operation) noexcept {
    return done([&] {
        auto results = operation();
        auto one = std::make_unique<at::Tensor>(std::get<0>(results));
        *second = new at::Tensor(std::get<1>(results));
        *first = one.release();
    });
}

// Hands out several tensors, an undefined one as null: their number, or -1.
int32_t hand_out(const std::vector<at::Tensor>& tensors, Handle* results, int32_t capacity);

template <class Operation>
int32_t made_several(Handle* results, int32_t capacity, Operation&& operation) noexcept {
    try {
        return hand_out(operation(), results, capacity);
    } catch (...) {
        remember_exception();
        return -1;
    }
}

}  // namespace levee

// One exported function an operation, for the commonest signatures.
#define UNARY(op)                              \
    LEVEE_API levee::Handle levee_##op(levee::Handle self) { \
        return levee::made([&] { return at::op(*self); });   \
    }
#define UNARY_IN_PLACE(op)                        \
    LEVEE_API int32_t levee_##op(levee::Handle self) { \
        return levee::done([&] { self->op(); });       \
    }
#define BINARY(op)                                                           \
    LEVEE_API levee::Handle levee_##op(levee::Handle self, levee::Handle other) { \
        return levee::made([&] { return at::op(*self, *other); });                \
    }
#define BINARY_IN_PLACE(op)                                            \
    LEVEE_API int32_t levee_##op(levee::Handle self, levee::Handle other) { \
        return levee::done([&] { self->op(*other); });                      \
    }
#define BINARY_SCALAR(op)                                                            \
    LEVEE_API levee::Handle levee_##op##_scalar(levee::Handle self, levee::Scalar other) { \
        return levee::made([&] { return at::op(*self, levee::number(other)); });           \
    }
#define BINARY_SCALAR_IN_PLACE(op)                                                   \
    LEVEE_API int32_t levee_##op##_scalar_(levee::Handle self, levee::Scalar other) { \
        return levee::done([&] { self->op##_(levee::number(other)); });                \
    }
#define ALONG_SIZES(op)                                                                               \
    LEVEE_API levee::Handle levee_##op(levee::Handle self, const int64_t* sizes, int32_t count) {     \
        return levee::made([&] { return self->op(at::IntArrayRef(sizes, static_cast<size_t>(count))); }); \
    }
