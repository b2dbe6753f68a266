using System.Globalization;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Values as Python writes them.</summary>
internal static class ValueText
{
    /// <summary><c>str(value)</c>; nothing for what is undefined.</summary>
    internal static string Show(Value value) => value switch
    {
        UndefinedValue => "",
        TextValue text => text.Value,
        _ => Repr(value),
    };

    private static string Repr(Value value) => value switch
    {
        UndefinedValue => "Undefined",
        NoneValue => "None",
        BooleanValue boolean => boolean.Value ? "True" : "False",
        IntegerValue integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        RealValue real => PythonText.Repr(real.Value),
        TextValue text => PythonText.Repr(text.Value),
        SequenceValue { IsTuple: true, Items: [var only] } => $"({Repr(only)},)",
        SequenceValue { IsTuple: true } tuple => $"({Joined(tuple.Items.Select(Repr))})",
        SequenceValue list => $"[{Joined(list.Items.Select(Repr))}]",
        MappingValue mapping => $"{{{Joined(mapping.Items.Select(item => $"{PythonText.Repr(item.Key)}: {Repr(item.Value)}"))}}}",
        _ => throw new TemplateFailure($"{value.Kind()} cannot be written; call it, or write one of its members."),
    };

    private static string Joined(IEnumerable<string> parts) => string.Join(", ", parts);
}
