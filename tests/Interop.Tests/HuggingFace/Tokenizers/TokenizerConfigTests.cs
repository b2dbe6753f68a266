using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class TokenizerConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_configuration_has_the_fields_that_transformers_needs()
    {
        new TokenizerConfig { EosToken = "<|end|>", PadToken = "<|end|>", UnkToken = "[UNK]", ModelMaxLength = 512 }.Save(_folder.Path);

        JsonAssert.Equal(
            """
            {"clean_up_tokenization_spaces":false,"eos_token":"<|end|>","model_max_length":512,"pad_token":"<|end|>",
             "tokenizer_class":"PreTrainedTokenizerFast","unk_token":"[UNK]"}
            """,
            File.ReadAllText(_folder.File(ModelFolder.TokenizerConfigName)));
    }

    [Fact]
    public void Loading_and_saving_keeps_every_field_in_its_form()
    {
        const string Text = """
            {"eos_token":{"__type":"AddedToken","content":"</s>","lstrip":false},"bos_token":null,
             "model_max_length":1000000000000000019884624838656,
             "chat_template":"{{ messages }}","additional_special_tokens":["<a>",{"content":"<b>"}],"tokenizer_class":"Qwen2Tokenizer"}
            """;
        var config = TokenizerConfig.Load(_folder.Write(ModelFolder.TokenizerConfigName, Text));
        config.Save(_folder.Path);

        Assert.Equal(("</s>", null, null), (config.EosToken, config.BosToken, config.ModelMaxLength));
        Assert.Equal(["</s>", "<a>", "<b>"], config.SpecialTokens);
        JsonAssert.Equal(Text, File.ReadAllText(_folder.File(ModelFolder.TokenizerConfigName)));
    }

    [Fact]
    public void Roles_are_looked_up_in_the_tokenizer()
    {
        var tokenizer = Tokenizer.WordLevel(["the"], ["<pad>", "<end>"], "[UNK]");
        var config = new TokenizerConfig { EosToken = "<end>", PadToken = "<absent>" };

        Assert.Equal(1, config.EosTokenId(tokenizer));
        Assert.Null(config.BosTokenId(tokenizer));
        Assert.Contains("pad_token", Assert.Throws<InvalidDataException>(() => config.PadTokenId(tokenizer)).Message);
    }
}
