// Attention, which libtorch before 2.0 lacks, with rows that allow nothing.
#include "levee.h"

#include <cmath>
#include <limits>

using levee::Handle;

namespace {

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
    const auto present = mask.defined() ? levee::Optional<at::Tensor>(mask) : levee::Optional<at::Tensor>();
    return at::scaled_dot_product_attention(query, key, value, present, dropout, causal);
}
#endif

}  // namespace

LEVEE_API Handle levee_scaled_dot_product_attention(
    Handle query, Handle key, Handle value, Handle mask, double dropout, int32_t causal) {
    return levee::made([&] {
        auto allowed = levee::optional_tensor(mask);
        if (!allowed.defined() || allowed.scalar_type() != at::kBool) {
            return attention(*query, *key, *value, allowed, dropout, causal != 0);
        }
        // A row that allows nothing would be 0 / 0. It attends to everything instead, and its result is then cleared.
        const auto dead = allowed.any(-1, /*keepdim=*/true).logical_not();
        return attention(*query, *key, *value, allowed.logical_or(dead), dropout, causal != 0).masked_fill(dead, 0.0);
    });
}
