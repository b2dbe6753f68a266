namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Errors name the file, the line, the column, and what would do.</summary>
public sealed class ChatTemplateRefusalTests
{
    private static readonly ChatMessage[] Messages = [new("user", "Hi")];

    private static readonly DateTime Now = new(2026, 3, 9, 14, 5, 6);

    [Theory]
    [InlineData("a\n{% include 'x' %}", "2:4: the block include is not supported, only if, for, set, macro")]
    [InlineData("{% for a in b recursive %}{% endfor %}", "1:15: recursive loops are not supported")]
    [InlineData("{{ f(*a) }}", "1:6: unpacked arguments")]
    [InlineData("{{ 2 ** 3 }}", "1:6: the operator ** is not supported")]
    [InlineData("\n{% if 1 %}\n\n{% endfor %}", "4:4: expected 'endif' for the block of line 2, found 'endfor'")]
    [InlineData("{% if 1 %}", "1:11: expected 'endif' for the block of line 1, found the end of the template")]
    [InlineData("{% endif %}", "1:4: 'endif' closes nothing")]
    [InlineData("{% break %}", "1:4: break and continue stand only inside of a loop")]
    [InlineData("x {{ 1", "1:3: the tag is not closed; end it with }}")]
    [InlineData("x {# 1", "1:3: the comment is not closed; end it with #}")]
    [InlineData("{{ 'a }}", "1:4: the text is not closed; end it with '")]
    [InlineData("{{ (1] }}", "1:6: expected ')', found ']'")]
    [InlineData("{{ 'a\\N{DASH}' }}", "1:4: the escape \\N is not supported")]
    [InlineData("{{ 1 ; 2 }}", "1:6: the character ';' has no meaning in a tag")]
    [InlineData("{{ 1 2 }}", "1:6: expected }}, found '2'")]
    [InlineData("{% set loop = 1 %}", "1:8: 'loop' cannot be set")]
    public void What_is_not_supported_is_refused_where_it_stands(string text, string expected) =>
        Assert.StartsWith(
            $"chat.jinja:{expected}", Assert.Throws<InvalidDataException>(() => ChatTemplate.Parse(text, "chat.jinja")).Message);

    [Theory]
    [InlineData("\n {{ nosuch.member }}", "2:12: 'nosuch' is not defined, so it has no member 'member'")]
    [InlineData("{{ messages[3].role }}", "1:16: a list has no '3', so it has no member 'role'")]
    [InlineData(
        "{{ messages[0].content + 1 }}",
        "1:24: '+' has no meaning between a text and a whole number. Join anything to a text with ~.")]
    [InlineData("{{ raise_exception('Roles must alternate') }}", "1:19: the template refuses the conversation: Roles must alternate")]
    [InlineData("{{ messages.append(1) }}", "1:13: the method append of a list is not supported")]
    [InlineData("{{ 'a'.zfill(3) }}", "1:8: the method zfill of a text is not supported, only capitalize")]
    [InlineData("{{ messages[0].update({}) }}", "1:16: the method update of a mapping is not supported")]
    [InlineData("{% for m in messages %}{{ loop.cycle(1, 2) }}{% endfor %}", "1:32: loop.cycle is not supported, only index")]
    [InlineData("{{ strftime_now('%Z') }}", "1:16: the directive %Z of a time is not supported")]
    [InlineData("{{ 'a' * 10000000 }}", "1:8: a repetition would be longer than 1000000")]
    [InlineData("{{ 1 | center(3) }}", "1:8: the filter center is not supported, only capitalize, count")]
    [InlineData("{% if messages %}\n{{ messages | xmlattr }}{% endif %}", "2:15: the filter xmlattr is not supported")]
    [InlineData("{% set x | wordwrap(9) %}a{% endset %}", "1:12: the filter wordwrap is not supported")]
    [InlineData("{{ messages | map('wordcount') }}", "1:15: the filter wordcount is not supported")]
    [InlineData("{{ 1 is divisibleby 3 }}", "1:6: the test divisibleby is not supported, only !=")]
    [InlineData("{{ 1 is not sameas(1) }}", "1:6: the test sameas is not supported")]
    [InlineData("{{ lipsum(2) }}", "1:10: 'lipsum' is not defined, so it cannot be called")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "1:35: f takes at most 1 arguments, not 2")]
    [InlineData("{{ range }}", "1:4: the function range cannot be written")]
    [InlineData("{% set a.b = 1 %}", "1:4: 'a' is no namespace; make one")]
    public void What_goes_wrong_is_said_where_it_happens(string text, string expected) =>
        Assert.StartsWith(
            $"chat.jinja:{expected}",
            Assert.Throws<InvalidDataException>(() => ChatTemplate.Parse(text, "chat.jinja").Render(Messages, now: Now)).Message);

    [Fact]
    public void A_template_that_writes_the_time_needs_one()
    {
        static string Without(string text) => ChatTemplate.Parse(text, "chat.jinja").Render(Messages);
        var error = Assert.Throws<InvalidDataException>(() => Without("on {{ strftime_now('%d') }}"));
        Assert.StartsWith("chat.jinja:1:19: the template writes the date (strftime_now), and none was given", error.Message);
        Assert.Equal("yes", Without("{% if strftime_now is defined %}yes{% else %}{{ strftime_now('%d') }}{% endif %}"));
    }

    [Theory]
    [InlineData("{{ strftime_now('%d') }}", true)]
    [InlineData("{% if date_string is not defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}", true)]
    [InlineData("{# strftime_now #}strftime_now {{ 'strftime_now' }}", false)]
    public void A_template_says_whether_it_may_write_the_time(string text, bool expected) =>
        Assert.Equal(expected, ChatTemplate.Parse(text).ReadsTime);

    [Fact]
    public void A_template_that_is_nested_too_deeply_is_refused()
    {
        var text = $"{{{{ {new string('(', 200_000)}1{new string(')', 200_000)} }}}}";

        Assert.Contains("nested too deeply", Assert.Throws<InvalidDataException>(() => ChatTemplate.Parse(text)).Message);
    }
}
