using System.Text.Json.Nodes;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Comparison of JSON texts by value.</summary>
internal static class JsonAssert
{
    internal static void Equal(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"expected {expected}\nfound {actual}");
}
