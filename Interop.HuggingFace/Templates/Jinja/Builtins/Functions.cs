using System.Numerics;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The functions that every template can call.</summary>
internal static class Functions
{
    // The bound of Jinja's sandbox.
    private const int LongestRange = 100_000;

    /// <summary>The name of the function that writes the time.</summary>
    internal const string TimeName = "strftime_now";

    /// <summary>The functions by name; <paramref name="now"/> is what <c>strftime_now</c> writes, and without it that function fails.</summary>
    internal static Dictionary<string, Value> All(DateTime? now) => new(StringComparer.Ordinal)
    {
        ["dict"] = new FunctionValue("dict", Dict),
        ["namespace"] = new FunctionValue("namespace", Namespace),
        ["raise_exception"] = new FunctionValue("raise_exception", RaiseException),
        ["range"] = new FunctionValue("range", Range),
        [TimeName] = new FunctionValue(TimeName, arguments => Time(now, arguments)),
    };

    private static Value Time(DateTime? now, Arguments arguments)
    {
        var format = arguments.Bind(TimeName, "format")[0]?.AsText(TimeName) ?? throw new TemplateFailure($"{TimeName} needs a format.");
        return now is { } time
            ? Value.Of(TimeText.Write(time, format))
            : throw new TemplateFailure(
                $"the template writes the date ({TimeName}), and none was given: give the moment that it shall write.");
    }

    private static MappingValue Dict(Arguments arguments) => new(Members("dict", arguments));

    private static NamespaceValue Namespace(Arguments arguments) =>
        new(new Dictionary<string, Value>(Members("namespace", arguments), StringComparer.Ordinal));

    private static OrderedDictionary<string, Value> Members(string name, Arguments arguments)
    {
        var members = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        foreach (var given in arguments.Positional)
        {
            if (given is not MappingValue mapping || arguments.Positional.Count > 1)
            {
                throw new TemplateFailure($"{name} takes one mapping at most, and named values.");
            }
            foreach (var (key, value) in mapping.Items)
            {
                members[key] = value;
            }
        }
        foreach (var (key, value) in arguments.Named)
        {
            members[key] = value;
        }
        return members;
    }

    private static Value RaiseException(Arguments arguments)
    {
        var message = arguments.Bind("raise_exception", "message")[0] ?? throw new TemplateFailure("raise_exception needs a message.");
        throw new TemplateFailure($"the template refuses the conversation: {ValueText.Show(message)}");
    }

    private static Value Range(Arguments arguments)
    {
        var given = arguments.Bind("range", "start", "stop", "step").TakeWhile(bound => bound is not null);
        int[] bounds = [.. given.Select(bound => bound!.AsCount("range"))];
        var (start, stop, step) = bounds switch
        {
            [var end] => (0, end, 1),
            [var from, var end] => (from, end, 1),
            [var from, var end, var stride] => (from, end, stride),
            _ => throw new TemplateFailure("range needs one to three whole numbers."),
        };
        if (step == 0)
        {
            throw new TemplateFailure("the step of a range is 0.");
        }
        var count = Math.Max(0, ((long)stop - start + step - Math.Sign(step)) / step);
        return count <= LongestRange
            ? Value.List(Enumerable.Range(0, (int)count).Select(i => Value.Of(start + ((BigInteger)i * step))))
            : throw new TemplateFailure($"a range holds at most {LongestRange} numbers, not {count}.");
    }
}
