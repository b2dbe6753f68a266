// What the files of this library share: the exported types, and the guards that turn C++ exceptions into results.
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#include <cstdint>
#include <memory>
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

std::vector<at::Tensor> tensor_list(const Handle* handles, int32_t count);

inline at::Tensor optional_tensor(const at::Tensor* tensor) {
    return tensor == nullptr ? at::Tensor() : *tensor;
}

inline at::Device device_of(int32_t type, int32_t index) {
    return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
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

}  // namespace levee
