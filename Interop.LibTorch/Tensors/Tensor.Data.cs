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

        /// <summary>Number of elements.</summary>
        public long NumberOfElements => Alive(Native.levee_numel(Handle));

        /// <summary>Element type.</summary>
        public ScalarType dtype => (ScalarType)Alive(Native.levee_dtype(Handle));

        /// <summary>Kind of device that holds the tensor.</summary>
        public DeviceType device_type => (DeviceType)Alive(Native.levee_device_type(Handle));

        /// <summary>Device that holds the tensor.</summary>
        public Device device => device_type == DeviceType.CPU ? CPU : new Device(device_type, (int)Alive(Native.levee_device_index(Handle)));

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
                return new Span<byte>((void*)DataPointer(), checked((int)(NumberOfElements * element_size())));
            }
        }

        /// <summary>Number of dimensions.</summary>
        public long dim() => Alive(Native.levee_dim(Handle));

        /// <summary>Number of elements.</summary>
        public long numel() => NumberOfElements;

        /// <summary>Bytes an element.</summary>
        public long element_size() => SizeOf(dtype);

        /// <summary>Elements between two neighbours along each dimension.</summary>
        internal long[] stride()
        {
            var strides = new long[Native.levee_dim(Handle)];
            fixed (long* first = strides)
            {
                Native.levee_strides(Handle, first);
            }

            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>True when the elements lie in row-major order without gaps.</summary>
        internal bool is_contiguous() => Alive(Native.levee_is_contiguous(Handle)) != 0;

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

        /// <summary>True when both are tensors of one shape with equal elements (NaN equals nothing, unless both are one object).</summary>
        public override bool Equals(object? obj)
        {
            if (obj is not Tensor target || ReferenceEquals(this, target))
            {
                return obj is Tensor;
            }

            var result = NativeError.Check(Native.levee_equal(Handle, target.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(target);
            return result != 0;
        }

        /// <inheritdoc/>
        public override int GetHashCode() => base.GetHashCode();

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
            return $"[{string.Join(", ", flat.data<double>().ToArray().Select(value => value.ToString("g6", CultureInfo.InvariantCulture)))}]";
        }
    }
}
