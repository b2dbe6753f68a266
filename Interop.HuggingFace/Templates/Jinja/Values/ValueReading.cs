using System.Numerics;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Values taken as something else: as a truth, a number, a text, a list.</summary>
internal static class ValueReading
{
    /// <summary>The kind of a value, for errors.</summary>
    internal static string Kind(this Value value) => value switch
    {
        UndefinedValue undefined => undefined.Description,
        NoneValue => "none",
        BooleanValue => "a boolean",
        IntegerValue => "a whole number",
        RealValue => "a number",
        TextValue => "a text",
        SequenceValue { IsTuple: true } => "a tuple",
        SequenceValue => "a list",
        MappingValue => "a mapping",
        NamespaceValue => "a namespace",
        LoopValue => "the variable loop",
        FunctionValue function => $"the function {function.Name}",
        _ => throw new NotSupportedException($"{value.GetType()}"),
    };

    /// <summary>True when Python takes the value as true.</summary>
    internal static bool IsTrue(this Value value) => value switch
    {
        UndefinedValue or NoneValue => false,
        BooleanValue boolean => boolean.Value,
        IntegerValue integer => !integer.Value.IsZero,
        RealValue real => real.Value != 0,
        TextValue text => text.Value.Length > 0,
        SequenceValue sequence => sequence.Items.Count > 0,
        MappingValue mapping => mapping.Items.Count > 0,
        _ => true,
    };

    /// <summary>A whole number or a boolean as a whole number; null for others.</summary>
    internal static BigInteger? Whole(this Value value) => value switch
    {
        IntegerValue integer => integer.Value,
        BooleanValue boolean => boolean.Value ? 1 : 0,
        _ => null,
    };

    /// <summary>Any number or boolean in double precision; null for others.</summary>
    internal static double? Number(this Value value) => value is RealValue real ? real.Value : (double?)value.Whole();

    /// <summary>The text; an error, which begins with <paramref name="what"/>, for another value.</summary>
    internal static string AsText(this Value value, string what) =>
        value is TextValue text ? text.Value : throw new TemplateFailure($"{what} needs a text, not {value.Kind()}.");

    /// <summary>A whole number that counts something; an error, which begins with <paramref name="what"/>, for another value.</summary>
    internal static int AsCount(this Value value, string what) => value.Whole() switch
    {
        null => throw new TemplateFailure($"{what} needs a whole number, not {value.Kind()}."),
        { } whole => (int)BigInteger.Clamp(whole, int.MinValue, int.MaxValue),
    };

    /// <summary>The items that a loop over the value sees, as in Python; null where it cannot be looped over.</summary>
    internal static IReadOnlyList<Value>? Items(this Value value) => value switch
    {
        UndefinedValue => [],
        TextValue text => [.. PythonText.Characters(text.Value).Select(Value.Of)],
        SequenceValue sequence => sequence.Items,
        MappingValue mapping => [.. mapping.Items.Keys.Select(Value.Of)],
        _ => null,
    };

    /// <summary>The <see cref="Items"/> of a value that must have some: otherwise an error, which begins with <paramref name="what"/>.</summary>
    internal static IReadOnlyList<Value> AsItems(this Value value, string what) =>
        value.Items() ?? throw new TemplateFailure($"{what} needs a list, a mapping or a text, not {value.Kind()}.");

    /// <summary>The pairs of a mapping, each a tuple.</summary>
    internal static Value Pairs(this MappingValue mapping) =>
        Value.List(mapping.Items.Select(item => Value.Tuple(Value.Of(item.Key), item.Value)));
}
