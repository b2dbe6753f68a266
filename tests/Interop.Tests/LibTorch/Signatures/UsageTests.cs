using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using TorchSharp;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>
/// Interop.LibTorch carries what something uses: each public name is called by a program, library or test of the solution other than these
/// tests. What the package has besides is added when it is needed.
/// </summary>
public static class UsageTests
{
    private const string Library = "Levee.Interop.LibTorch";

    /// <summary>Called through <see cref="IDisposable"/>, so that no assembly names them.</summary>
    private static readonly string[] CalledThroughAnInterface = ["DisposeScope.Dispose", "Scalar.Dispose", "torch.Generator.Dispose"];

    [Fact]
    public static void Each_public_name_is_used_by_more_than_these_tests()
    {
        var used = Callers().SelectMany(Used).ToHashSet();
        Assert.Contains("torch.Tensor.exp", used);
        Assert.Empty(Declared().Except(used).Except(CalledThroughAnInterface));
    }

    [Fact]
    public static void A_name_that_only_these_tests_use_is_seen()
    {
        var own = Used(typeof(UsageTests).Assembly.Location).ToHashSet();
        Assert.Contains("DisposeScope.get_Current", own);
        Assert.DoesNotContain("DisposeScope.get_Current", Callers().SelectMany(Used));
    }

    /// <summary>Public methods, accessors, constructors and fields, as <c>Type.Member</c>; what every object has and constants are left out.</summary>
    private static IEnumerable<string> Declared() =>
        from type in typeof(torch).Assembly.GetExportedTypes()
        where !type.IsEnum
        from member in Signature.OfAll(type).Select(signature => signature.Member)
            .Concat(type.GetFields(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(field => field.Name))
        select $"{Signature.Name(type).Split('<')[0]}.{member}";

    /// <summary>The newest build of each assembly of the solution, without these tests. Skips where not all of it is built.</summary>
    private static IEnumerable<string> Callers()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Framework.sln")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "Not in the repository.");
        var binaries = Path.Combine(root.FullName, "artifacts", "bin");
        var projects = Regex.Matches(File.ReadAllText(Path.Combine(root.FullName, "Framework.sln")), @"""[^""]*?([^/\\""]+)\.(?:fs|cs)proj""")
            .Select(match => match.Groups[1].Value);
        var missing = projects.Where(project => !Directory.Exists(Path.Combine(binaries, project)));
        Assert.SkipWhen(missing.Any(), $"Not built yet: {string.Join(", ", missing)}. Remedy: dotnet fsi build.fsx build");
        return Directory.EnumerateFiles(binaries, "*.dll", SearchOption.AllDirectories)
            .GroupBy(Path.GetFileNameWithoutExtension)
            .Where(copies => copies.Key is not (Library or "Interop.Tests"))
            .Select(copies => copies.MaxBy(File.GetLastWriteTimeUtc)!);
    }

    /// <summary>The members of Interop.LibTorch that an assembly refers to, as <c>Type.Member</c>.</summary>
    private static IEnumerable<string> Used(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        if (!file.HasMetadata)
        {
            return [];
        }

        var reader = file.GetMetadataReader();
        return
        [
            .. from handle in reader.MemberReferences
               let member = reader.GetMemberReference(handle)
               let type = TypeOf(reader, member.Parent)
               where type is not null
               select $"{type}.{reader.GetString(member.Name)}",
        ];
    }

    /// <summary>The name of a type of Interop.LibTorch; null for any other.</summary>
    private static string? TypeOf(MetadataReader reader, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeSpecification:
                // A generic type with its arguments: two bytes that say so, then the type.
                var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
                return blob.ReadSignatureTypeCode() == SignatureTypeCode.GenericTypeInstance && blob.ReadByte() > 0
                    ? TypeOf(reader, blob.ReadTypeHandle())
                    : null;
            case HandleKind.TypeReference:
                var type = reader.GetTypeReference((TypeReferenceHandle)handle);
                var name = reader.GetString(type.Name).Split('`')[0];
                return type.ResolutionScope.Kind switch
                {
                    HandleKind.TypeReference => TypeOf(reader, type.ResolutionScope) is { } outer ? $"{outer}.{name}" : null,
                    HandleKind.AssemblyReference => IsLibrary((AssemblyReferenceHandle)type.ResolutionScope) ? name : null,
                    _ => null,
                };
            default:
                return null;
        }

        bool IsLibrary(AssemblyReferenceHandle reference) => reader.GetString(reader.GetAssemblyReference(reference).Name) == Library;
    }
}
