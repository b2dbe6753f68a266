using System.Reflection;
using System.Xml.Linq;

namespace Levee.CSharp.Tests;

/// <summary>What may stand in the public face, and that it is what the checked-in listing says.</summary>
public sealed class PublicApiTests
{
    private static readonly string ListingFile = Path.Combine(World.Root, "Interop.CSharp", "PublicApi.txt");

    private const BindingFlags Every = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly HashSet<Assembly> Hidden =
    [
        typeof(Microsoft.FSharp.Core.Unit).Assembly,
        typeof(CoreObjectives.Objective).Assembly,
        typeof(CorePolicies.Policy).Assembly,
        typeof(CoreEnvironments.RolloutOptions).Assembly,
        typeof(CoreStudies.Experiment).Assembly,
    ];

    [Fact]
    public void No_type_of_FSharp_is_in_a_public_signature()
    {
        static IEnumerable<string> Shown(IEnumerable<Type> types) =>
            from type in types
            from used in Signature(type).SelectMany(Parts)
            where Hidden.Contains(used.Assembly)
            select $"{type} shows {used}";

        Assert.NotEmpty(Shown([typeof(Core.Trajectory)]));
        Assert.Empty(Shown(PublicApi.Types).Distinct());
    }

    [Fact]
    public void Every_public_type_and_member_is_documented()
    {
        var documentation = XDocument.Load(Path.ChangeExtension(PublicApi.Assembly.Location, ".xml"));
        var entries = documentation
            .Descendants("member")
            .ToLookup(member => member.Attribute("name")!.Value.Split('(', '~')[0], IsDocumented);
        var expected = from type in PublicApi.Types
                       from name in PublicApi.Members(type).Where(NeedsText).Select(Identifier).Prepend($"T:{FullName(type)}")
                       select name;
        Assert.All(expected.CountBy(name => name), name =>
        {
            Assert.True(entries[name.Key].Count() >= name.Value, $"{name.Key} is not documented.");
            Assert.True(entries[name.Key].All(isDocumented => isDocumented), $"{name.Key} has an empty summary.");
        });
    }

    [Fact]
    public void The_public_api_is_what_its_listing_says()
    {
        var listing = PublicApi.Listing();
        if (Environment.GetEnvironmentVariable("LEVEE_UPDATE_API") == "1")
        {
            File.WriteAllText(ListingFile, listing);
        }

        var difference = Difference(File.Exists(ListingFile) ? File.ReadAllText(ListingFile) : "", listing);
        Assert.True(
            difference.Length == 0,
            $"""
            The public API is not what Interop.CSharp/PublicApi.txt lists:
            {difference}
            If that is meant, run the tests once with LEVEE_UPDATE_API=1 in the environment, and commit the file.
            """);
    }

    private static string Difference(string before, string after)
    {
        var (old, now) = (before.Split('\n'), after.Split('\n'));
        var lines = old.Except(now).Select(line => $"- {line}").Concat(now.Except(old).Select(line => $"+ {line}")).ToArray();
        return lines.Length == 0 && before != after ? "only the order of lines differs" : string.Join('\n', lines);
    }

    private static IEnumerable<Type> Signature(Type type) =>
    [
        .. type.BaseType is { } ancestor ? [ancestor] : Type.EmptyTypes,
        .. type.GetInterfaces(),
        .. type.GetGenericArguments(),
        .. type.GetMembers(Every).SelectMany(Signature),
    ];

    private static IEnumerable<Type> Signature(MemberInfo member) => member switch
    {
        MethodInfo method when IsVisible(method) => [method.ReturnType, .. Parameters(method), .. method.GetGenericArguments()],
        ConstructorInfo constructor when IsVisible(constructor) => Parameters(constructor),
        FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly => [field.FieldType],
        _ => [],
    };

    private static IEnumerable<Type> Parameters(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType);

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    /// <summary>A type and all that it is made of.</summary>
    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.GetGenericArguments().SelectMany(Parts).Prepend(type);

    // A constructor without parameters is the compiler's own where nobody wrote one.
    private static bool NeedsText(MemberInfo member) =>
        member is not ConstructorInfo constructor || constructor.GetParameters().Length > 0;

    private static string Identifier(MemberInfo member)
    {
        var kind = member switch { PropertyInfo => "P", FieldInfo => "F", _ => "M" };
        return $"{kind}:{FullName(member.DeclaringType!)}.{member.Name.Replace('.', '#')}";
    }

    private static string FullName(Type type) => type.FullName!.Replace('+', '.');

    private static bool IsDocumented(XElement member) =>
        member.Element("inheritdoc") is not null || !string.IsNullOrWhiteSpace(member.Element("summary")?.Value);
}
