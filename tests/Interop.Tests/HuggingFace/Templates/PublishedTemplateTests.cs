using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>The chat templates of published models write every conversation as Jinja does, or refuse it where Jinja does.</summary>
public sealed class PublishedTemplateTests(JinjaPeer peer)
{
    private static readonly DateTime Now = new(2026, 3, 9, 4, 5, 6);

    private static readonly Dictionary<string, JsonNode?>[] Settings =
    [
        [],
        new() { ["enable_thinking"] = false },
        new() { ["tools_in_user_message"] = false, ["date_string"] = "1 Jan 2025" },
    ];

    [Theory]
    [InlineData("qwen2_5")]
    [InlineData("qwen3")]
    [InlineData("llama3_1")]
    [InlineData("llama3_2")]
    public void Conversations_are_written_as_Jinja_writes_them(string model)
    {
        var config = TokenizerConfig.Load(PublishedTemplates.Folder(model));
        var text = config.ChatTemplates.Texts[ChatTemplates.DefaultName];
        var template = config.ChatTemplates.For(hasTools: false);
        var written = 0;

        foreach (var messages in Conversations.All)
        {
            foreach (var tools in (JsonNode[]?[])[null, Conversations.Tools, []])
            {
                foreach (var setting in Settings)
                {
                    foreach (var isPrompt in (bool[])[false, true])
                    {
                        var variables = new Dictionary<string, JsonNode?>(config.ChatVariables.Concat(setting));
                        written += AssertSame(text, template, messages, tools, isPrompt, variables) ? 1 : 0;
                    }
                }
            }
        }

        Assert.InRange(written, 100, int.MaxValue);
    }

    // True when both wrote the same text; false when both refused.
    private bool AssertSame(
        string text,
        ChatTemplate template,
        JsonObject[] messages,
        JsonNode[]? tools,
        bool isPrompt,
        Dictionary<string, JsonNode?> variables)
    {
        var names = new JsonObject(variables.Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone())))
        {
            ["messages"] = new JsonArray([.. messages.Select(m => m.DeepClone())]),
            ["tools"] = tools is null ? null : new JsonArray([.. tools.Select(t => t.DeepClone())]),
            ["documents"] = null,
            ["add_generation_prompt"] = isPrompt,
        };
        var expected = peer.Render(text, names, Now, out var error);
        if (expected is null)
        {
            var failure = Assert.ThrowsAny<Exception>(() => template.Render(messages, tools, isPrompt, variables, Now));
            Assert.True(failure is InvalidDataException, $"Jinja says {error}, but for {names.ToJsonString()} came {failure}");
            return false;
        }
        Assert.Equal(expected, template.Render(messages, tools, isPrompt, variables, Now));
        return true;
    }
}
