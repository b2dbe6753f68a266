using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Levee.CSharp.Tests;

/// <summary>What the assembly shows to the world, as text.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    private static readonly NullabilityInfoContext Nullability = new();

    internal static Assembly Assembly { get; } = typeof(Objective).Assembly;

    internal static IEnumerable<Type> Types => Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal);

    /// <summary>Members that code outside can see and a person wrote.</summary>
    internal static IEnumerable<MemberInfo> Members(Type type) => type.GetMembers(Declared).Where(IsListed);

    /// <summary>Every type, and under it every member, one a line.</summary>
    internal static string Listing()
    {
        var text = new StringBuilder();
        foreach (var type in Types)
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append(Bases(type)).Append('\n');
            var lines = Members(type).Select(Line);
            foreach (var line in type.IsEnum ? lines : lines.Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsListed(MemberInfo member) => member switch
    {
        MethodInfo method => IsVisible(method) && !IsGenerated(method)
            && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)),
        ConstructorInfo constructor => IsVisible(constructor) && !IsGenerated(constructor),
        PropertyInfo property => property.GetMethod is { } get && IsVisible(get) && !(property.Name == "EqualityContract"),
        FieldInfo field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName,
        _ => false,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.DeclaringType!.IsSubclassOf(typeof(Delegate));

    private static string Kind(Type type)
    {
        var isRecord = type.GetMethod("PrintMembers", Declared) is not null;
        var noun = (isRecord, type.IsValueType) switch
        {
            _ when type.IsEnum => "enum",
            _ when type.IsInterface => "interface",
            _ when type.IsSubclassOf(typeof(Delegate)) => "delegate",
            (true, true) => "record struct",
            (true, false) => "record",
            (false, true) => "struct",
            _ => "class",
        };
        var adjective = type.IsValueType || type.IsInterface || noun == "delegate"
            ? ""
            : type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        return adjective + noun;
    }

    private static string Bases(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return Signature(type.GetMethod("Invoke")!);
        }

        var isPlain = type.BaseType is null || type.BaseType == typeof(object) || type.IsValueType;
        var bases = (isPlain ? [] : new[] { type.BaseType! })
            .Concat(type.GetInterfaces().Where(i => !i.IsGenericType && !type.IsEnum).OrderBy(Name, StringComparer.Ordinal))
            .Select(Name);
        return type.IsEnum || !bases.Any() ? "" : " : " + string.Join(", ", bases);
    }

    private static string Line(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } constant => $"{constant.Name} = {constant.GetRawConstantValue()}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}",
        PropertyInfo property =>
            $"{Static(property.GetMethod!)}{Name(Nullability.Create(property))} {property.Name} {{ get; {Setter(property)}}}",
        ConstructorInfo constructor => $"new{Signature(constructor)}",
        MethodInfo method => $"{Static(method)}{Name(Nullability.Create(method.ReturnParameter))} {method.Name}{Signature(method)}",
        _ => throw new NotSupportedException($"{member}"),
    };

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Setter(PropertyInfo property)
    {
        if (property.SetMethod is not { IsPublic: true } set)
        {
            return "";
        }

        var isInit = set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        var isRequired = property.IsDefined(typeof(RequiredMemberAttribute));
        return $"{(isRequired ? "required " : "")}{(isInit ? "init" : "set")}; ";
    }

    private static string Signature(MethodBase method) => $"({string.Join(", ", method.GetParameters().Select(Parameter))})";

    private static string Parameter(ParameterInfo parameter)
    {
        var isParams = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute));
        var value = parameter.HasDefaultValue ? $" = {Default(parameter)}" : "";
        return $"{(isParams ? "params " : "")}{Name(Nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        bool value => value ? "true" : "false",
        var value => $"{value}",
    };

    private static string Name(NullabilityInfo info)
    {
        var inner = Nullable.GetUnderlyingType(info.Type);
        var name = inner is not null
            ? Name(inner)
            : info.GenericTypeArguments.Length == 0
                ? Name(info.Type)
                : $"{Bare(info.Type)}<{string.Join(", ", info.GenericTypeArguments.Select(Name))}>";
        return info.ReadState == NullabilityState.Nullable ? name + "?" : name;
    }

    private static string Name(Type type) => Keywords.TryGetValue(type, out var keyword)
        ? keyword
        : type.IsGenericType ? $"{Bare(type)}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : Bare(type);

    private static string Bare(Type type) =>
        (type.IsNested ? Bare(type.DeclaringType!) + "." : "") + (type.IsGenericType ? type.Name[..type.Name.IndexOf('`')] : type.Name);
}
