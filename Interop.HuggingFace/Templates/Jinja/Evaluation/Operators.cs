using System.Numerics;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Operators between values, as Python has them.</summary>
internal static class Operators
{
    // Longer texts and lists than any template needs: what a repetition may not exceed.
    private const int LongestRepetition = 1_000_000;

    /// <summary><c>left operator right</c> for <c>+ - * / // % ~</c>.</summary>
    internal static Value Apply(string name, Value left, Value right) => (name, left, right) switch
    {
        ("~", _, _) => Value.Of(ValueText.Show(left) + ValueText.Show(right)),
        ("+", TextValue a, TextValue b) => Value.Of(a.Value + b.Value),
        ("+", SequenceValue a, SequenceValue b) when a.IsTuple == b.IsTuple => a with { Items = [.. a.Items, .. b.Items] },
        ("*", TextValue a, _) when right.Whole() is { } times => Value.Of(string.Concat(Repeated(a.Value, a.Value.Length, times))),
        ("*", _, TextValue b) when left.Whole() is { } times => Value.Of(string.Concat(Repeated(b.Value, b.Value.Length, times))),
        ("*", SequenceValue a, _) when right.Whole() is { } times =>
            a with { Items = [.. Repeated(a.Items, a.Items.Count, times).SelectMany(items => items)] },
        ("*", _, SequenceValue) when left.Whole() is not null => Apply(name, right, left),
        ("%", TextValue, _) => throw new TemplateFailure("formatting a text with % is not supported; join texts with ~."),
        _ when left.Whole() is { } a && right.Whole() is { } b => Whole(name, a, b),
        _ when left.Number() is { } a && right.Number() is { } b => new RealValue(Real(name, a, b)),
        _ => throw new TemplateFailure($"'{name}' has no meaning between {left.Kind()} and {right.Kind()}.{JoinHint(name, left, right)}"),
    };

    /// <summary><c>-value</c>, or <c>+value</c>.</summary>
    internal static Value Sign(bool isNegative, Value value) => value switch
    {
        _ when value.Whole() is { } whole => Value.Of(isNegative ? -whole : whole),
        RealValue real => isNegative ? new RealValue(-real.Value) : real,
        _ => throw new TemplateFailure($"a sign has no meaning before {value.Kind()}."),
    };

    /// <summary><c>left operator right</c> for <c>== != &lt; &lt;= &gt; &gt;= in, not in</c>.</summary>
    internal static bool Compare(string name, Value left, Value right) => name switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        "<" => Order(name, left, right) < 0,
        "<=" => Order(name, left, right) <= 0,
        ">" => Order(name, left, right) is > 0 and not NotOrdered,
        _ => Order(name, left, right) is >= 0 and not NotOrdered,
    };

    /// <summary>True when two values are the same: numbers by size, others by kind and content.</summary>
    internal static bool AreEqual(Value left, Value right) => (left, right) switch
    {
        (UndefinedValue, UndefinedValue) or (NoneValue, NoneValue) => true,
        (TextValue a, TextValue b) => a.Value == b.Value,
        (SequenceValue a, SequenceValue b) =>
            a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second)),
        (MappingValue a, MappingValue b) =>
            a.Items.Count == b.Items.Count && a.Items.All(m => b.Items.TryGetValue(m.Key, out var other) && AreEqual(m.Value, other)),
        _ when left.Whole() is { } a && right.Whole() is { } b => a == b,
        _ when left.Number() is { } a && right.Number() is { } b => a == b,
        _ => ReferenceEquals(left, right),
    };

    private const int NotOrdered = int.MaxValue;

    private static int Order(string name, Value left, Value right) => (left, right) switch
    {
        (TextValue a, TextValue b) => Math.Sign(CodePointOrder.Instance.Compare(a.Value, b.Value)),
        _ when left.Whole() is { } a && right.Whole() is { } b => a.CompareTo(b),
        _ when left.Number() is { } a && right.Number() is { } b =>
            double.IsNaN(a) || double.IsNaN(b) ? NotOrdered : a.CompareTo(b),
        _ => throw new TemplateFailure($"'{name}' has no meaning between {left.Kind()} and {right.Kind()}."),
    };

    private static bool Contains(Value container, Value item) => container switch
    {
        TextValue text => text.Value.Contains(item.AsText("'in' a text"), StringComparison.Ordinal),
        MappingValue mapping => item is TextValue key && mapping.Items.ContainsKey(key.Value),
        _ => container.AsItems("'in'").Any(other => AreEqual(other, item)),
    };

    private static Value Whole(string name, BigInteger left, BigInteger right) => name switch
    {
        "+" => Value.Of(left + right),
        "-" => Value.Of(left - right),
        "*" => Value.Of(left * right),
        "/" => new RealValue((double)left / (double)NotZero(right)),
        "//" => Value.Of(FloorDivide(left, NotZero(right))),
        _ => Value.Of(left - (FloorDivide(left, NotZero(right)) * right)),
    };

    private static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out var remainder);
        return remainder.IsZero || remainder.Sign == right.Sign ? quotient : quotient - 1;
    }

    private static double Real(string name, double left, double right) => name switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / NotZero(right),
        "//" => Math.Floor(left / NotZero(right)),
        _ => left - (Math.Floor(left / NotZero(right)) * right),
    };

    private static T NotZero<T>(T divisor) where T : INumber<T> =>
        T.IsZero(divisor) ? throw new TemplateFailure("a number is divided by zero.") : divisor;

    private static IEnumerable<T> Repeated<T>(T item, int length, BigInteger times) => times * length <= LongestRepetition
        ? Enumerable.Repeat(item, (int)BigInteger.Clamp(times, 0, LongestRepetition))
        : throw new TemplateFailure($"a repetition would be longer than {LongestRepetition}.");

    private static string JoinHint(string name, Value left, Value right) =>
        name == "+" && (left is TextValue || right is TextValue) ? " Join anything to a text with ~." : "";
}
