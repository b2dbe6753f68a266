namespace TorchSharp;

public static partial class torch
{
    /// <summary>How a quotient becomes an integer.</summary>
    public enum RoundingMode
    {
        /// <summary>It does not: true division.</summary>
        None,

        /// <summary>Towards zero.</summary>
        trunc,

        /// <summary>Towards negative infinity.</summary>
        floor,
    }

    public sealed partial class Tensor
    {
        private static readonly NativeScalar One = 1L;

        /// <summary>Sum, element by element.</summary>
        public Tensor add(Tensor target) => Own(Native.levee_add(Handle, In(target), One), this, target);

        /// <summary>This plus <paramref name="alpha"/> times <paramref name="target"/>, element by element.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Own(Native.levee_add(Handle, In(target), NativeScalar.Of(alpha)), this, target);

        /// <summary>Sum with one number.</summary>
        public Tensor add(Scalar scalar) => Add(NativeScalar.Of(scalar));

        /// <summary>In place: sum, element by element.</summary>
        public Tensor add_(Tensor target) => InPlace(Native.levee_add_(Handle, In(target), One), this, target);

        /// <summary>In place: this plus <paramref name="alpha"/> times <paramref name="target"/>, element by element.</summary>
        public Tensor add_(Tensor target, Scalar alpha) =>
            InPlace(Native.levee_add_(Handle, In(target), NativeScalar.Of(alpha)), this, target);

        /// <summary>In place: sum with one number.</summary>
        public Tensor add_(Scalar scalar) => InPlace(Native.levee_add_scalar_(Handle, NativeScalar.Of(scalar)), this);

        /// <summary>Quotient, element by element; integers give floating point numbers unless they are rounded.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Own(Native.levee_div(Handle, In(target), (int)rounding_mode), this, target);

        /// <summary>Quotient by one number; integers give floating point numbers unless they are rounded.</summary>
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Own(Native.levee_div_scalar(Handle, NativeScalar.Of(target), (int)rounding_mode), this);

        /// <summary>In place: quotient, element by element.</summary>
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(Native.levee_div_(Handle, In(target), (int)rounding_mode), this, target);

        /// <summary>In place: quotient by one number.</summary>
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(Native.levee_div_scalar_(Handle, NativeScalar.Of(target), (int)rounding_mode), this);

        /// <summary>This plus <paramref name="value"/> times the product of two tensors.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Own(Native.levee_addcmul(Handle, In(tensor1), In(tensor2), NativeScalar.Of(value)), this, tensor1, tensor2);

        /// <summary>In place: this plus <paramref name="value"/> times the product of two tensors.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(Native.levee_addcmul_(Handle, In(tensor1), In(tensor2), NativeScalar.Of(value)), this, tensor1, tensor2);

        /// <summary>This plus <paramref name="value"/> times the quotient of two tensors.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Own(Native.levee_addcdiv(Handle, In(tensor1), In(tensor2), NativeScalar.Of(value)), this, tensor1, tensor2);

        /// <summary>This plus the quotient of two tensors.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) =>
            Own(Native.levee_addcdiv(Handle, In(tensor1), In(tensor2), One), this, tensor1, tensor2);

        /// <summary>In place: this plus <paramref name="value"/> times the quotient of two tensors.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(Native.levee_addcdiv_(Handle, In(tensor1), In(tensor2), NativeScalar.Of(value)), this, tensor1, tensor2);

        /// <summary>In place: this plus the quotient of two tensors.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) =>
            InPlace(Native.levee_addcdiv_(Handle, In(tensor1), In(tensor2), One), this, tensor1, tensor2);

        /// <summary>
        /// This moved towards <paramref name="end"/> by the share <paramref name="weight"/>: this + weight * (end - this).
        /// </summary>
        public Tensor lerp(Tensor end, Tensor weight) => Own(Native.levee_lerp(Handle, In(end), In(weight)), this, end, weight);

        /// <summary>In place: this moved towards <paramref name="end"/> by the share <paramref name="weight"/>.</summary>
        public Tensor lerp_(Tensor end, Tensor weight) => InPlace(Native.levee_lerp_(Handle, In(end), In(weight)), this, end, weight);

        /// <summary>Each element's square.</summary>
        public Tensor square() => Own(Native.levee_square(Handle), this);

