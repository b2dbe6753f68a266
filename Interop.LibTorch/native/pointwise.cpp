// Element by element: arithmetic, functions, comparisons.
#include "levee.h"

using levee::done;
using levee::Handle;
using levee::made;
using levee::number;
using levee::optional_number;
using levee::Scalar;

namespace {

// The word for a way to round; null for true division.
const char* rounding_word(int32_t mode) {
    switch (mode) {
        case 0:
            return nullptr;
        case 1:
            return "trunc";
        case 2:
            return "floor";
        default:
            TORCH_CHECK(false, "There is no rounding mode ", mode, ".");
    }
}

template <class Divisor>
at::Tensor quotient(const at::Tensor& self, const Divisor& divisor, int32_t mode) {
    const auto word = rounding_word(mode);
    return word == nullptr ? at::div(self, divisor) : at::div(self, divisor, word);
}

template <class Divisor>
void divide(at::Tensor& self, const Divisor& divisor, int32_t mode) {
    const auto word = rounding_word(mode);
    word == nullptr ? self.div_(divisor) : self.div_(divisor, word);
}

levee::Optional<at::Tensor> bound(Handle tensor) {
    return tensor == nullptr ? levee::Optional<at::Tensor>() : levee::Optional<at::Tensor>(*tensor);
}

levee::Optional<double> optional_double(Scalar value) {
    return value.kind < 0 ? levee::Optional<double>() : levee::Optional<double>(number(value).toDouble());
}

}  // namespace

UNARY(abs)
UNARY_IN_PLACE(abs_)
UNARY(neg)
UNARY_IN_PLACE(neg_)
UNARY(sign)
UNARY_IN_PLACE(sign_)
UNARY(exp)
UNARY_IN_PLACE(exp_)
UNARY(expm1)
UNARY_IN_PLACE(expm1_)
UNARY(log)
UNARY_IN_PLACE(log_)
UNARY(log1p)
UNARY_IN_PLACE(log1p_)
UNARY(log2)
UNARY_IN_PLACE(log2_)
UNARY(sqrt)
UNARY_IN_PLACE(sqrt_)
UNARY(rsqrt)
UNARY_IN_PLACE(rsqrt_)
UNARY(reciprocal)
UNARY_IN_PLACE(reciprocal_)
UNARY(sin)
UNARY_IN_PLACE(sin_)
UNARY(cos)
UNARY_IN_PLACE(cos_)
UNARY(tanh)
UNARY_IN_PLACE(tanh_)
UNARY(sigmoid)
UNARY_IN_PLACE(sigmoid_)
UNARY(relu)
UNARY_IN_PLACE(relu_)
UNARY(silu)
UNARY(gelu)
UNARY(floor)
UNARY_IN_PLACE(floor_)
UNARY(ceil)
UNARY_IN_PLACE(ceil_)
UNARY(erf)
UNARY_IN_PLACE(erf_)
UNARY(isfinite)
UNARY(isnan)
UNARY(isinf)
UNARY(logical_not)
UNARY_IN_PLACE(logical_not_)
UNARY(bitwise_not)
UNARY_IN_PLACE(bitwise_not_)
BINARY(maximum)
BINARY(minimum)
BINARY(logical_and)
BINARY_IN_PLACE(logical_and_)
BINARY(logical_or)
BINARY_IN_PLACE(logical_or_)
BINARY(logical_xor)
BINARY_IN_PLACE(logical_xor_)
BINARY(bitwise_and)
BINARY_IN_PLACE(bitwise_and_)
BINARY(bitwise_or)
BINARY_IN_PLACE(bitwise_or_)
BINARY(bitwise_xor)
BINARY_IN_PLACE(bitwise_xor_)
BINARY(mul)
BINARY_IN_PLACE(mul_)
BINARY_SCALAR(mul)
BINARY_SCALAR_IN_PLACE(mul)
BINARY(sub)
BINARY_IN_PLACE(sub_)
BINARY_SCALAR(sub)
BINARY_SCALAR_IN_PLACE(sub)
BINARY(pow)
BINARY_IN_PLACE(pow_)
BINARY_SCALAR(pow)
BINARY_SCALAR_IN_PLACE(pow)
BINARY(remainder)
BINARY_IN_PLACE(remainder_)
BINARY_SCALAR(remainder)
BINARY_SCALAR_IN_PLACE(remainder)
BINARY(floor_divide)
BINARY_IN_PLACE(floor_divide_)
BINARY_SCALAR(floor_divide)
BINARY_SCALAR_IN_PLACE(floor_divide)

