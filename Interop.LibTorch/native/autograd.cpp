// Gradients.
#include "levee.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using levee::done;
using levee::Handle;
using levee::optional_tensor;
using levee::tensor_list;

LEVEE_API int32_t levee_requires_grad(Handle self) {
    return self->requires_grad() ? 1 : 0;
}

LEVEE_API int32_t levee_set_requires_grad(Handle self, int32_t value) {
    return done([&] {
        TORCH_CHECK(
            self->is_leaf() || value != 0, "Only leaves can stop requiring gradients; use detach() on the result of an operation.");
        self->set_requires_grad(value != 0);
    });
}

LEVEE_API int32_t levee_grad(Handle self, Handle* gradient) {
    return done([&] {
        const auto& tensor = self->grad();
        *gradient = tensor.defined() ? new at::Tensor(tensor) : nullptr;
    });
}

LEVEE_API int32_t levee_set_grad(Handle self, Handle gradient) {
    return done([&] {
        if (gradient != nullptr) {
            TORCH_CHECK(
                gradient->sizes() == self->sizes() && gradient->scalar_type() == self->scalar_type() &&
                    gradient->device() == self->device(),
                "A gradient must have its tensor's shape, type and device.");
        }
        self->mutable_grad() = optional_tensor(gradient);
    });
}

LEVEE_API int32_t levee_backward(
    const Handle* tensors,
    int32_t count,
    const Handle* weights,
    int32_t weight_count,
    int32_t retain_graph,
    int32_t create_graph,
    const Handle* inputs,
    int32_t input_count) {
    return done([&] {
        torch::autograd::backward(
            tensor_list(tensors, count),
            tensor_list(weights, weight_count),
            retain_graph != 0,
            create_graph != 0,
            tensor_list(inputs, input_count));
    });
}

LEVEE_API int32_t levee_is_grad_enabled() {
    return c10::GradMode::is_enabled() ? 1 : 0;
}

LEVEE_API void levee_set_grad_enabled(int32_t enabled) {
    c10::GradMode::set_enabled(enabled != 0);
}
