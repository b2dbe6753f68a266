using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Levee.CSharp.Mapping;

/// <summary>F#'s own types from and to those of C#.</summary>
internal static class FSharpTypes
{
    internal static FSharpList<T> ToFSharpList<T>(this IEnumerable<T> items) => ListModule.OfSeq(items);

    internal static FSharpMap<TKey, TValue> ToFSharpMap<TKey, TValue>(this IEnumerable<KeyValuePair<TKey, TValue>> pairs)
        where TKey : notnull => new(pairs.Select(pair => Tuple.Create(pair.Key, pair.Value)));

    internal static FSharpOption<T>? ToOption<T>(this T? value)
        where T : class => value is null ? null : FSharpOption<T>.Some(value);

    internal static FSharpOption<T>? ToOption<T>(this T? value)
        where T : struct => value is { } number ? FSharpOption<T>.Some(number) : null;

    internal static T? ToReference<T>(this FSharpOption<T>? option)
        where T : class => option?.Value;

    internal static T? ToNullable<T>(this FSharpOption<T>? option)
        where T : struct => option?.Value;

    internal static FSharpFunc<T, TResult> ToFSharpFunc<T, TResult>(this Func<T, TResult> function) => FuncConvert.FromFunc(function);

    internal static FSharpFunc<T1, FSharpFunc<T2, TResult>> ToFSharpFunc<T1, T2, TResult>(this Func<T1, T2, TResult> function) =>
        FuncConvert.FromFunc(function);

    /// <summary>Each item put through a function, in an array.</summary>
    internal static TResult[] MapAll<T, TResult>(this IEnumerable<T> items, Func<T, TResult> map) => [.. items.Select(map)];

    internal static double[][] ToArrays(this IReadOnlyList<IReadOnlyList<double>> rows) => rows.MapAll(row => row.ToArray());
}
