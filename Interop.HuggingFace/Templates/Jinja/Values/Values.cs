using System.Numerics;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>A value that a template computes with: Python's where Jinja has it.</summary>
internal abstract record Value
{
    internal static readonly Value None = new NoneValue();
    internal static readonly Value True = new BooleanValue(true);
    internal static readonly Value False = new BooleanValue(false);

    internal static Value Of(bool value) => value ? True : False;

    internal static Value Of(BigInteger value) => new IntegerValue(value);

    internal static Value Of(string value) => new TextValue(value);

    internal static Value List(IEnumerable<Value> items) => new SequenceValue([.. items], IsTuple: false);

    internal static Value Tuple(params Value[] items) => new SequenceValue(items, IsTuple: true);
}

/// <summary>The value of a name that has none; <paramref name="Description"/> says what is missing.</summary>
internal sealed record UndefinedValue(string Description) : Value;

/// <summary>Python's None, JSON's null.</summary>
internal sealed record NoneValue : Value;

/// <summary>True or false.</summary>
internal sealed record BooleanValue(bool Value) : Value;

/// <summary>A whole number of any size.</summary>
internal sealed record IntegerValue(BigInteger Value) : Value;

/// <summary>A number in double precision.</summary>
internal sealed record RealValue(double Value) : Value;

/// <summary>A text.</summary>
internal sealed record TextValue(string Value) : Value;

/// <summary>A list or a tuple.</summary>
internal sealed record SequenceValue(IReadOnlyList<Value> Items, bool IsTuple) : Value;

/// <summary>Values by name, in the order in which they were given.</summary>
internal sealed record MappingValue(IReadOnlyDictionary<string, Value> Items) : Value;

/// <summary>Jinja's <c>namespace()</c>: the one value that a template can change.</summary>
internal sealed record NamespaceValue(Dictionary<string, Value> Members) : Value;

/// <summary>A function, method or macro.</summary>
internal sealed record FunctionValue(string Name, Func<Arguments, Value> Invoke) : Value;

/// <summary>The variable <c>loop</c> inside a loop.</summary>
internal sealed record LoopValue(IReadOnlyList<Value> Items, int Index) : Value;
