namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Each element with its sign turned.</summary>
        public static Tensor operator -(Tensor tensor) => Valid(tensor).neg();

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, Tensor right) => Valid(left).add(right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, Scalar right) => Valid(left).Add(NativeScalar.Of(right));

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, int right) => Valid(left).Add(right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, long right) => Valid(left).Add(right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, float right) => Valid(left).Add(right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, double right) => Valid(left).Add(right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Scalar left, Tensor right) => Valid(right).Add(NativeScalar.Of(left));

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(int left, Tensor right) => Valid(right).Add(left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(long left, Tensor right) => Valid(right).Add(left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(float left, Tensor right) => Valid(right).Add(left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(double left, Tensor right) => Valid(right).Add(left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, Tensor right) => Valid(left).sub(right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, Scalar right) => Valid(left).Sub(NativeScalar.Of(right));

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, int right) => Valid(left).Sub(right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, long right) => Valid(left).Sub(right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, float right) => Valid(left).Sub(right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, double right) => Valid(left).Sub(right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Scalar left, Tensor right) => Valid(right).SubtractedFrom(NativeScalar.Of(left));

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(int left, Tensor right) => Valid(right).SubtractedFrom(left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(long left, Tensor right) => Valid(right).SubtractedFrom(left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(float left, Tensor right) => Valid(right).SubtractedFrom(left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(double left, Tensor right) => Valid(right).SubtractedFrom(left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, Tensor right) => Valid(left).mul(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, Scalar right) => Valid(left).Mul(NativeScalar.Of(right));

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, int right) => Valid(left).Mul(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, long right) => Valid(left).Mul(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, float right) => Valid(left).Mul(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, double right) => Valid(left).Mul(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Scalar left, Tensor right) => Valid(right).Mul(NativeScalar.Of(left));

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(int left, Tensor right) => Valid(right).Mul(left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(long left, Tensor right) => Valid(right).Mul(left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(float left, Tensor right) => Valid(right).Mul(left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(double left, Tensor right) => Valid(right).Mul(left);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, Tensor right) => Valid(left).div(right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, Scalar right) => Valid(left).Div(NativeScalar.Of(right));

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, int right) => Valid(left).Div(right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, long right) => Valid(left).Div(right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, float right) => Valid(left).Div(right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, double right) => Valid(left).Div(right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Scalar left, Tensor right) => Valid(right).Dividing(NativeScalar.Of(left));

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(int left, Tensor right) => Valid(right).Dividing(left);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(long left, Tensor right) => Valid(right).Dividing(left);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(float left, Tensor right) => Valid(right).Dividing(left);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(double left, Tensor right) => Valid(right).Dividing(left);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, Tensor right) => Valid(left).remainder(right);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, Scalar right) => Valid(left).Remainder(NativeScalar.Of(right));

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, int right) => Valid(left).Remainder(right);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, long right) => Valid(left).Remainder(right);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, float right) => Valid(left).Remainder(right);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, double right) => Valid(left).Remainder(right);

        /// <summary>Bitwise and; for booleans, and.</summary>
        public static Tensor operator &(Tensor left, Tensor right) => Valid(left).bitwise_and(right);

        /// <summary>Bitwise or; for booleans, or.</summary>
        public static Tensor operator |(Tensor left, Tensor right) => Valid(left).bitwise_or(right);

        /// <summary>Bitwise exclusive or.</summary>
        public static Tensor operator ^(Tensor left, Tensor right) => Valid(left).bitwise_xor(right);

        /// <summary>Each element with all its bits turned; for booleans, not.</summary>
        public static Tensor operator ~(Tensor left) => Valid(left).bitwise_not();
    }
}
