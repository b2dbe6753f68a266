// New tensors: constant, from data, random.
#include "levee.h"

#include <ATen/CPUGeneratorImpl.h>

#include <mutex>

using levee::done;
using levee::GeneratorHandle;
using levee::Handle;
using levee::made;
using levee::number;
using levee::optional_generator;
using levee::optional_type;
using levee::Options;
using levee::Scalar;
using levee::tensor_options;

namespace {

at::IntArrayRef sizes_of(const int64_t* sizes, int32_t count) {
    return {sizes, static_cast<size_t>(count)};
}

// The factories of ATen do not know about autograd.
template <class Operation>
Handle made_leaf(const Options& options, Operation&& operation) noexcept {
    return made([&] {
        at::Tensor tensor = operation();
        if (options.requires_grad != 0) {
            tensor.requires_grad_(true);
        }
        return tensor;
    });
}

}  // namespace

LEVEE_API Handle levee_zeros(const int64_t* sizes, int32_t count, Options options) {
    return made_leaf(options, [&] { return at::zeros(sizes_of(sizes, count), tensor_options(options)); });
}

LEVEE_API Handle levee_ones(const int64_t* sizes, int32_t count, Options options) {
    return made_leaf(options, [&] { return at::ones(sizes_of(sizes, count), tensor_options(options)); });
}

LEVEE_API Handle levee_empty(const int64_t* sizes, int32_t count, Options options) {
    return made_leaf(options, [&] { return at::empty(sizes_of(sizes, count), tensor_options(options)); });
}

LEVEE_API Handle levee_full(const int64_t* sizes, int32_t count, Scalar value, Options options) {
    return made_leaf(options, [&] { return at::full(sizes_of(sizes, count), number(value), tensor_options(options)); });
}

LEVEE_API Handle levee_zeros_like(Handle self, Options options) {
    return made_leaf(options, [&] { return at::zeros_like(*self, tensor_options(options)); });
}

LEVEE_API Handle levee_ones_like(Handle self, Options options) {
    return made_leaf(options, [&] { return at::ones_like(*self, tensor_options(options)); });
}

LEVEE_API Handle levee_empty_like(Handle self, Options options) {
    return made_leaf(options, [&] { return at::empty_like(*self, tensor_options(options)); });
}

LEVEE_API Handle levee_full_like(Handle self, Scalar value, Options options) {
    return made_leaf(options, [&] { return at::full_like(*self, number(value), tensor_options(options)); });
}

LEVEE_API Handle levee_arange(Scalar start, Scalar stop, Scalar step, Options options) {
    return made_leaf(options, [&] { return at::arange(number(start), number(stop), number(step), tensor_options(options)); });
}

LEVEE_API Handle levee_eye(int64_t rows, int64_t columns, Options options) {
    return made_leaf(options, [&] {
        return columns < 0 ? at::eye(rows, tensor_options(options)) : at::eye(rows, columns, tensor_options(options));
    });
}

LEVEE_API Handle levee_from_data(void* data, const int64_t* sizes, int32_t count, int32_t type, Options options) {
    return made_leaf(options, [&] {
        const auto source_type = static_cast<at::ScalarType>(type);
        auto target = at::TensorOptions().dtype(source_type).merge_in(tensor_options(options));
        const auto shape = sizes_of(sizes, count);
        if (c10::multiply_integers(shape) == 0) {
            return at::empty(shape, target);
        }
        const auto borrowed = at::from_blob(data, shape, at::TensorOptions().dtype(source_type));
        return borrowed.to(target, /*non_blocking=*/false, /*copy=*/true);
    });
}

LEVEE_API Handle levee_rand(const int64_t* sizes, int32_t count, Options options, GeneratorHandle generator) {
    return made_leaf(options, [&] { return at::rand(sizes_of(sizes, count), optional_generator(generator), tensor_options(options)); });
}

LEVEE_API Handle levee_randn(const int64_t* sizes, int32_t count, Options options, GeneratorHandle generator) {
    return made_leaf(options, [&] { return at::randn(sizes_of(sizes, count), optional_generator(generator), tensor_options(options)); });
}

LEVEE_API Handle levee_randint(
    int64_t low, int64_t high, const int64_t* sizes, int32_t count, Options options, GeneratorHandle generator) {
    return made_leaf(options, [&] {
        return at::randint(low, high, sizes_of(sizes, count), optional_generator(generator), tensor_options(options));
    });
}

LEVEE_API int32_t levee_normal_(Handle self, double mean, double deviation, GeneratorHandle generator) {
    return done([&] { self->normal_(mean, deviation, optional_generator(generator)); });
}

LEVEE_API int32_t levee_uniform_(Handle self, double from, double to, GeneratorHandle generator) {
    return done([&] { self->uniform_(from, to, optional_generator(generator)); });
}

LEVEE_API Handle levee_multinomial(Handle self, int64_t samples, int32_t replacement, GeneratorHandle generator) {
    return made([&] { return at::multinomial(*self, samples, replacement != 0, optional_generator(generator)); });
}

LEVEE_API GeneratorHandle levee_generator_new(uint64_t seed, int32_t device_type, int32_t device_index) {
    GeneratorHandle result = nullptr;
    done([&] {
        const at::Device device(static_cast<at::DeviceType>(device_type), static_cast<at::DeviceIndex>(device_index));
        if (device.is_cpu()) {
            result = new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed));
            return;
        }
        // A copy of the device's default generator is the one way to make another without that device's headers.
        auto generator = std::make_unique<at::Generator>(at::globalContext().defaultGenerator(device).clone());
        generator->set_current_seed(seed);
        result = generator.release();
    });
    return result;
}

LEVEE_API void levee_generator_free(GeneratorHandle generator) {
    delete generator;
}

LEVEE_API int32_t levee_generator_seed(GeneratorHandle generator, uint64_t seed) {
    return done([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_current_seed(seed);
    });
}

LEVEE_API uint64_t levee_generator_initial_seed(GeneratorHandle generator) {
    uint64_t seed = 0;
    done([&] { seed = generator->current_seed(); });
    return seed;
}

LEVEE_API Handle levee_generator_get_state(GeneratorHandle generator) {
    return made([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        return generator->get_state();
    });
}

LEVEE_API int32_t levee_generator_set_state(GeneratorHandle generator, Handle state) {
    return done([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_state(*state);
    });
}
