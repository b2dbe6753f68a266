using System.Numerics;

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
        ["lower"] = value => IsCased(value, char.IsLower, char.IsUpper),
        ["mapping"] = value => value is MappingValue,
        ["none"] = value => value is NoneValue,
        ["number"] = value => value.Number() is not null,
        ["odd"] = value => !Remainder("odd", value).IsZero,
        ["sequence"] = value => value.Items() is not null,
        ["string"] = value => value is TextValue,
        ["true"] = value => value is BooleanValue { Value: true },
        ["undefined"] = value => value is UndefinedValue,
        ["upper"] = value => IsCased(value, char.IsUpper, char.IsLower),
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

    /// <summary>The tests that there are.</summary>
    internal static IReadOnlyCollection<string> Names { get; } = [.. OfOne.Keys, .. Comparisons.Keys];

    /// <summary><c>value is name(arguments)</c></summary>
    internal static bool Holds(string name, Value value, Arguments arguments)
    {
        if (OfOne.TryGetValue(name, out var holds))
        {
            arguments.Bind(name);
            return holds(value);
        }
        if (!Comparisons.TryGetValue(name, out var comparison))
        {
            throw new TemplateFailure($"the test {name} is not supported, only {string.Join(", ", Names)}.");
        }
        return arguments.Bind(name, "other") is [{ } other]
            ? Operators.Compare(comparison, value, other)
            : throw new TemplateFailure($"the test {name} needs a value to compare with.");
    }

    private static BigInteger Remainder(string name, Value value) => value.Whole() is { } whole
        ? whole % 2
        : throw new TemplateFailure($"the test {name} needs a whole number, not {value.Kind()}.");

    private static bool IsCased(Value value, Func<char, bool> wanted, Func<char, bool> other)
    {
        var text = ValueText.Show(value);
        return text.Any(wanted) && !text.Any(other);
    }
}
