using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Where a tokenizer's chat templates stand, which one is taken, and that saving keeps them.</summary>
public sealed class ChatTemplatesTests : IDisposable
{
    private const string OneTemplate = """
        {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": {"content": "</s>"},
         "additional_special_tokens": ["<x>"],
         "chat_template":
           "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}{{ unk_token is defined }}"}
        """;

    private const string TwoTemplates = """
        {"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools {{ tools | length }}"}]}
        """;

    private static readonly ChatMessage[] Messages = [new("user", "Hi")];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tokens_with_a_role_are_variables() => Assert.Equal("<s>user: Hi</s>False", Load(OneTemplate).RenderChat(Messages));

    [Fact]
    public void Variables_that_are_given_win_over_the_tokens() =>
        Assert.StartsWith(
            "B", Load(OneTemplate).RenderChat(Messages, variables: new Dictionary<string, JsonNode?> { ["bos_token"] = "B" }));

    [Fact]
    public void The_template_for_tools_is_taken_where_there_are_tools()
    {
        var config = Load(TwoTemplates);

        Assert.Equal("plain", config.RenderChat(Messages));
        Assert.Equal("tools 2", config.RenderChat(Messages, Conversations.Tools));
        Assert.Equal(["default", "tool_use"], config.ChatTemplates.Texts.Keys);
        Assert.Contains("only default, tool_use", Assert.Throws<InvalidDataException>(() => config.ChatTemplates.Named("rag")).Message);
    }

    [Fact]
    public void A_file_of_its_own_wins()
    {
        _folder.Write(ModelFolder.ChatTemplateName, "from the file\n");

        Assert.Equal("from the file", Load(OneTemplate).RenderChat(Messages));
    }

    [Fact]
    public void Saving_keeps_the_file_and_the_field()
    {
        _folder.Write(ModelFolder.ChatTemplateName, "from the file\n");
        var config = Load(OneTemplate);
        using var target = new TemporaryFolder();
        config.Save(target.Path);

        Assert.Equal("from the file\n", File.ReadAllText(target.File(ModelFolder.ChatTemplateName)));
        JsonAssert.Equal(OneTemplate, File.ReadAllText(target.File(ModelFolder.TokenizerConfigName)));
    }

    [Theory]
    [InlineData(OneTemplate)]
    [InlineData(TwoTemplates)]
    [InlineData("""{"chat_template": [{"name": "default", "template": "only", "note": 1}]}""")]
    [InlineData("""{"chat_template": []}""")]
    public void Saving_keeps_what_was_read(string text)
    {
        var config = Load(text);
        config.Save(_folder.Path);

        JsonAssert.Equal(text, File.ReadAllText(_folder.File(ModelFolder.TokenizerConfigName)));
        Assert.False(File.Exists(_folder.File(ModelFolder.ChatTemplateName)));
    }

    [Fact]
    public void A_template_that_was_set_is_saved()
    {
        (Load(OneTemplate) with { ChatTemplates = ChatTemplates.Of("new") }).Save(_folder.Path);

        Assert.Equal("new", TokenizerConfig.Load(_folder.Path).RenderChat(Messages));
    }

    [Fact]
    public void Without_a_template_the_error_says_what_to_do() => Assert.Contains(
        "add one, there or in chat_template.jinja",
        Assert.Throws<InvalidDataException>(() => new TokenizerConfig().RenderChat(Messages)).Message);

    [Fact]
    public void A_template_that_is_not_supported_stops_only_who_asks_for_it()
    {
        var config = Load("""{"chat_template": "{% include 'x' %}"}""");

        Assert.StartsWith(
            "tokenizer_config.json: chat_template:1:4: the block include",
            Assert.Throws<InvalidDataException>(() => config.RenderChat(Messages)).Message);
    }

    [Theory]
    [InlineData("""{"chat_template": 1}""", "chat_template: expected a string")]
    [InlineData("""{"chat_template": [{"name": "a"}]}""", "chat_template[0]: the required field \"template\" is missing")]
    [InlineData("""{"chat_template": [{"name": "a", "template": ""}, {"name": "a", "template": ""}]}""", "'a' is given twice")]
    public void A_field_of_another_form_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Load(text)).Message);

    [Fact]
    public void Calls_of_tools_and_thoughts_reach_the_template()
    {
        var message = new ChatMessage("assistant", "")
        {
            ToolCalls = [new ChatToolCall("search", new JsonObject { ["query"] = "é" })],
            Reasoning = "hm",
        };
        var template = ChatTemplate.Parse(
            "{% for m in messages %}{% set call = m.tool_calls[0].function %}"
            + "{{ m.reasoning_content }} {{ call.name }} {{ call.arguments | tojson }}{% endfor %}");

        Assert.Equal("hm search {\"query\": \"é\"}", template.Render([message]));
    }

    private TokenizerConfig Load(string text) => TokenizerConfig.Load(_folder.Write(ModelFolder.TokenizerConfigName, text));
}
