using TorchSharp;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>
/// Everything public here is in the package TorchSharp as well, with the same names, order, types and defaults, so that code which
/// compiles against this assembly compiles against the package. <c>write-torchsharp-signatures.fsx</c> made the list of the package's.
/// </summary>
public static class SignatureTests
{
    private static readonly Type[] Types = [.. typeof(torch).Assembly.GetExportedTypes().Where(type => !type.IsEnum)];

    private static readonly HashSet<string> Package =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "torchsharp-signatures.txt"))];

    [Fact]
    public static void The_package_has_every_public_method() =>
        Assert.Empty(Types.SelectMany(Signature.OfAll).Where(own => !Package.Any(own.IsMetBy)).Select(own => own.Text));

    [Fact]
    public static void The_package_has_every_public_enumeration() =>
        Assert.Empty(typeof(torch).Assembly.GetExportedTypes().Where(type => type.IsEnum).SelectMany(Signature.OfEnum).Except(Package));

    [Fact]
    public static void A_signature_that_the_package_lacks_is_seen()
    {
        var own = Signature.OfAll(typeof(torch)).First(signature => signature.Text.Contains(" full(", StringComparison.Ordinal));
        Assert.False(own.IsMetBy(own.Text.Replace("value", "fill_value", StringComparison.Ordinal)));
        Assert.True(own.IsMetBy(own.Text.Replace(")", ", String[] names = null)", StringComparison.Ordinal)));
        Assert.False(own.IsMetBy(own.Text.Replace(")", ", String[] names)", StringComparison.Ordinal)));
    }
}
