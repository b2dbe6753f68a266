// Matrix products and attention.
#include "levee.h"

#include <cmath>
#include <limits>

using levee::done;
using levee::Handle;
using levee::made;
using levee::optional_tensor;
using levee::tensor_list;

namespace {

levee::Optional<at::Tensor> present(const at::Tensor& tensor) {
    return tensor.defined() ? levee::Optional<at::Tensor>(tensor) : levee::Optional<at::Tensor>();
}

#if TORCH_VERSION_MAJOR < 2
// What 2.0 added: softmax(query key^T / sqrt(E) + mask) value.
at::Tensor attention(
    const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, at::Tensor mask, double dropout, bool causal) {
    TORCH_CHECK(!causal || !mask.defined(), "scaled_dot_product_attention: a mask and is_causal exclude each other.");
    if (causal) {
        mask = at::ones({query.size(-2), key.size(-2)}, query.options().dtype(at::kBool)).tril();
    }
    const auto scale = 1.0 / std::sqrt(static_cast<double>(query.size(-1)));
    auto scores = at::matmul(query * scale, key.transpose(-2, -1));
    if (mask.defined()) {
        scores = mask.scalar_type() == at::kBool ? scores.masked_fill(mask.logical_not(), -std::numeric_limits<double>::infinity())
                                                 : scores + mask;
    }
    auto weights = at::softmax(scores, -1);
    if (dropout > 0.0) {
        weights = at::dropout(weights, dropout, /*train=*/true);
    }
    return at::matmul(weights, value);
}
#else
at::Tensor attention(
    const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& mask, double dropout, bool causal) {
    return at::scaled_dot_product_attention(query, key, value, present(mask), dropout, causal);
}
#endif

}  // namespace

BINARY(matmul)
BINARY(mm)
BINARY(bmm)
BINARY(dot)
BINARY(outer)

LEVEE_API Handle levee_addmm(Handle self, Handle matrix1, Handle matrix2, double beta, double alpha) {
    return made([&] { return at::addmm(*self, *matrix1, *matrix2, beta, alpha); });
}

LEVEE_API int32_t levee_addmm_(Handle self, Handle matrix1, Handle matrix2, double beta, double alpha) {
    return done([&] { self->addmm_(*matrix1, *matrix2, beta, alpha); });
}

LEVEE_API Handle levee_einsum(const char* equation, const Handle* tensors, int32_t count) {
    return made([&] { return at::einsum(equation, tensor_list(tensors, count)); });
}

LEVEE_API Handle levee_linear(Handle input, Handle weight, Handle bias) {
    return made([&] { return at::linear(*input, *weight, present(optional_tensor(bias))); });
}

LEVEE_API Handle levee_scaled_dot_product_attention(
    Handle query, Handle key, Handle value, Handle mask, double dropout, int32_t causal) {
    return made([&] {
        auto allowed = optional_tensor(mask);
        if (!allowed.defined() || allowed.scalar_type() != at::kBool) {
            return attention(*query, *key, *value, allowed, dropout, causal != 0);
        }
        // A row that allows nothing would be 0 / 0. It attends to everything instead, and its result is then cleared.
        const auto dead = allowed.any(-1, /*keepdim=*/true).logical_not();
        return attention(*query, *key, *value, allowed.logical_or(dead), dropout, causal != 0).masked_fill(dead, 0.0);
    });
}