        /// <summary>Each element's negative (another name of <see cref="neg()"/>).</summary>
        public Tensor negative() => neg();

        /// <summary>Each element held between two numbers; a missing bound is open. NaN stays NaN.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) =>
            Own(Native.levee_clamp(Handle, NativeScalar.Optional(min), NativeScalar.Optional(max)), this);

        /// <summary>Each element held between those of two tensors; a missing bound is open. NaN stays NaN.</summary>
        public Tensor clamp(Tensor? min = null, Tensor? max = null) =>
            Own(Native.levee_clamp_tensor(Handle, Optional(min), Optional(max)), this, min, max);

        /// <summary>In place: each element held between two numbers; a missing bound is open.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) =>
            InPlace(Native.levee_clamp_(Handle, NativeScalar.Optional(min), NativeScalar.Optional(max)), this);

        /// <summary>Each element, or <paramref name="max"/> where it is above.</summary>
        public Tensor clamp_max(Scalar max) => Own(Native.levee_clamp(Handle, NativeScalar.Optional(null), NativeScalar.Of(max)), this);

        /// <summary>In place: each element, or <paramref name="max"/> where it is above.</summary>
        public Tensor clamp_max_(Scalar max) =>
            InPlace(Native.levee_clamp_(Handle, NativeScalar.Optional(null), NativeScalar.Of(max)), this);

        /// <summary>Each element, or <paramref name="min"/> where it is below.</summary>
        public Tensor clamp_min(Scalar min) => Own(Native.levee_clamp(Handle, NativeScalar.Of(min), NativeScalar.Optional(null)), this);

        /// <summary>In place: each element, or <paramref name="min"/> where it is below.</summary>
        public Tensor clamp_min_(Scalar min) =>
            InPlace(Native.levee_clamp_(Handle, NativeScalar.Of(min), NativeScalar.Optional(null)), this);

        /// <summary>This where the condition holds, else <paramref name="y"/>.</summary>
        public Tensor where(Tensor condition, Tensor y) => Own(Native.levee_where(In(condition), Handle, In(y)), condition, this, y);

        /// <summary>This with one number where the boolean mask holds.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) =>
            Own(Native.levee_masked_fill(Handle, In(mask), NativeScalar.Of(value)), this, mask);

        /// <summary>In place: one number where the boolean mask holds.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value) =>
            InPlace(Native.levee_masked_fill_(Handle, In(mask), NativeScalar.Of(value)), this, mask);

        /// <summary>In place: one number everywhere.</summary>
        public Tensor fill_(Scalar value) => InPlace(Native.levee_fill_(Handle, NativeScalar.Of(value)), this);

        /// <summary>In place: zero everywhere.</summary>
        public Tensor zero_() => InPlace(Native.levee_zero_(Handle), this);

        /// <summary>In place: the elements of another tensor, converted and broadcast as needed.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) =>
            InPlace(Native.levee_copy_(Handle, In(source), nonBlocking ? 1 : 0), this, source);

        /// <summary>
        /// Each element, with NaN and the infinities replaced; a missing replacement of an infinity is the largest finite number of its
        /// sign.
        /// </summary>
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) =>
            Own(Native.levee_nan_to_num(Handle, nan, OrNone(posinf), OrNone(neginf)), this);

        /// <summary>Each element rounded to the nearest number with this many decimals; halves go to the even neighbour.</summary>
        public Tensor round(long decimals = 0) => Own(Native.levee_round(Handle, decimals), this);

        internal Tensor Add(NativeScalar scalar) => Own(Native.levee_add_scalar(Handle, scalar), this);

        internal Tensor Div(NativeScalar divisor) => Own(Native.levee_div_scalar(Handle, divisor, (int)RoundingMode.None), this);

        internal Tensor SubtractedFrom(NativeScalar minuend) => Own(Native.levee_rsub_scalar(Handle, minuend), this);

        internal Tensor Dividing(NativeScalar dividend) => Own(Native.levee_rdiv_scalar(Handle, dividend), this);

        /// <summary>The tensor itself; throws where it is null.</summary>
        internal static Tensor Valid(
            Tensor tensor, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(tensor))] string? name = null)
        {
            ArgumentNullException.ThrowIfNull(tensor, name);
            return tensor;
        }

        private static NativeScalar OrNone(double? value) => value.HasValue ? value.GetValueOrDefault() : NativeScalar.Optional(null);
    }
}
