// Sources of random numbers.
#include "levee.h"

#include <ATen/CPUGeneratorImpl.h>

using levee::GeneratorHandle;

LEVEE_API GeneratorHandle levee_generator_new(uint64_t seed, int32_t device_type, int32_t device_index) {
    GeneratorHandle result = nullptr;
    levee::done([&] {
        const auto device = levee::device_of(device_type, device_index);
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
