#include "levee.h"

#include <exception>
#include <string>

namespace {

thread_local std::string last_error;

}  // namespace

namespace levee {

void remember_exception() noexcept {
    try {
        try {
            throw;
        } catch (const c10::Error& error) {
            last_error = error.what_without_backtrace();
        } catch (const std::exception& error) {
            last_error = error.what();
        } catch (...) {
            last_error = "An exception of unknown type was thrown.";
        }
        // Errors that passed through another layer carry its trace in their text.
        const auto trace = last_error.find("\nException raised from ");
        if (trace != std::string::npos) {
            last_error.resize(trace);
        }
    } catch (...) {
        // No memory for the message: the caller reports a failure without one.
        last_error.clear();
    }
}

}  // namespace levee

LEVEE_API const char* levee_last_error() {
    return last_error.c_str();
}
