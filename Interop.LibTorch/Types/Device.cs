namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// The place where a tensor lives: a kind of device and, for a GPU, its number (-1: the current one). Devices compare by reference.
    /// </summary>
    public sealed class Device
    {
        /// <summary>A device from its description, <c>type</c> or <c>type:index</c>, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
        /// <exception cref="ArgumentException">The description names no device.</exception>
        internal Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var parts = description.Split(':');
            if (parts.Length > 2 || !Enum.TryParse<DeviceType>(parts[0], ignoreCase: true, out var kind) || char.IsDigit(parts[0][0]))
            {
                throw new ArgumentException($"'{description}' is no device; write for example cpu, cuda or cuda:0.", nameof(description));
            }

            if (parts.Length == 2 && (!int.TryParse(parts[1], out var number) || number < 0))
            {
                throw new ArgumentException($"'{description}': the device's number must be 0 or more.", nameof(description));
            }

            type = kind;
            index = parts.Length == 2 ? int.Parse(parts[1]) : -1;
        }

        /// <summary>A device from its kind and number.</summary>
        internal Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        /// <summary>Kind of device.</summary>
        public DeviceType type { get; }

        /// <summary>Number of the device; -1 for the current one of its kind.</summary>
        internal int index { get; }

        /// <summary>The description that the constructor reads.</summary>
        public override string ToString() =>
            type == DeviceType.CPU || index < 0 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";
    }

    /// <summary>Main memory.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>A device from its description, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public static Device device(string description) => new(description);

    /// <summary>NVIDIA GPUs.</summary>
    public static partial class cuda
    {
        /// <summary>Number of GPUs that libtorch sees.</summary>
        public static int device_count() => Native.levee_cuda_device_count();
    }

    /// <summary>True when this libtorch was built for CUDA and sees a GPU.</summary>
    public static bool cuda_is_available() => Native.levee_cuda_is_available() != 0;
}
