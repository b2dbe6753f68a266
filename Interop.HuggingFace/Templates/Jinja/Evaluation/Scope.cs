namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The names that are known at one place of a template: its own, then those around it.</summary>
internal sealed class Scope(Scope? outer, Dictionary<string, Value> names)
{
    /// <summary>A scope inside of this one: what is set there ends with it.</summary>
    internal Scope Inner() => new(this, new Dictionary<string, Value>(StringComparer.Ordinal));

    /// <summary>The value of a name; null where it has none.</summary>
    internal Value? Find(string name) => names.GetValueOrDefault(name) ?? outer?.Find(name);

    /// <summary>Gives a name a value, here and further inside.</summary>
    internal void Set(string name, Value value) => names[name] = value;
}
