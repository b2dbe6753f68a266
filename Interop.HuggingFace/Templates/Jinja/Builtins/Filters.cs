using System.Globalization;
using System.Numerics;
using System.Text;
using Levee.PythonText;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Jinja's filters, and transformers' <c>tojson</c>.</summary>
internal static class Filters
{
    private delegate Value Filter(Value value, Arguments arguments);

    private static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["capitalize"] = OfText("capitalize", PythonString.Capitalize),
        ["count"] = Length,
        ["d"] = Default,
        ["default"] = Default,
        ["first"] = (value, arguments) => Only("first", arguments, End(value.AsItems("first").FirstOrDefault(), "first")),
        ["float"] = Float,
        ["int"] = Int,
        ["items"] = Items,
        ["join"] = Join,
        ["last"] = (value, arguments) => Only("last", arguments, End(value.AsItems("last").LastOrDefault(), "last")),
        ["length"] = Length,
        ["list"] = (value, arguments) => Only("list", arguments, Value.List(value.AsItems("list"))),
        ["lower"] = OfText("lower", PythonString.Lower),
        ["map"] = Map,
        ["reject"] = (value, arguments) => Where("reject", value, arguments, isKept: false),
        ["rejectattr"] = (value, arguments) => WhereAttribute("rejectattr", value, arguments, isKept: false),
        ["replace"] = Replace,
        ["reverse"] = Reverse,
        ["safe"] = OfText("safe", text => text),
        ["select"] = (value, arguments) => Where("select", value, arguments, isKept: true),
        ["selectattr"] = (value, arguments) => WhereAttribute("selectattr", value, arguments, isKept: true),
        ["string"] = OfText("string", text => text),
        ["title"] = OfText("title", Title),
        ["tojson"] = ToJson,
        ["trim"] = (value, arguments) =>
            Value.Of(TextMethods.Strip(ValueText.Show(value), arguments.Bind("trim", "chars")[0], atStart: true, atEnd: true)),
        ["upper"] = OfText("upper", PythonString.Upper),
    };

    /// <summary><c>value | name(arguments)</c>. A filter that there is not fails here: templates name some where they are not reached.</summary>
    internal static Value Apply(string name, Value value, Arguments arguments) => All.TryGetValue(name, out var filter)
        ? filter(value, arguments)
        : throw new TemplateFailure($"the filter {name} is not supported, only {string.Join(", ", All.Keys.Order(StringComparer.Ordinal))}.");

    private static Filter OfText(string name, Func<string, string> change) =>
        (value, arguments) => Only(name, arguments, Value.Of(change(ValueText.Show(value))));

    private static Value Only(string name, Arguments arguments, Value result)
    {
        arguments.Bind(name);
        return result;
    }

    private static Value End(Value? item, string which) => item ?? new UndefinedValue($"there is no {which} item");

    private static Value Length(Value value, Arguments arguments) => Only("length", arguments, Value.Of(value switch
    {
        TextValue text => PythonText.Length(text.Value),
        _ => value.AsItems("length").Count,
    }));

    private static Value Default(Value value, Arguments arguments)
    {
        var bound = arguments.Bind("default", "default_value", "boolean");
        var isReplaced = value is UndefinedValue || (bound[1]?.IsTrue() == true && !value.IsTrue());
        return isReplaced ? bound[0] ?? Value.Of("") : value;
    }

    private static Value Items(Value value, Arguments arguments) => Only("items", arguments, value switch
    {
        UndefinedValue => Value.List([]),
        MappingValue mapping => mapping.Pairs(),
        _ => throw new TemplateFailure($"items needs a mapping, not {value.Kind()}."),
    });

    private static Value Join(Value value, Arguments arguments)
    {
        var bound = arguments.Bind("join", "d", "attribute");
        var items = value.AsItems("join").Select(item => bound[1] is { } path ? Member(item, path) : item);
        return Value.Of(string.Join(bound[0] is { } separator ? ValueText.Show(separator) : "", items.Select(ValueText.Show)));
    }

    // Both the old and the new part may be any value, which stands for its text.
    private static Value Replace(Value value, Arguments arguments)
    {
        var bound = arguments.Bind("replace", "old", "new", "count");
        Value?[] texts = [.. bound[..2].Select(part => part is null ? null : Value.Of(ValueText.Show(part))), bound[2]];
        return Value.Of(TextMethods.Replace(ValueText.Show(value), texts));
    }

    private static Value Reverse(Value value, Arguments arguments) => Only("reverse", arguments, value switch
    {
        TextValue text => Value.Of(string.Concat(PythonText.Characters(text.Value).Reverse())),
        _ => Value.List(value.AsItems("reverse").Reverse()),
    });

    private static Value Map(Value value, Arguments arguments)
    {
        var items = Given("map", value);
        if (arguments.Positional.Count == 0)
        {
            var bound = new Arguments([], arguments.Named).Bind("map", "attribute", "default");
            var path = bound[0] ?? throw new TemplateFailure("map needs a filter's name, or attribute=.");
            return Value.List([.. items.Select(item => Member(item, path, bound[1]))]);
        }
        var (filter, rest) = arguments.Split("map");
        return Value.List([.. items.Select(item => Apply(filter, item, rest))]);
    }

    // Jinja takes none, false and 0 as no items here.
    private static IReadOnlyList<Value> Given(string name, Value value) => value.IsTrue() ? value.AsItems(name) : [];

    private static Value Where(string name, Value value, Arguments arguments, bool isKept)
    {
        var items = Given(name, value);
        return Value.List([.. items.Where(item => Holds(name, item, arguments) == isKept)]);
    }

    private static Value WhereAttribute(string name, Value value, Arguments arguments, bool isKept)
    {
        if (arguments.Positional.Count == 0)
        {
            throw new TemplateFailure($"{name} needs an attribute's name.");
        }
        var rest = arguments with { Positional = [.. arguments.Positional.Skip(1)] };
        return Value.List([.. Given(name, value).Where(item => Holds(name, Member(item, arguments.Positional[0]), rest) == isKept)]);
    }

    // The test that the first argument names, with the others as its own; without one, whether the value is true.
    private static bool Holds(string name, Value value, Arguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            return value.IsTrue();
        }
        var (test, rest) = arguments.Split(name);
        return Tests.Holds(test, value, rest);
    }

    // A member by a path such as function.name, or by an index; the default stands in at each step.
    private static Value Member(Value value, Value path, Value? otherwise = null)
    {
        Value[] steps = path is TextValue text ? [.. text.Value.Split('.').Select(Step)] : [path];
        return steps.Aggregate(value, (at, step) => Access.Item(at, step) is var member && member is UndefinedValue
            ? otherwise ?? member
            : member);
    }

    private static Value Step(string step) =>
        BigInteger.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? Value.Of(index) : Value.Of(step);

    private static Value ToJson(Value value, Arguments arguments)
    {
        var bound = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = bound[1] switch
        {
            null or NoneValue => null,
            TextValue text => text.Value,
            { } count => new string(' ', Math.Max(0, count.AsCount("indent"))),
        };
        var layout = new JsonLayout
        {
            AsciiOnly = bound[0]?.IsTrue() ?? false,
            Indent = indent,
            ItemSeparator = indent is null ? ", " : ",",
            SortKeys = bound[3]?.IsTrue() ?? false,
        };
        return Value.Of(ValueJson.Write(value, bound[2] switch
        {
            null or NoneValue => layout,
            SequenceValue { Items: [TextValue item, TextValue key] } =>
                layout with { ItemSeparator = item.Value, KeySeparator = key.Value },
            _ => throw new TemplateFailure("the separators of tojson are two texts: between items, and after a name."),
        }));
    }

    private static Value Int(Value value, Arguments arguments)
    {
        var bound = arguments.Bind("int", "default");
        var otherwise = bound[0] ?? Value.Of(0);
        return value switch
        {
            UndefinedValue => throw new TemplateFailure($"{value.Kind()}, so it is no number."),
            _ when value.Whole() is { } whole => Value.Of(whole),
            RealValue real => double.IsFinite(real.Value) ? Value.Of(new BigInteger(real.Value)) : otherwise,
            TextValue text when BigInteger.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) =>
                Value.Of(whole),
            TextValue text when TryReal(text.Value, out var real) => Value.Of(new BigInteger(real)),
            _ => otherwise,
        };
    }

    private static Value Float(Value value, Arguments arguments)
    {
        var otherwise = arguments.Bind("float", "default")[0] ?? new RealValue(0);
        return value is UndefinedValue ? throw new TemplateFailure($"{value.Kind()}, so it is no number.")
            : value.Number() is { } number ? new RealValue(number)
            : value is TextValue text && TryReal(text.Value, out var real) ? new RealValue(real)
            : otherwise;
    }

    private static bool TryReal(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    // Each word's first character in upper case (not in title case), the rest in lower case as a text of its own.
    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var start = 0;
        while (start < text.Length)
        {
            var end = start + 1;
            while (end < text.Length && IsBetweenWords(text[end]) == IsBetweenWords(text[start]))
            {
                end++;
            }
            var first = PythonText.Characters(text[start..end])[0];
            title.Append(PythonString.Upper(first)).Append(PythonString.Lower(text[(start + first.Length)..end]));
            start = end;
        }
        return title.ToString();
    }

    private static bool IsBetweenWords(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);
}
