using System.Text;
using Levee.PythonText;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The methods of texts.</summary>
internal static class TextMethods
{
    private delegate Value Method(string text, Arguments arguments);

    private static readonly Dictionary<string, Method> Supported = new(StringComparer.Ordinal)
    {
        ["capitalize"] = Without("capitalize", PythonString.Capitalize),
        ["count"] = (text, arguments) => Value.Of(Count(text, Only("count", arguments))),
        ["endswith"] = (text, arguments) => Value.Of(Any("endswith", arguments, end => text.EndsWith(end, StringComparison.Ordinal))),
        ["find"] = (text, arguments) =>
            Value.Of(Find(text, Only("find", arguments), (t, part) => t.IndexOf(part, StringComparison.Ordinal))),
        ["isalnum"] = Whether("isalnum", PythonString.IsAlphanumeric),
        ["isalpha"] = Whether("isalpha", PythonString.IsAlphabetic),
        ["isdecimal"] = Whether("isdecimal", PythonString.IsDecimal),
        ["isdigit"] = Whether("isdigit", PythonString.IsDigit),
        ["islower"] = Whether("islower", PythonString.IsLower),
        ["isnumeric"] = Whether("isnumeric", PythonString.IsNumeric),
        ["isspace"] = Whether("isspace", PythonString.IsSpace),
        ["istitle"] = Whether("istitle", PythonString.IsTitle),
        ["isupper"] = Whether("isupper", PythonString.IsUpper),
        ["join"] = Join,
        ["lower"] = Without("lower", PythonString.Lower),
        ["lstrip"] = (text, arguments) => Value.Of(Strip(text, arguments.Bind("lstrip", "chars")[0], atStart: true, atEnd: false)),
        ["removeprefix"] = (text, arguments) => Value.Of(
            Only("removeprefix", arguments) is var part && text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text),
        ["removesuffix"] = (text, arguments) => Value.Of(
            Only("removesuffix", arguments) is var part && text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text),
        ["replace"] = (text, arguments) => Value.Of(Replace(text, arguments.Bind("replace", "old", "new", "count"))),
        ["rfind"] = (text, arguments) =>
            Value.Of(Find(text, Only("rfind", arguments), (t, part) => t.LastIndexOf(part, StringComparison.Ordinal))),
        ["rsplit"] = (text, arguments) => Texts(TextSplitting.FromEnd(text, Splitting("rsplit", arguments))),
        ["rstrip"] = (text, arguments) => Value.Of(Strip(text, arguments.Bind("rstrip", "chars")[0], atStart: false, atEnd: true)),
        ["split"] = (text, arguments) => Texts(TextSplitting.FromStart(text, Splitting("split", arguments))),
        ["splitlines"] = (text, arguments) =>
            Texts(TextSplitting.Lines(text, arguments.Bind("splitlines", "keepends")[0]?.IsTrue() ?? false)),
        ["startswith"] = (text, arguments) =>
            Value.Of(Any("startswith", arguments, start => text.StartsWith(start, StringComparison.Ordinal))),
        ["strip"] = (text, arguments) => Value.Of(Strip(text, arguments.Bind("strip", "chars")[0], atStart: true, atEnd: true)),
        ["swapcase"] = Without("swapcase", PythonString.SwapCase),
        ["title"] = Without("title", PythonString.Title),
        ["upper"] = Without("upper", PythonString.Upper),
    };

    private static readonly HashSet<string> Unsupported =
    [
        "casefold", "center", "encode", "expandtabs", "format", "format_map", "index", "isascii", "isidentifier", "isprintable", "ljust",
        "maketrans", "partition", "rindex", "rjust", "rpartition", "translate", "zfill",
    ];

    /// <summary>The method of this name; null where Python has none.</summary>
    internal static Value? Find(string text, string name) =>
        Supported.TryGetValue(name, out var method) ? new FunctionValue(name, arguments => method(text, arguments))
        : Unsupported.Contains(name) ? throw new TemplateFailure(
            $"the method {name} of a text is not supported, only {string.Join(", ", Supported.Keys)}.")
        : null;

