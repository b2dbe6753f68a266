using System.Globalization;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public sealed unsafe partial class Tensor
    {
        /// <summary>Sizes of the dimensions; empty for a single number.</summary>
        public long[] shape
        {
            get
            {
                var sizes = new long[Native.levee_dim(Handle)];
                fixed (long* first = sizes)
                {
                    Native.levee_sizes(Handle, first);
                }

                GC.KeepAlive(this);
                return sizes;
            }
        }

        /// <summary>Number of dimensions.</summary>
        public long ndim => Alive(Native.levee_dim(Handle));

        /// <summary>Number of dimensions.</summary>
        public long Dimensions => ndim;

        /// <summary>Number of elements.</summary>
        public long NumberOfElements => Alive(Native.levee_numel(Handle));

        /// <summary>Bytes an element.</summary>
        public long ElementSize => SizeOf(dtype);

        /// <summary>Element type.</summary>
        public ScalarType dtype => (ScalarType)Alive(Native.levee_dtype(Handle));

        /// <summary>Kind of device that holds the tensor.</summary>
        public DeviceType device_type => (DeviceType)Alive(Native.levee_device_type(Handle));

        /// <summary>Number of the device that holds the tensor; -1 on the CPU.</summary>
        public int device_index => (int)Alive(Native.levee_device_index(Handle));

        /// <summary>Device that holds the tensor.</summary>
        public Device device => device_type == DeviceType.CPU ? CPU : new Device(device_type, device_index);

        /// <summary>
        /// The elements as raw bytes of main memory, in row-major order, to read or write. Valid while the tensor lives.
        /// </summary>
        /// <exception cref="InvalidOperationException">The tensor is not contiguous or not on the CPU.</exception>
        public Span<byte> bytes
        {
            get
            {
                if (!is_contiguous())
                {
                    throw new InvalidOperationException("Only a contiguous tensor has its bytes in one piece; call contiguous() first.");
                }

                RequireCpu();
                return new Span<byte>((void*)DataPointer(), checked((int)(NumberOfElements * ElementSize)));
            }

            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                {
                    throw new ArgumentException($"The tensor holds {target.Length} bytes, not {value.Length}.", nameof(value));
                }

                value.CopyTo(target);
            }
        }

        /// <summary>Number of dimensions.</summary>
        public long dim() => ndim;

        /// <summary>Number of elements.</summary>
        public long numel() => NumberOfElements;

        /// <summary>Bytes an element.</summary>
        public long element_size() => ElementSize;

        /// <summary>Sizes of the dimensions.</summary>
        public long[] size() => shape;

        /// <summary>Size of one dimension; -1 is the last.</summary>
        public long size(int dim)
        {
            long size;
            NativeError.Check(Native.levee_size(Handle, dim, &size));
            GC.KeepAlive(this);
            return size;
        }

        /// <summary>Elements between two neighbours along each dimension.</summary>
        public long[] stride()
        {
            var strides = new long[Native.levee_dim(Handle)];
            fixed (long* first = strides)
            {
                Native.levee_strides(Handle, first);
            }

            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>Whether the elements lie in row-major order without gaps.</summary>
        public bool is_contiguous() => Alive(Native.levee_is_contiguous(Handle)) != 0;

        /// <summary>Whether the elements are floating point numbers.</summary>
        public bool is_floating_point() => torch.is_floating_point(dtype);

        /// <summary>Whether the elements are integers.</summary>
        public bool is_integral() => torch.is_integral(dtype);

        /// <summary>
        /// The elements as .NET values. The type must be the element type's own: no conversion happens. A tensor on another device is
        /// copied.
        /// </summary>
        /// <exception cref="ArgumentException">The type does not fit.</exception>
        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            if (DotNetType(dtype) != typeof(T))
            {
                throw new ArgumentException($"A tensor of {dtype} is not read as {typeof(T).Name}; convert it with to(...) first.");
            }

            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The only element.</summary>
        /// <exception cref="ArgumentException">There is not exactly one element, or the type does not fit.</exception>
        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException($"item() reads a tensor of one element, not of shape [{string.Join(", ", shape)}].");
            }

            return data<T>()[0];
        }

        /// <summary>Whether both have one shape and equal elements (NaN equals nothing).</summary>
        public bool Equals(Tensor? target)
        {
            if (target is null)
            {
                return false;
            }

            var result = NativeError.Check(Native.levee_equal(Handle, target.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(target);
            return result != 0;
        }

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Tensor tensor && (ReferenceEquals(this, tensor) || Equals(tensor));

        /// <inheritdoc/>
        public override int GetHashCode() => base.GetHashCode();

        /// <summary>Whether all elements are close: |this - target| is at most atol + rtol * |target|.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            var result = NativeError.Check(Native.levee_allclose(Handle, In(target), rtol, atol, Flag(equal_nan)));
            GC.KeepAlive(this);
            GC.KeepAlive(target);
            return result != 0;
        }

        /// <summary>The only element with its type.</summary>
        public Scalar ToScalar()
        {
            if (is_floating_point())
            {
                return ReadDouble();
            }

            return dtype == ScalarType.Bool ? ReadInt64() != 0 : ReadInt64();
        }

        /// <summary>Shape, type and device; the elements, too, where they are few.</summary>
        public override string ToString()
        {
            if (IsInvalid)
            {
                return "[disposed]";
            }

            var header = $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
            return NumberOfElements > FewElements || device_type == DeviceType.META ? header : $"{header}, values = {Values()}";
        }

        internal nint DataPointer() => Native.levee_data(Handle);

        internal void RequireCpu()
        {
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException($"The tensor is on {device}; copy it to main memory with cpu() first.");
            }
        }

        internal double ReadDouble()
        {
            double value;
            NativeError.Check(Native.levee_item_double(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        internal long ReadInt64()
        {
            long value;
            NativeError.Check(Native.levee_item_int64(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        private const int FewElements = 64;

        private long Alive(long value)
        {
            GC.KeepAlive(this);
            return value;
        }

        private string Values()
        {
            using var mode = no_grad();
            using var doubles = to(ScalarType.Float64, CPU);
            using var flat = doubles.reshape(-1);
            return $"[{string.Join(", ", flat.data<double>().Select(value => value.ToString("g6", CultureInfo.InvariantCulture)))}]";
        }
    }

    /// <summary>Whether all elements are close: |tensor - target| is at most atol + rtol * |target|.</summary>
    public static bool allclose(Tensor tensor, Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
        Tensor.Valid(tensor).allclose(target, rtol, atol, equal_nan);

    /// <summary>Whether the elements are floating point numbers.</summary>
    public static bool is_floating_point(Tensor input) => Tensor.Valid(input).is_floating_point();
}
