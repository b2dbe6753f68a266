using System.Globalization;
using System.Reflection;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>One public method or constructor in one line, as the list of the package's has them.</summary>
internal sealed record Signature(string Head, string Parameters)
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    internal string Text => $"{Head}({Parameters})";

    /// <summary>The name of the method alone; a constructor's is <c>.ctor</c>.</summary>
    internal string Member => Head[(Head.LastIndexOf(' ') + 1)..];

    /// <summary>The methods, constructors and accessors that a user of a type may call, without what every object has.</summary>
    internal static IEnumerable<Signature> OfAll(Type type) =>
        type.GetMethods(Declared)
            .Where(method => method.GetBaseDefinition().DeclaringType != typeof(object))
            .Concat<MethodBase>(type.GetConstructors(Declared))
            .Where(method => method.IsPublic)
            .Select(Of);

    internal static IEnumerable<string> OfEnum(Type type) =>
        Enum.GetNames(type).Zip(
            Enum.GetValuesAsUnderlyingType(type).Cast<object>(),
            (name, value) => string.Create(CultureInfo.InvariantCulture, $"{Name(type)} {name} = {value}"));

    /// <summary>Whether a call written for this one means the same for that one, which may have more optional parameters.</summary>
    internal bool IsMetBy(string signature)
    {
        if (!signature.StartsWith($"{Head}(", StringComparison.Ordinal))
        {
            return false;
        }

        var parameters = signature[(Head.Length + 1)..^1];
        return parameters == Parameters
            || (parameters.StartsWith(Parameters, StringComparison.Ordinal)
                && parameters[Parameters.Length..].Split(", ", StringSplitOptions.RemoveEmptyEntries).All(more => more.Contains(" = ", StringComparison.Ordinal)));
    }

    private static Signature Of(MethodBase method)
    {
        var result = method is MethodInfo { ReturnType: var type } ? $"{Name(type)} " : "";
        var kind = method.IsStatic ? "static " : "";
        return new($"{Name(method.DeclaringType!)}: {kind}{result}{method.Name}", string.Join(", ", method.GetParameters().Select(Of)));
    }

    private static string Of(ParameterInfo parameter)
    {
        var standard = parameter.RawDefaultValue ?? "null";
        var optional = parameter.IsOptional ? string.Create(CultureInfo.InvariantCulture, $" = {standard}") : "";
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{many}{Name(parameter.ParameterType)} {parameter.Name}{optional}";
    }

    internal static string Name(Type type)
    {
        if (type.HasElementType)
        {
            return Name(type.GetElementType()!) + (type.IsArray ? $"[{new string(',', type.GetArrayRank() - 1)}]" : "&");
        }

        var own = type.IsGenericType ? type.Name.Split('`')[0] : type.Name;
        var arguments = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : "";
        return (type is { IsNested: true, IsGenericParameter: false } ? $"{Name(type.DeclaringType!)}." : "") + own + arguments;
    }
}
