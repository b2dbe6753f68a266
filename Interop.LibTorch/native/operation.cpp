// Any operation of libtorch, by its name: arguments come as tagged values and go through the dispatcher, as TorchScript's do.
#include "levee.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <algorithm>
#include <cstring>
#include <string>

using levee::GeneratorHandle;
using levee::Handle;

namespace {

// How `bits` is read; the managed side has the same list.
enum class Kind : int32_t {
    none,
    integer,
    floating,
    boolean,
    tensor,
    generator,
    device,    // the type in the upper half, the number in the lower
    integers,  // the address of `count` numbers
    tensors,   // the address of `count` handles
    text,      // the address of `count` bytes
};

struct Argument {
    Kind kind;
    int32_t count;
    int64_t bits;
};

template <class T>
T* address(const Argument& argument) {
    return reinterpret_cast<T*>(argument.bits);
}

c10::IValue value_of(const Argument& argument) {
    switch (argument.kind) {
        case Kind::none:
            return {};
        case Kind::integer:
            return argument.bits;
        case Kind::floating: {
            double real;
            std::memcpy(&real, &argument.bits, sizeof real);
            return real;
        }
        case Kind::boolean:
            return argument.bits != 0;
        case Kind::tensor:
            return *address<at::Tensor>(argument);
        case Kind::generator:
            return *address<at::Generator>(argument);
        case Kind::device:
            return levee::device_of(static_cast<int32_t>(argument.bits >> 32), static_cast<int32_t>(argument.bits));
        case Kind::integers:
            return at::IntArrayRef(address<const int64_t>(argument), static_cast<size_t>(argument.count));
        case Kind::tensors:
            return levee::tensor_list(address<const Handle>(argument), argument.count);
        case Kind::text:
            return std::string(address<const char>(argument), static_cast<size_t>(argument.count));
    }
    TORCH_CHECK(false, "There is no kind of argument ", static_cast<int32_t>(argument.kind), ".");
}

// The arguments as the dispatcher takes them; what the caller leaves out at the end gets the default of the operation's schema.
std::vector<c10::IValue> stack_of(const c10::OperatorHandle& operation, const Argument* arguments, int32_t count) {
    const auto& parameters = operation.schema().arguments();
    const auto given = static_cast<size_t>(count);
    TORCH_CHECK(given <= parameters.size(), operation.operator_name(), " takes ", parameters.size(), " arguments, not ", given, ".");
    std::vector<c10::IValue> stack;
    stack.reserve(parameters.size());
    for (size_t i = 0; i < given; i++) {
        stack.push_back(value_of(arguments[i]));
    }
    for (size_t i = given; i < parameters.size(); i++) {
        const auto& standard = parameters[i].default_value();
        TORCH_CHECK(standard.has_value(), operation.operator_name(), " lacks its argument ", parameters[i].name(), ".");
        stack.push_back(*standard);
    }
    return stack;
}

// Results that did not fit where the caller has room, until levee_remaining_results takes them.
thread_local std::vector<at::Tensor> remaining;

void hand_out(std::vector<at::Tensor>& tensors, Handle* results) {
    std::vector<Handle> handles;
    handles.reserve(tensors.size());
    try {
        for (auto& tensor : tensors) {
            handles.push_back(new at::Tensor(std::move(tensor)));
        }
    } catch (...) {
        for (const auto handle : handles) {
            delete handle;
        }
        throw;
    }
    std::copy(handles.begin(), handles.end(), results);
}

std::vector<at::Tensor> tensors_of(std::vector<c10::IValue>& stack) {
    std::vector<at::Tensor> tensors;
    for (auto& value : stack) {
        if (value.isTensorList()) {
            for (auto& tensor : std::move(value).toTensorVector()) {
                tensors.push_back(std::move(tensor));
            }
        } else {
            tensors.push_back(std::move(value).toTensor());
        }
    }
    return tensors;
}

}  // namespace

// An operation by its name in libtorch, as "aten::sum" and "dim_IntList"; null where this libtorch has none. It is never freed.
LEVEE_API const c10::OperatorHandle* levee_operation(const char* name, const char* overload) {
    const c10::OperatorHandle* operation = nullptr;
    levee::done([&] { operation = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
    return operation;
}

// Runs an operation: the number of tensors that it gives, or -1. They are handed out where the capacity is enough; where it is not,
// levee_remaining_results has them. A capacity of 0 asks for none.
LEVEE_API int32_t levee_call(
    const c10::OperatorHandle* operation, const Argument* arguments, int32_t count, Handle* results, int32_t capacity) {
    int32_t number = -1;
    levee::done([&] {
        auto stack = stack_of(*operation, arguments, count);
        operation->callBoxed(&stack);
        if (capacity == 0) {
            number = 0;
        } else if (stack.size() == 1 && stack[0].isTensor()) {
            results[0] = new at::Tensor(std::move(stack[0]).toTensor());
            number = 1;
        } else {
            auto tensors = tensors_of(stack);
            const auto size = static_cast<int32_t>(tensors.size());
            if (size <= capacity) {
                hand_out(tensors, results);
            } else {
                remaining = std::move(tensors);
            }
            number = size;
        }
    });
    return number;
}

LEVEE_API int32_t levee_remaining_results(Handle* results) {
    return levee::done([&] {
        auto tensors = std::exchange(remaining, {});
        hand_out(tensors, results);
    });
}
