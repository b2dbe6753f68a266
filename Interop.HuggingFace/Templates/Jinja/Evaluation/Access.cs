using System.Numerics;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Members of values: by name, by key or index, by slice.</summary>
internal static class Access
{
    /// <summary><c>target.name</c>: a method before an item of this name.</summary>
    internal static Value Attribute(Value target, string name) => target switch
    {
        UndefinedValue => throw new TemplateFailure($"{target.Kind()}, so it has no member '{name}'."),
        NamespaceValue space => space.Members.GetValueOrDefault(name) ?? Missing(target, name),
        LoopValue loop => LoopMembers.Find(loop, name),
        MappingValue mapping => MappingMethods.Find(mapping, name) ?? mapping.Items.GetValueOrDefault(name) ?? Missing(target, name),
        TextValue text => TextMethods.Find(text.Value, name) ?? Missing(target, name),
        SequenceValue when SequenceMethods.Contains(name) =>
            throw new TemplateFailure($"the method {name} of a list is not supported; make a new list with +, or use filters."),
        _ => Missing(target, name),
    };

    /// <summary><c>target[key]</c>: an item before a method of this name; undefined where there is neither.</summary>
    internal static Value Item(Value target, Value key) => (target, key) switch
    {
        (UndefinedValue, _) => throw new TemplateFailure($"{target.Kind()}, so it has no items."),
        (MappingValue mapping, TextValue name) when mapping.Items.TryGetValue(name.Value, out var item) => item,
        (_, TextValue name) => Attribute(target, name.Value),
        (SequenceValue sequence, _) when key.Whole() is { } index => At(sequence.Items, index) ?? Missing(target, index),
        (TextValue text, _) when key.Whole() is { } index =>
            At(PythonText.Characters(text.Value), index) is { } character ? Value.Of(character) : Missing(target, index),
        _ => Missing(target, ValueText.Show(key)),
    };

    /// <summary><c>target[start:stop:step]</c>; null for a bound that is not given.</summary>
    internal static Value Slice(Value target, Value? start, Value? stop, Value? step) => target switch
    {
        TextValue text => Value.Of(string.Concat(Sliced(PythonText.Characters(text.Value), start, stop, step))),
        SequenceValue sequence => sequence with { Items = [.. Sliced(sequence.Items, start, stop, step)] },
        _ => throw new TemplateFailure($"a slice needs a list or a text, not {target.Kind()}."),
    };

    private static readonly HashSet<string> SequenceMethods =
        ["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];

    private static T? At<T>(IReadOnlyList<T> items, BigInteger index)
        where T : class
    {
        var place = index < 0 ? index + items.Count : index;
        return place >= 0 && place < items.Count ? items[(int)place] : null;
    }

    private static UndefinedValue Missing(Value target, object member) => new($"{target.Kind()} has no '{member}'");

    private static IEnumerable<T> Sliced<T>(IReadOnlyList<T> items, Value? start, Value? stop, Value? step)
    {
        var stride = Bound(step) ?? 1;
        if (stride == 0)
        {
            throw new TemplateFailure("the step of a slice is 0.");
        }
        var (lowest, highest) = stride > 0 ? (0, items.Count) : (-1, items.Count - 1);
        long Place(int? bound, int otherwise) => bound switch
        {
            null => otherwise,
            < 0 => Math.Max((long)bound + items.Count, lowest),
            _ => Math.Min(bound.Value, highest),
        };
        var first = Place(Bound(start), stride > 0 ? lowest : highest);
        var end = Place(Bound(stop), stride > 0 ? highest : lowest);
        for (var at = first; stride > 0 ? at < end : at > end; at += stride)
        {
            yield return items[(int)at];
        }
    }

    private static int? Bound(Value? bound) => bound is null or NoneValue ? null : bound.AsCount("a slice");
}
