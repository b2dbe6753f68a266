namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
        public Tensor eq(Tensor target) => Own(Native.levee_eq(Handle, In(target)), this, target);

        /// <summary>Where each element is equal to a number, as booleans.</summary>
        public Tensor eq(Scalar target) => Eq(NativeScalar.Of(target));

        internal Tensor Eq(NativeScalar other) => Own(Native.levee_eq_scalar(Handle, other), this);

        /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
        public static Tensor operator ==(Tensor left, Tensor right) => Valid(left).eq(right);

        /// <summary>Where each element is equal to a number, as booleans.</summary>
        public static Tensor operator ==(Tensor left, Scalar right) => Valid(left).eq(right);

        /// <summary>Where a number is equal to each element, as booleans.</summary>
        public static Tensor operator ==(Scalar left, Tensor right) => Valid(right).eq(left);

        /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
        public Tensor ne(Tensor target) => Own(Native.levee_ne(Handle, In(target)), this, target);

        /// <summary>Where each element differs from a number, as booleans.</summary>
        public Tensor ne(Scalar target) => Ne(NativeScalar.Of(target));

        internal Tensor Ne(NativeScalar other) => Own(Native.levee_ne_scalar(Handle, other), this);

        /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
        public Tensor not_equal(Tensor target) => ne(target);

        /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
        public static Tensor operator !=(Tensor left, Tensor right) => Valid(left).ne(right);

        /// <summary>Where each element differs from a number, as booleans.</summary>
        public static Tensor operator !=(Tensor left, Scalar right) => Valid(left).ne(right);

        /// <summary>Where a number differs from each element, as booleans.</summary>
        public static Tensor operator !=(Scalar left, Tensor right) => Valid(right).ne(left);

        /// <summary>Where each element is below the other tensor's, as booleans.</summary>
        public Tensor lt(Tensor target) => Own(Native.levee_lt(Handle, In(target)), this, target);

        /// <summary>Where each element is below a number, as booleans.</summary>
        public Tensor lt(Scalar target) => Lt(NativeScalar.Of(target));

        internal Tensor Lt(NativeScalar other) => Own(Native.levee_lt_scalar(Handle, other), this);

        /// <summary>Where each element is below the other tensor's, as booleans.</summary>
        public Tensor less(Tensor target) => lt(target);

        /// <summary>Where each element is below the other tensor's, as booleans.</summary>
        public static Tensor operator <(Tensor left, Tensor right) => Valid(left).lt(right);

        /// <summary>Where each element is below a number, as booleans.</summary>
        public static Tensor operator <(Tensor left, Scalar right) => Valid(left).lt(right);

        /// <summary>Where a number is below each element, as booleans.</summary>
        public static Tensor operator <(Scalar left, Tensor right) => Valid(right).gt(left);

        /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
        public Tensor le(Tensor target) => Own(Native.levee_le(Handle, In(target)), this, target);

        /// <summary>Where each element is not above a number, as booleans.</summary>
        public Tensor le(Scalar target) => Le(NativeScalar.Of(target));

        internal Tensor Le(NativeScalar other) => Own(Native.levee_le_scalar(Handle, other), this);

        /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
        public Tensor less_equal(Tensor target) => le(target);

        /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
        public static Tensor operator <=(Tensor left, Tensor right) => Valid(left).le(right);

        /// <summary>Where each element is not above a number, as booleans.</summary>
        public static Tensor operator <=(Tensor left, Scalar right) => Valid(left).le(right);

        /// <summary>Where a number is not above each element, as booleans.</summary>
        public static Tensor operator <=(Scalar left, Tensor right) => Valid(right).ge(left);

        /// <summary>Where each element is above the other tensor's, as booleans.</summary>
        public Tensor gt(Tensor target) => Own(Native.levee_gt(Handle, In(target)), this, target);

        /// <summary>Where each element is above a number, as booleans.</summary>
        public Tensor gt(Scalar target) => Gt(NativeScalar.Of(target));

        internal Tensor Gt(NativeScalar other) => Own(Native.levee_gt_scalar(Handle, other), this);

        /// <summary>Where each element is above the other tensor's, as booleans.</summary>
        public Tensor greater(Tensor target) => gt(target);

        /// <summary>Where each element is above the other tensor's, as booleans.</summary>
        public static Tensor operator >(Tensor left, Tensor right) => Valid(left).gt(right);

        /// <summary>Where each element is above a number, as booleans.</summary>
        public static Tensor operator >(Tensor left, Scalar right) => Valid(left).gt(right);

        /// <summary>Where a number is above each element, as booleans.</summary>
        public static Tensor operator >(Scalar left, Tensor right) => Valid(right).lt(left);

        /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
        public Tensor ge(Tensor target) => Own(Native.levee_ge(Handle, In(target)), this, target);

        /// <summary>Where each element is not below a number, as booleans.</summary>
        public Tensor ge(Scalar target) => Ge(NativeScalar.Of(target));

        internal Tensor Ge(NativeScalar other) => Own(Native.levee_ge_scalar(Handle, other), this);

        /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
        public Tensor greater_equal(Tensor target) => ge(target);

        /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
        public static Tensor operator >=(Tensor left, Tensor right) => Valid(left).ge(right);

        /// <summary>Where each element is not below a number, as booleans.</summary>
        public static Tensor operator >=(Tensor left, Scalar right) => Valid(left).ge(right);

        /// <summary>Where a number is not below each element, as booleans.</summary>
        public static Tensor operator >=(Scalar left, Tensor right) => Valid(right).le(left);
    }
}
