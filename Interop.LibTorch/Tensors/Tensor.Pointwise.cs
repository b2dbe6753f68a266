using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The way in which a quotient becomes an integer.</summary>
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
        /// <summary>Absolute value of each element.</summary>
        public Tensor abs() => Call("abs", this);

        /// <summary>Each element with its sign turned.</summary>
        public Tensor neg() => Call("neg", this);

        /// <summary>In place: each element with its sign turned.</summary>
        public Tensor neg_() => Change("neg_", this);

        /// <summary>e to the power of each element.</summary>
        public Tensor exp() => Call("exp", this);

        /// <summary>Natural logarithm of each element.</summary>
        public Tensor log() => Call("log", this);

        /// <summary>Each element's square.</summary>
        public Tensor square() => Call("square", this);

        /// <summary>Square root of each element.</summary>
        public Tensor sqrt() => Call("sqrt", this);

        /// <summary>One over the square root of each element.</summary>
        public Tensor rsqrt() => Call("rsqrt", this);

        /// <summary>Sine of each element, in radians.</summary>
        public Tensor sin() => Call("sin", this);

        /// <summary>Cosine of each element, in radians.</summary>
        public Tensor cos() => Call("cos", this);

        /// <summary>Logistic function of each element: 1 / (1 + exp(-x)).</summary>
        public Tensor sigmoid() => Call("sigmoid", this);

        /// <summary>Each element, or 0 where it is negative.</summary>
        public Tensor relu() => Call("relu", this);

        /// <summary>In place: sum, element by element.</summary>
        public Tensor add_(Tensor target) => Change("add_.Tensor", this, target);

        /// <summary>In place: this plus <paramref name="alpha"/> times <paramref name="target"/>, element by element.</summary>
        public Tensor add_(Tensor target, Scalar alpha) => Change("add_.Tensor", this, target, alpha);

        /// <summary>In place: sum with one number.</summary>
        public Tensor add_(Scalar scalar) => Change("add_.Scalar", this, scalar);

        /// <summary>In place: difference, element by element.</summary>
        public Tensor sub_(Tensor target) => Change("sub_.Tensor", this, target);

        /// <summary>In place: product, element by element.</summary>
        public Tensor mul_(Tensor target) => Change("mul_.Tensor", this, target);

        /// <summary>In place: product with one number.</summary>
        public Tensor mul_(Scalar target) => Change("mul_.Scalar", this, target);

        /// <summary>In place: quotient by one number.</summary>
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? Change("div_.Scalar", this, target)
            : Change("div_.Scalar_mode", this, target, rounding_mode.ToString());

        /// <summary>In place: this plus <paramref name="value"/> times the product of two tensors.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Change("addcmul_", this, tensor1, tensor2, value);

        /// <summary>In place: this plus <paramref name="value"/> times the quotient of two tensors.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Change("addcdiv_", this, tensor1, tensor2, value);

        /// <summary>Each element held between two numbers; a missing bound is open. NaN stays NaN.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) =>
            Call("clamp", this, Argument.Optional(min), Argument.Optional(max));

        /// <summary>Each element, or <paramref name="max"/> where it is above.</summary>
        public Tensor clamp_max(Scalar max) => Call("clamp", this, default, max);

        /// <summary>Each element, or <paramref name="min"/> where it is below.</summary>
        public Tensor clamp_min(Scalar min) => Call("clamp", this, min);

        /// <summary>This with one number where the boolean mask holds.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => Call("masked_fill.Scalar", this, mask, value);

        /// <summary>In place: one number where the boolean mask holds.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value) => Change("masked_fill_.Scalar", this, mask, value);

        /// <summary>In place: one number everywhere.</summary>
        public Tensor fill_(Scalar value) => Change("fill_.Scalar", this, value);

        /// <summary>In place: zero everywhere.</summary>
        public Tensor zero_() => Change("zero_", this);

        /// <summary>In place: the elements of another tensor, converted and broadcast as needed.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Change("copy_", this, source, nonBlocking);

        /// <summary>A boolean tensor, true where elements are zero or false.</summary>
        public Tensor logical_not() => Call("logical_not", this);

        /// <summary>A boolean tensor, true where an element is a number that is not infinite.</summary>
        public Tensor isfinite() => Call("isfinite", this);

        /// <summary>A boolean tensor, true where both elements are true (not zero).</summary>
        public Tensor logical_and(Tensor other) => Call("logical_and", this, other);

        /// <summary>A boolean tensor, true where either element is true (not zero).</summary>
        public Tensor logical_or(Tensor other) => Call("logical_or", this, other);

        /// <summary>A boolean tensor, true where an element is equal to the other tensor's.</summary>
        public Tensor eq(Tensor target) => Call("eq.Tensor", this, target);

        /// <summary>A boolean tensor, true where an element is equal to a number.</summary>
        public Tensor eq(Scalar target) => Call("eq.Scalar", this, target);

        /// <summary>A boolean tensor, true where an element differs from the other tensor's.</summary>
        public Tensor ne(Tensor target) => Call("ne.Tensor", this, target);

        /// <summary>A boolean tensor, true where an element differs from a number.</summary>
        public Tensor ne(Scalar target) => Call("ne.Scalar", this, target);

        /// <summary>A boolean tensor, true where an element is below the other tensor's.</summary>
        public Tensor lt(Tensor target) => Call("lt.Tensor", this, target);

        /// <summary>A boolean tensor, true where an element is below a number.</summary>
        public Tensor lt(Scalar target) => Call("lt.Scalar", this, target);

        /// <summary>A boolean tensor, true where an element is not above the other tensor's.</summary>
        public Tensor le(Tensor target) => Call("le.Tensor", this, target);

        /// <summary>A boolean tensor, true where an element is not above a number.</summary>
        public Tensor le(Scalar target) => Call("le.Scalar", this, target);

        /// <summary>A boolean tensor, true where an element is above the other tensor's.</summary>
        public Tensor gt(Tensor target) => Call("gt.Tensor", this, target);

        /// <summary>A boolean tensor, true where an element is above a number.</summary>
        public Tensor gt(Scalar target) => Call("gt.Scalar", this, target);

        /// <summary>A boolean tensor, true where an element is not below the other tensor's.</summary>
        public Tensor ge(Tensor target) => Call("ge.Tensor", this, target);

        /// <summary>A boolean tensor, true where an element is not below a number.</summary>
        public Tensor ge(Scalar target) => Call("ge.Scalar", this, target);
    }

    /// <summary>e to the power of each element.</summary>
    public static Tensor exp(Tensor input) => Call("exp", input);

    /// <summary>The larger element of two tensors; NaN where either is NaN.</summary>
    public static Tensor maximum(Tensor input, Tensor other) => Call("maximum", input, other);

    /// <summary>The smaller element of two tensors; NaN where either is NaN.</summary>
    public static Tensor minimum(Tensor input, Tensor other) => Call("minimum", input, other);

    /// <summary><paramref name="x"/> where the condition holds, else <paramref name="y"/>.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Call("where.self", condition, x, y);

    /// <summary><paramref name="input"/> plus <paramref name="value"/> times the product of two tensors.</summary>
    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) =>
        Call("addcmul", input, tensor1, tensor2, value);
}
