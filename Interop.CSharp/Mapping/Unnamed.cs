namespace Levee.CSharp.Mapping;

/// <summary>Enumerations that hold a number without a name.</summary>
internal static class Unnamed
{
    internal static ArgumentOutOfRangeException Refuse<T>(T value)
        where T : struct, Enum =>
        new(typeof(T).Name, value, $"{typeof(T).Name} has no such value: give one of {string.Join(", ", Enum.GetNames<T>())}.");
}
