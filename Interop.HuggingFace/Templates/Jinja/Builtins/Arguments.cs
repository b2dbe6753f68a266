namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The values that a function, filter or test is given.</summary>
internal sealed record Arguments(IReadOnlyList<Value> Positional, IReadOnlyDictionary<string, Value> Named)
{
    internal static readonly Arguments None = new([], new Dictionary<string, Value>());

    /// <summary>The values in the order of the parameters' names; null for those not given.</summary>
    internal Value?[] Bind(string callee, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
        {
            throw new TemplateFailure($"{callee} takes at most {parameters.Length} arguments, not {Positional.Count}.");
        }
        foreach (var name in Named.Keys)
        {
            if (parameters.IndexOf(name) is var place && (place < 0 || place < Positional.Count))
            {
                throw new TemplateFailure(place < 0 ? $"{callee} has no argument '{name}'." : $"{callee} is given '{name}' twice.");
            }
        }
        var bound = new Value?[parameters.Length];
        for (var i = 0; i < bound.Length; i++)
        {
            bound[i] = i < Positional.Count ? Positional[i] : Named.GetValueOrDefault(parameters[i]);
        }
        return bound;
    }

    /// <summary>The arguments but for the first, which is a text.</summary>
    internal (string First, Arguments Remaining) Split(string callee) => Positional.Count > 0
        ? (Positional[0].AsText(callee), this with { Positional = [.. Positional.Skip(1)] })
        : throw new TemplateFailure($"{callee} needs an argument.");
}
