namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
        public Tensor eq(Tensor other) => Own(Native.levee_eq(Handle, In(other)), this, other);

        /// <summary>Where each element is equal to a number, as booleans.</summary>
        public Tensor eq(Scalar other) => Eq(NativeScalar.Of(other));

        internal Tensor Eq(NativeScalar other) => Own(Native.levee_eq_scalar(Handle, other), this);

        /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
        public Tensor equal(Tensor other) => eq(other);

        /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
        public static Tensor operator ==(Tensor left, Tensor right) => Valid(left).eq(right);

        /// <summary>Where each element is equal to a number, as booleans.</summary>
        public static Tensor operator ==(Tensor left, Scalar right) => Valid(left).eq(right);

        /// <summary>Where a number is equal to each element, as booleans.</summary>
        public static Tensor operator ==(Scalar left, Tensor right) => Valid(right).eq(left);

        /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
        public Tensor ne(Tensor other) => Own(Native.levee_ne(Handle, In(other)), this, other);

        /// <summary>Where each element differs from a number, as booleans.</summary>
        public Tensor ne(Scalar other) => Ne(NativeScalar.Of(other));

        internal Tensor Ne(NativeScalar other) => Own(Native.levee_ne_scalar(Handle, other), this);

        /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
        public Tensor not_equal(Tensor other) => ne(other);

        /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
        public static Tensor operator !=(Tensor left, Tensor right) => Valid(left).ne(right);

        /// <summary>Where each element differs from a number, as booleans.</summary>
        public static Tensor operator !=(Tensor left, Scalar right) => Valid(left).ne(right);

        /// <summary>Where a number differs from each element, as booleans.</summary>
        public static Tensor operator !=(Scalar left, Tensor right) => Valid(right).ne(left);

        /// <summary>Where each element is below the other tensor's, as booleans.</summary>
        public Tensor lt(Tensor other) => Own(Native.levee_lt(Handle, In(other)), this, other);

        /// <summary>Where each element is below a number, as booleans.</summary>
        public Tensor lt(Scalar other) => Lt(NativeScalar.Of(other));

        internal Tensor Lt(NativeScalar other) => Own(Native.levee_lt_scalar(Handle, other), this);

        /// <summary>Where each element is below the other tensor's, as booleans.</summary>
        public Tensor less(Tensor other) => lt(other);

        /// <summary>Where each element is below the other tensor's, as booleans.</summary>
        public static Tensor operator <(Tensor left, Tensor right) => Valid(left).lt(right);

        /// <summary>Where each element is below a number, as booleans.</summary>
        public static Tensor operator <(Tensor left, Scalar right) => Valid(left).lt(right);

        /// <summary>Where a number is below each element, as booleans.</summary>
        public static Tensor operator <(Scalar left, Tensor right) => Valid(right).gt(left);

        /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
        public Tensor le(Tensor other) => Own(Native.levee_le(Handle, In(other)), this, other);

        /// <summary>Where each element is not above a number, as booleans.</summary>
        public Tensor le(Scalar other) => Le(NativeScalar.Of(other));

        internal Tensor Le(NativeScalar other) => Own(Native.levee_le_scalar(Handle, other), this);

        /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
        public Tensor less_equal(Tensor other) => le(other);

        /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
        public static Tensor operator <=(Tensor left, Tensor right) => Valid(left).le(right);

        /// <summary>Where each element is not above a number, as booleans.</summary>
        public static Tensor operator <=(Tensor left, Scalar right) => Valid(left).le(right);

        /// <summary>Where a number is not above each element, as booleans.</summary>
        public static Tensor operator <=(Scalar left, Tensor right) => Valid(right).ge(left);

        /// <summary>Where each element is above the other tensor's, as booleans.</summary>
        public Tensor gt(Tensor other) => Own(Native.levee_gt(Handle, In(other)), this, other);

        /// <summary>Where each element is above a number, as booleans.</summary>
        public Tensor gt(Scalar other) => Gt(NativeScalar.Of(other));

        internal Tensor Gt(NativeScalar other) => Own(Native.levee_gt_scalar(Handle, other), this);

        /// <summary>Where each element is above the other tensor's, as booleans.</summary>
        public Tensor greater(Tensor other) => gt(other);

        /// <summary>Where each element is above the other tensor's, as booleans.</summary>
        public static Tensor operator >(Tensor left, Tensor right) => Valid(left).gt(right);

        /// <summary>Where each element is above a number, as booleans.</summary>
        public static Tensor operator >(Tensor left, Scalar right) => Valid(left).gt(right);

        /// <summary>Where a number is above each element, as booleans.</summary>
        public static Tensor operator >(Scalar left, Tensor right) => Valid(right).lt(left);

        /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
        public Tensor ge(Tensor other) => Own(Native.levee_ge(Handle, In(other)), this, other);

        /// <summary>Where each element is not below a number, as booleans.</summary>
        public Tensor ge(Scalar other) => Ge(NativeScalar.Of(other));

        internal Tensor Ge(NativeScalar other) => Own(Native.levee_ge_scalar(Handle, other), this);

        /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
        public Tensor greater_equal(Tensor other) => ge(other);

        /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
        public static Tensor operator >=(Tensor left, Tensor right) => Valid(left).ge(right);

        /// <summary>Where each element is not below a number, as booleans.</summary>
        public static Tensor operator >=(Tensor left, Scalar right) => Valid(left).ge(right);

        /// <summary>Where a number is not below each element, as booleans.</summary>
        public static Tensor operator >=(Scalar left, Tensor right) => Valid(right).le(left);
    }
}
