// Threads, devices, handles, and the conversions of arguments.
#include "levee.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <cstring>

namespace levee {

at::Scalar number(Scalar value) {
    switch (value.kind) {
        case 0:
            return at::Scalar(value.bits);
        case 1: {
            double real;
            std::memcpy(&real, &value.bits, sizeof real);
            return at::Scalar(real);
        }
        case 2:
            return at::Scalar(value.bits != 0);
        default:
            TORCH_CHECK(false, "A number is missing.");
    }
}

Optional<at::Scalar> optional_number(Scalar value) {
    return value.kind < 0 ? Optional<at::Scalar>() : Optional<at::Scalar>(number(value));
}

Optional<at::ScalarType> optional_type(int32_t type) {
    return type < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(type));
}

Optional<at::Device> optional_device(const Options& options) {
    if (options.device_type < 0) {
        return {};
    }
    return at::Device(static_cast<at::DeviceType>(options.device_type), static_cast<at::DeviceIndex>(options.device_index));
}

at::TensorOptions tensor_options(const Options& options) {
    at::TensorOptions result;
    if (const auto type = optional_type(options.type)) {
        result = result.dtype(*type);
    }
    if (const auto device = optional_device(options)) {
        result = result.device(*device);
    }
    return result;
}

Optional<at::Generator> optional_generator(GeneratorHandle generator) {
    return generator == nullptr ? Optional<at::Generator>() : Optional<at::Generator>(*generator);
}

std::vector<at::Tensor> tensor_list(const Handle* handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(static_cast<size_t>(count));
    for (int32_t i = 0; i < count; i++) {
        tensors.push_back(optional_tensor(handles[i]));
    }
    return tensors;
}

int32_t hand_out(const std::vector<at::Tensor>& tensors, Handle* results, int32_t capacity) {
    const auto count = static_cast<int32_t>(tensors.size());
    TORCH_CHECK(count <= capacity, "Room for ", capacity, " tensors does not hold ", count, ".");
    std::vector<std::unique_ptr<at::Tensor>> handles;
    handles.reserve(tensors.size());
    for (const auto& tensor : tensors) {
        handles.push_back(tensor.defined() ? std::make_unique<at::Tensor>(tensor) : nullptr);
    }
    for (int32_t i = 0; i < count; i++) {
        results[i] = handles[static_cast<size_t>(i)].release();
    }
    return count;
}

}  // namespace levee

LEVEE_API int32_t levee_torch_version() {
    return TORCH_VERSION_MAJOR * 10000 + TORCH_VERSION_MINOR * 100 + TORCH_VERSION_PATCH;
}

LEVEE_API void levee_set_num_threads(int32_t count) {
    levee::done([&] {
        at::set_num_threads(count);
        // OpenBLAS keeps a pool of its own where it was built without OpenMP.
        using Setter = void (*)(int);
        if (const auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
            set(count);
        }
    });
}

LEVEE_API int32_t levee_get_num_threads() {
    return at::get_num_threads();
}

LEVEE_API int32_t levee_cuda_is_available() {
    return levee::answered([] { return at::hasCUDA(); }) > 0;
}

LEVEE_API int32_t levee_cuda_device_count() {
    int32_t count = 0;
    levee::done([&] { count = static_cast<int32_t>(at::getNumGPUs()); });
    return count;
}

LEVEE_API void levee_free(levee::Handle tensor) {
    delete tensor;
}
