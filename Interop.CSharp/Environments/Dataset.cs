using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Search-R1's corpora and FlashRAG's question files: JSON lines in UTF-8.</summary>
public static class Dataset
{
    /// <summary>
    /// The documents of a corpus, lines of <c>{"id", "contents"}</c> with the title on the first line of <c>contents</c>; read as they are
    /// enumerated.
    /// </summary>
    /// <exception cref="Exception">The file cannot be used; the message names file, line and remedy.</exception>
    public static IEnumerable<Document> ReadCorpus(string path) => CoreEnvironments.Dataset.readCorpus(path).Select(Document.FromCore);

    /// <summary>The questions of a file, lines of <c>{"id", "question", "golden_answers"}</c>; read as they are enumerated.</summary>
    /// <exception cref="Exception">The file cannot be used; the message names file, line and remedy.</exception>
    public static IEnumerable<Question> ReadQuestions(string path) => CoreEnvironments.Dataset.readQuestions(path).Select(Question.FromCore);

    /// <summary>All questions of a file, as <see cref="ReadQuestions"/> reads them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tell">Gets what a user should know about them, each thing in one line: golden answers of nothing but articles and
    /// punctuation, and where they stand.</param>
    /// <exception cref="Exception">The file cannot be used; the message names file, line and remedy.</exception>
    public static IReadOnlyList<Question> LoadQuestions(string path, Action<string> tell)
    {
        ArgumentNullException.ThrowIfNull(tell);
        var (questions, notices) = CoreEnvironments.Dataset.loadQuestions(path);
        foreach (var notice in notices)
        {
            tell(notice);
        }
        return questions.MapAll(Question.FromCore);
    }
}
