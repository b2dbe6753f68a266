namespace Levee.Interop.HuggingFace.Templates;

/// <summary>A place in a template, both numbers from 1.</summary>
internal readonly record struct Position(int Line, int Column)
{
    /// <summary>The place of the character at <paramref name="offset"/>.</summary>
    internal static Position At(string text, int offset)
    {
        var before = text.AsSpan(0, offset);
        return new Position(before.Count('\n') + 1, offset - before.LastIndexOf('\n'));
    }
}

/// <summary>A template's text and what it is called in errors.</summary>
internal sealed record TemplateSource
{
    internal TemplateSource(string name, string text)
    {
        Name = name;
        // As in Jinja, every line ends with a line feed, and the last line's is no part of the text.
        var lines = text.ReplaceLineEndingsAsPython();
        Text = lines.EndsWith('\n') ? lines[..^1] : lines;
    }

    internal string Name { get; }

    internal string Text { get; }

    /// <summary>An error at a place of the template.</summary>
    internal InvalidDataException Error(Position at, string message, Exception? inner = null) =>
        new($"{Name}:{at.Line}:{at.Column}: {message}", inner);
}

/// <summary>An error of a value or an operation, which does not know its place yet; the evaluator adds it.</summary>
internal sealed class TemplateFailure(string message) : Exception(message);
