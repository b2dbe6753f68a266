using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The way in which an index takes texts and queries apart into words to look for.</summary>
public enum TextAnalysis
{
    /// <summary>Words are runs of letters and digits. A script that writes no blanks between words is found by whole runs only.</summary>
    Words,

    /// <summary>
    /// Finds words as <see cref="Words"/> does, but in scripts that write no blanks between words (Chinese, Japanese, Thai and more) or fasten
    /// particles to them (Korean), words are single characters and pairs of neighbouring ones. Points of Arabic and Hebrew do not count.
    /// </summary>
    Pairs,
}

internal static class TextAnalysisMapping
{
    internal static CoreSearch.TextAnalysis ToCore(this TextAnalysis analysis) => analysis switch
    {
        TextAnalysis.Words => CoreSearch.TextAnalysis.Words,
        TextAnalysis.Pairs => CoreSearch.TextAnalysis.Pairs,
        _ => throw Unnamed.Refuse(analysis),
    };

    internal static TextAnalysis FromCore(CoreSearch.TextAnalysis core) => core.IsWords ? TextAnalysis.Words : TextAnalysis.Pairs;
}
