// Threads, devices and handles.
#include "levee.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace levee {

std::vector<at::Tensor> tensor_list(const Handle* handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(static_cast<size_t>(count));
    for (int32_t i = 0; i < count; i++) {
        tensors.push_back(optional_tensor(handles[i]));
    }
    return tensors;
}

}  // namespace levee

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
