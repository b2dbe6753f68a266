using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>Turns a native failure into an exception with libtorch's message, without its C++ backtrace.</summary>
internal static class NativeError
{
    /// <summary>Passes a handle through; throws where it is null.</summary>
    internal static nint Check(nint handle) => handle != 0 ? handle : throw Last();

    /// <summary>Throws where a native status is negative.</summary>
    internal static int Check(int status) => status >= 0 ? status : throw Last();

    internal static ExternalException Last() =>
        new(Marshal.PtrToStringUTF8(Native.levee_last_error()) is { Length: > 0 } message ? message : "libtorch failed without a message.");
}
