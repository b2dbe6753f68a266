using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>A call of a tool by the model.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments of the call.</param>
public sealed record ChatToolCall(string Name, JsonObject Arguments);

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, or <c>tool</c> for a tool's answer.</param>
/// <param name="Content">The text of the message; empty where it is only calls of tools.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>The tools that the model calls.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>The model's thoughts before it spoke, for templates that set them apart (Qwen3); null for none.</summary>
    public string? Reasoning { get; init; }

    /// <summary>
    /// The message as transformers takes it: <c>role</c>, <c>content</c>, and where there are any <c>tool_calls</c> and
    /// <c>reasoning_content</c>.
    /// </summary>
    public JsonObject ToJson()
    {
        var message = new JsonObject { ["role"] = Role, ["content"] = Content };
        if (Reasoning is not null)
        {
            message["reasoning_content"] = Reasoning;
        }
        if (ToolCalls.Count > 0)
        {
            message["tool_calls"] = new JsonArray([.. ToolCalls.Select(Json)]);
        }
        return message;
    }

    private static JsonObject Json(ChatToolCall call) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments.DeepClone() },
    };
}
