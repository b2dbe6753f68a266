using System.Numerics;
using Levee.PythonText;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Jinja's tests: what may stand behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<Value, bool>> OfOne = new(StringComparer.Ordinal)
    {
        ["boolean"] = value => value is BooleanValue,
        ["callable"] = value => value is FunctionValue,
        ["defined"] = value => value is not UndefinedValue,
        ["even"] = value => Remainder("even", value).IsZero,
        ["false"] = value => value is BooleanValue { Value: false },
        ["float"] = value => value is RealValue,
        ["integer"] = value => value is IntegerValue,
        ["iterable"] = value => value.Items() is not null,
        ["lower"] = value => PythonString.IsLower(ValueText.Show(value)),
        ["mapping"] = value => value is MappingValue,
        ["none"] = value => value is NoneValue,
        ["number"] = value => value.Number() is not null,
        ["odd"] = value => !Remainder("odd", value).IsZero,
        ["sequence"] = value => value.Items() is not null,
        ["string"] = value => value is TextValue,
        ["true"] = value => value is BooleanValue { Value: true },
        ["undefined"] = value => value is UndefinedValue,
        ["upper"] = value => PythonString.IsUpper(ValueText.Show(value)),
    };

    private static readonly Dictionary<string, string> Comparisons = new(StringComparer.Ordinal)
    {
        ["eq"] = "==",
        ["equalto"] = "==",
        ["ge"] = ">=",
        ["greaterthan"] = ">",
        ["gt"] = ">",
        ["in"] = "in",
        ["le"] = "<=",
        ["lessthan"] = "<",
        ["lt"] = "<",
        ["ne"] = "!=",
        ["=="] = "==",
        ["!="] = "!=",
        ["<"] = "<",
        ["<="] = "<=",
        [">"] = ">",
        [">="] = ">=",
    };

    /// <summary><c>value is name(arguments)</c>. A test that there is not fails here: templates name some where they are not reached.</summary>
    internal static bool Holds(string name, Value value, Arguments arguments)
    {
        if (OfOne.TryGetValue(name, out var holds))
        {
            arguments.Bind(name);
            return holds(value);
        }
        if (!Comparisons.TryGetValue(name, out var comparison))
        {
            var names = OfOne.Keys.Concat(Comparisons.Keys).Order(StringComparer.Ordinal);
            throw new TemplateFailure($"the test {name} is not supported, only {string.Join(", ", names)}.");
        }
        return arguments.Bind(name, "other") is [{ } other]
            ? Operators.Compare(comparison, value, other)
            : throw new TemplateFailure($"the test {name} needs a value to compare with.");
    }

    private static BigInteger Remainder(string name, Value value) => value.Whole() is { } whole
        ? whole % 2
        : throw new TemplateFailure($"the test {name} needs a whole number, not {value.Kind()}.");
}