BINARY(eq)
BINARY_SCALAR(eq)
BINARY(ne)
BINARY_SCALAR(ne)
BINARY(lt)
BINARY_SCALAR(lt)
BINARY(le)
BINARY_SCALAR(le)
BINARY(gt)
BINARY_SCALAR(gt)
BINARY(ge)
BINARY_SCALAR(ge)
UNARY(square)
UNARY_IN_PLACE(zero_)

LEVEE_API int32_t levee_silu_(Handle self) {
    return done([&] { at::silu_(*self); });
}

LEVEE_API Handle levee_add(Handle self, Handle other, Scalar alpha) {
    return made([&] { return at::add(*self, *other, number(alpha)); });
}

LEVEE_API int32_t levee_add_(Handle self, Handle other, Scalar alpha) {
    return done([&] { self->add_(*other, number(alpha)); });
}

BINARY_SCALAR(add)
BINARY_SCALAR_IN_PLACE(add)

LEVEE_API Handle levee_rsub_scalar(Handle self, Scalar minuend) {
    return made([&] { return at::rsub(*self, number(minuend)); });
}

LEVEE_API Handle levee_rdiv_scalar(Handle self, Scalar dividend) {
    return made([&] {
        const auto value = number(dividend);
        auto inverse = at::reciprocal(*self);
        return value.equal(1) ? inverse : at::mul(inverse, value);
    });
}

LEVEE_API Handle levee_div(Handle self, Handle other, int32_t rounding) {
    return made([&] { return quotient(*self, *other, rounding); });
}

LEVEE_API int32_t levee_div_(Handle self, Handle other, int32_t rounding) {
    return done([&] { divide(*self, *other, rounding); });
}

LEVEE_API Handle levee_div_scalar(Handle self, Scalar other, int32_t rounding) {
    return made([&] { return quotient(*self, number(other), rounding); });
}

LEVEE_API int32_t levee_div_scalar_(Handle self, Scalar other, int32_t rounding) {
    return done([&] { divide(*self, number(other), rounding); });
}

LEVEE_API Handle levee_addcmul(Handle self, Handle tensor1, Handle tensor2, Scalar value) {
    return made([&] { return at::addcmul(*self, *tensor1, *tensor2, number(value)); });
}

LEVEE_API int32_t levee_addcmul_(Handle self, Handle tensor1, Handle tensor2, Scalar value) {
    return done([&] { self->addcmul_(*tensor1, *tensor2, number(value)); });
}

LEVEE_API Handle levee_addcdiv(Handle self, Handle tensor1, Handle tensor2, Scalar value) {
    return made([&] { return at::addcdiv(*self, *tensor1, *tensor2, number(value)); });
}

LEVEE_API int32_t levee_addcdiv_(Handle self, Handle tensor1, Handle tensor2, Scalar value) {
    return done([&] { self->addcdiv_(*tensor1, *tensor2, number(value)); });
}

LEVEE_API Handle levee_lerp(Handle self, Handle end, Handle weight) {
    return made([&] { return at::lerp(*self, *end, *weight); });
}

LEVEE_API int32_t levee_lerp_(Handle self, Handle end, Handle weight) {
    return done([&] { self->lerp_(*end, *weight); });
}

LEVEE_API Handle levee_clamp(Handle self, Scalar min, Scalar max) {
    return made([&] { return at::clamp(*self, optional_number(min), optional_number(max)); });
}

LEVEE_API int32_t levee_clamp_(Handle self, Scalar min, Scalar max) {
    return done([&] { self->clamp_(optional_number(min), optional_number(max)); });
}

LEVEE_API Handle levee_clamp_tensor(Handle self, Handle min, Handle max) {
    return made([&] { return at::clamp(*self, bound(min), bound(max)); });
}

LEVEE_API Handle levee_where(Handle condition, Handle x, Handle y) {
    return made([&] { return at::where(*condition, *x, *y); });
}

LEVEE_API Handle levee_masked_fill(Handle self, Handle mask, Scalar value) {
    return made([&] { return at::masked_fill(*self, *mask, number(value)); });
}

LEVEE_API int32_t levee_masked_fill_(Handle self, Handle mask, Scalar value) {
    return done([&] { self->masked_fill_(*mask, number(value)); });
}

LEVEE_API int32_t levee_fill_(Handle self, Scalar value) {
    return done([&] { self->fill_(number(value)); });
}

LEVEE_API int32_t levee_copy_(Handle self, Handle source, int32_t non_blocking) {
    return done([&] { self->copy_(*source, non_blocking != 0); });
}

LEVEE_API Handle levee_nan_to_num(Handle self, double nan, Scalar positive, Scalar negative) {
    return made([&] { return at::nan_to_num(*self, nan, optional_double(positive), optional_double(negative)); });
}

LEVEE_API Handle levee_round(Handle self, int64_t decimals) {
    return made([&] { return decimals == 0 ? at::round(*self) : at::round(*self, decimals); });
}
