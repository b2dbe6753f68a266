using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Each element with its sign turned.</summary>
        public static Tensor operator -(Tensor tensor) => Call("neg", tensor);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, Tensor right) => Call("add.Tensor", left, right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, Scalar right) => Call("add.Scalar", left, right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, int right) => Call("add.Scalar", left, right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, long right) => Call("add.Scalar", left, right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, float right) => Call("add.Scalar", left, right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Tensor left, double right) => Call("add.Scalar", left, right);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(Scalar left, Tensor right) => Call("add.Scalar", right, left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(int left, Tensor right) => Call("add.Scalar", right, left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(long left, Tensor right) => Call("add.Scalar", right, left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(float left, Tensor right) => Call("add.Scalar", right, left);

        /// <summary>Sum, element by element.</summary>
        public static Tensor operator +(double left, Tensor right) => Call("add.Scalar", right, left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, Tensor right) => Call("sub.Tensor", left, right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, Scalar right) => Call("sub.Scalar", left, right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, int right) => Call("sub.Scalar", left, right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, long right) => Call("sub.Scalar", left, right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, float right) => Call("sub.Scalar", left, right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Tensor left, double right) => Call("sub.Scalar", left, right);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(Scalar left, Tensor right) => Call("rsub.Scalar", right, left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(int left, Tensor right) => Call("rsub.Scalar", right, left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(long left, Tensor right) => Call("rsub.Scalar", right, left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(float left, Tensor right) => Call("rsub.Scalar", right, left);

        /// <summary>Difference, element by element.</summary>
        public static Tensor operator -(double left, Tensor right) => Call("rsub.Scalar", right, left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, Tensor right) => Call("mul.Tensor", left, right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, Scalar right) => Call("mul.Scalar", left, right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, int right) => Call("mul.Scalar", left, right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, long right) => Call("mul.Scalar", left, right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, float right) => Call("mul.Scalar", left, right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, double right) => Call("mul.Scalar", left, right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Scalar left, Tensor right) => Call("mul.Scalar", right, left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(int left, Tensor right) => Call("mul.Scalar", right, left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(long left, Tensor right) => Call("mul.Scalar", right, left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(float left, Tensor right) => Call("mul.Scalar", right, left);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(double left, Tensor right) => Call("mul.Scalar", right, left);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, Tensor right) => Call("div.Tensor", left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, Scalar right) => Call("div.Scalar", left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, int right) => Call("div.Scalar", left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, long right) => Call("div.Scalar", left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, float right) => Call("div.Scalar", left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Tensor left, double right) => Call("div.Scalar", left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(Scalar left, Tensor right) => Quotient(left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(int left, Tensor right) => Quotient(left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(long left, Tensor right) => Quotient(left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(float left, Tensor right) => Quotient(left, right);

        /// <summary>Quotient, element by element; integers give floating point numbers.</summary>
        public static Tensor operator /(double left, Tensor right) => Quotient(left, right);

        private static Tensor Quotient(Argument dividend, Tensor divisor)
        {
            var inverse = Call("reciprocal", divisor);
            if (dividend.IsOne)
            {
                return inverse;
            }

            using (inverse)
            {
                return Call("mul.Scalar", inverse, dividend);
            }
        }
    }
}
