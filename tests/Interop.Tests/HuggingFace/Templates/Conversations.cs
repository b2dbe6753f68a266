using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Conversations of every kind that a chat template tells apart.</summary>
internal static class Conversations
{
    private const string Texts = """
        [
          [{"role": "user", "content": "Hi"}],
          [{"role": "user", "content": "  blanks around \n\n"}],
          [{"role": "system", "content": " Be brief. "}, {"role": "user", "content": "Hi"}],
          [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}],
          [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}, {"role": "user", "content": "3"},
           {"role": "assistant", "content": "4"}, {"role": "user", "content": "5 € 😀 \"quoted\" <b> & {{ no }} {% no %}"}],
          [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}, {"role": "user", "content": "c"}],
          [{"role": "user", "content": "Weather?"},
           {"role": "assistant", "content": "", "tool_calls": [
             {"type": "function", "function": {
               "name": "weather", "arguments": {"city": "Köln", "days": 3, "high": 1.0, "on": true, "x": null}}}]},
           {"role": "tool", "content": "{\"temperature\": 21.5}"},
           {"role": "assistant", "content": "21.5 degrees"}],
          [{"role": "user", "content": "Two?"},
           {"role": "assistant", "content": "Both.", "tool_calls": [
             {"name": "weather", "arguments": {"nested": {"list": [1, 2.5e-7, [], {}], "text": "a\n\"b\"\\\u0001"}}},
             {"name": "time", "arguments": {}}]},
           {"role": "tool", "content": "one"}, {"role": "tool", "content": "two"},
           {"role": "assistant", "content": "done"}, {"role": "user", "content": "more"}],
          [{"role": "user", "content": "Text arguments"},
           {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": "{\"a\": 1}"}}]},
           {"role": "tool", "content": "last"}],
          [{"role": "user", "content": "Think"},
           {"role": "assistant", "content": "<think>\nhm\n</think>\n\nAnswer"}, {"role": "user", "content": "Again"},
           {"role": "assistant", "content": "<think>\n\nhm 2\n\n</think>\n\nAnswer 2"}],
          [{"role": "user", "content": "Think"},
           {"role": "assistant", "content": "\nAnswer", "reasoning_content": "\nset apart\n"},
           {"role": "user", "content": "<tool_response>\nx\n</tool_response>"},
           {"role": "assistant", "content": "Answer", "reasoning_content": null}],
          [{"role": "user", "content": "Think and call"},
           {"role": "assistant", "content": "<think>\nwhich tool?\n</think>\nLet me see.", "tool_calls": [
             {"function": {"name": "search", "arguments": {"query": "levee"}}}]},
           {"role": "tool", "content": "found"},
           {"role": "assistant", "content": "<think>\nso\n</think>\nIt is a dam."}],
          [{"role": "tool", "content": "a tool first"}, {"role": "ipython", "content": "p"}],
          [{"role": "tool", "content": ["a", {"b": 1}]}, {"role": "user", "content": "x"}],
          [{"role": "assistant", "content": "no user"}],
          [{"role": "user"}],
          [{"role": "user", "content": null}],
          []
        ]
        """;

    private const string ToolTexts = """
        [
          {"type": "function", "function": {"name": "weather",
            "description": "The weather of a city, today's & tomorrow's; \"°C\" <or> °F",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 1},
            "unit": {"enum": ["C", "F"]}}, "required": ["city"]}}},
          {"type": "function", "function": {"name": "search", "parameters": {"type": "object", "properties": {}, "threshold": 1e-5}}}
        ]
        """;

    /// <summary>All conversations, each a list of messages in transformers' form.</summary>
    internal static IReadOnlyList<JsonObject[]> All { get; } =
        [.. JsonNode.Parse(Texts)!.AsArray().Select(conversation => conversation!.AsArray().Select(m => m!.AsObject()).ToArray())];

    /// <summary>Two tools.</summary>
    internal static JsonNode[] Tools { get; } = [.. JsonNode.Parse(ToolTexts)!.AsArray().Select(tool => tool!)];
}
