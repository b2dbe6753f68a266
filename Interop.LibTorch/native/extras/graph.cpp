// CUDA graphs: what a thread launches between begin and end is recorded instead, and launched as one from then on.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

#include <cstdint>
#include <exception>
#include <string>

#define LEVEE_API extern "C" __attribute__((visibility("default")))

namespace {

thread_local std::string last_error;

// Capture needs a stream of its own; the caller's is put back at the end.
struct Graph {
    at::cuda::CUDAGraph graph;
    c10::cuda::CUDAStream own = c10::cuda::getStreamFromPool();
    c10::cuda::CUDAStream callers = c10::cuda::getCurrentCUDAStream();
};

template <class Operation>
int32_t done(Operation&& operation) noexcept {
    try {
        operation();
        return 0;
    } catch (const std::exception& error) {
        last_error = error.what();
    } catch (...) {
        last_error = "unknown error";
    }
    return -1;
}

}  // namespace

LEVEE_API const char* levee_graph_error() { return last_error.c_str(); }

LEVEE_API int32_t levee_graph_new(Graph** result) {
    return done([&] { *result = new Graph(); });
}

LEVEE_API int32_t levee_graph_begin(Graph* graph) {
    return done([&] {
        c10::cuda::device_synchronize();
        graph->callers = c10::cuda::getCurrentCUDAStream();
        c10::cuda::setCurrentCUDAStream(graph->own);
        try {
            graph->graph.capture_begin();
        } catch (...) {
            c10::cuda::setCurrentCUDAStream(graph->callers);
            throw;
        }
    });
}

// Puts the caller's stream back even where nothing could be captured.
LEVEE_API int32_t levee_graph_end(Graph* graph) {
    const auto result = done([&] { graph->graph.capture_end(); });
    c10::cuda::setCurrentCUDAStream(graph->callers);
    return result;
}

LEVEE_API int32_t levee_graph_replay(Graph* graph) {
    return done([&] { graph->graph.replay(); });
}

LEVEE_API void levee_graph_delete(Graph* graph) { delete graph; }
