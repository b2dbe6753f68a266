namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The members of the variable <c>loop</c>.</summary>
internal static class LoopMembers
{
    internal static Value Find(LoopValue loop, string name) => name switch
    {
        "index" => Value.Of(loop.Index + 1),
        "index0" => Value.Of(loop.Index),
        "revindex" => Value.Of(loop.Items.Count - loop.Index),
        "revindex0" => Value.Of(loop.Items.Count - loop.Index - 1),
        "first" => Value.Of(loop.Index == 0),
        "last" => Value.Of(loop.Index == loop.Items.Count - 1),
        "length" => Value.Of(loop.Items.Count),
        "previtem" => loop.Index > 0 ? loop.Items[loop.Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => loop.Index < loop.Items.Count - 1 ? loop.Items[loop.Index + 1] : new UndefinedValue("there is no next item"),
        _ => throw new TemplateFailure(
            $"loop.{name} is not supported, only index, index0, revindex, revindex0, first, last, length, previtem and nextitem."),
    };
}
