namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The methods of mappings.</summary>
internal static class MappingMethods
{
    private static readonly HashSet<string> Unsupported = ["clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"];

    /// <summary>The method of this name; null where Python has none.</summary>
    internal static Value? Find(MappingValue mapping, string name) => name switch
    {
        "items" => Method(name, arguments => NoArguments(name, arguments, mapping.Pairs())),
        "keys" => Method(name, arguments => NoArguments(name, arguments, Value.List(mapping.Items.Keys.Select(Value.Of)))),
        "values" => Method(name, arguments => NoArguments(name, arguments, Value.List(mapping.Items.Values))),
        "get" => Method(name, arguments => Get(mapping, arguments)),
        _ when Unsupported.Contains(name) =>
            throw new TemplateFailure($"the method {name} of a mapping is not supported, only get, items, keys and values; "
                + $"for an item of this name write ['{name}']."),
        _ => null,
    };

    private static FunctionValue Method(string name, Func<Arguments, Value> invoke) => new(name, invoke);

    private static Value NoArguments(string name, Arguments arguments, Value result)
    {
        arguments.Bind(name);
        return result;
    }

    private static Value Get(MappingValue mapping, Arguments arguments) => arguments.Bind("get", "key", "default") switch
    {
        [TextValue key, var otherwise] => mapping.Items.GetValueOrDefault(key.Value) ?? otherwise ?? Value.None,
        [null, _] => throw new TemplateFailure("get needs a key."),
        [_, var otherwise] => otherwise ?? Value.None,
        _ => Value.None,
    };
}