    /// <summary>The text without white space, or without characters of <paramref name="characters"/>, at its ends.</summary>
    internal static string Strip(string text, Value? characters, bool atStart, bool atEnd)
    {
        var set = characters is null or NoneValue ? null : PythonText.Characters(characters.AsText("strip"));
        var kept = PythonText.Characters(text);
        bool Goes(string character) => set?.Contains(character) ?? PythonText.IsSpace(character[0]);
        var start = 0;
        while (atStart && start < kept.Count && Goes(kept[start]))
        {
            start++;
        }
        var end = kept.Count;
        while (atEnd && end > start && Goes(kept[end - 1]))
        {
            end--;
        }
        return string.Concat(kept.Skip(start).Take(end - start));
    }

    /// <summary>The text with up to <paramref name="arguments"/>' count of occurrences replaced.</summary>
    internal static string Replace(string text, Value?[] arguments)
    {
        if (arguments is not [TextValue old, TextValue by, var limit])
        {
            throw new TemplateFailure("replace needs two texts: what to replace, and by what.");
        }
        var count = limit is null or NoneValue ? -1 : limit.AsCount("replace");
        if (count < 0)
        {
            count = int.MaxValue;
        }
        return old.Value.Length == 0
            ? ReplaceBetween(text, by.Value, count)
            : string.Join(by.Value, TextSplitting.At(text, old.Value, count));
    }

    // Python finds the empty text before each character and at the end.
    private static string ReplaceBetween(string text, string by, int count)
    {
        var result = new StringBuilder();
        var characters = PythonText.Characters(text);
        for (var i = 0; i <= characters.Count; i++)
        {
            result.Append(i < count ? by : "").Append(i < characters.Count ? characters[i] : "");
        }
        return result.ToString();
    }

    private static int Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return PythonText.Length(text) + 1;
        }
        return TextSplitting.At(text, part, int.MaxValue).Count - 1;
    }

    private static int Find(string text, string part, Func<string, string, int> indexOf) =>
        indexOf(text, part) is >= 0 and var at ? PythonText.Length(text[..at]) : -1;

    private static Value Join(string text, Arguments arguments) =>
        arguments.Bind("join", "items") is [{ } items]
            ? Value.Of(string.Join(text, items.AsItems("join").Select(item => item.AsText("join"))))
            : throw new TemplateFailure("join needs a list of texts.");

    private static Method Without(string name, Func<string, string> change) => (text, arguments) =>
    {
        arguments.Bind(name);
        return Value.Of(change(text));
    };

    private static Method Whether(string name, Func<string, bool> holds) => (text, arguments) =>
    {
        arguments.Bind(name);
        return Value.Of(holds(text));
    };

    private static string Only(string name, Arguments arguments) =>
        arguments.Bind(name, "text")[0]?.AsText(name) ?? throw new TemplateFailure($"{name} needs a text.");

    // One text, or several in a tuple.
    private static bool Any(string name, Arguments arguments, Func<string, bool> holds) => arguments.Bind(name, "text")[0] switch
    {
        SequenceValue { IsTuple: true } texts => texts.Items.Any(text => holds(text.AsText(name))),
        { } text => holds(text.AsText(name)),
        null => throw new TemplateFailure($"{name} needs a text."),
    };

    private static (string? Separator, int Limit) Splitting(string name, Arguments arguments) =>
        arguments.Bind(name, "sep", "maxsplit") switch
        {
            [TextValue { Value: "" }, _] => throw new TemplateFailure($"{name} at an empty text has no meaning."),
            [var separator, var limit] => (
                separator is null or NoneValue ? null : separator.AsText(name),
                limit?.AsCount(name) is { } count and >= 0 ? count : int.MaxValue),
            _ => (null, int.MaxValue),
        };

    private static Value Texts(IEnumerable<string> texts) => Value.List(texts.Select(Value.Of));
}
