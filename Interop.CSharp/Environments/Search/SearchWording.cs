using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The amount of detail in which a policy is told about the search protocol.</summary>
public enum SearchWording
{
    /// <summary>The whole instruction before the question, for a pretrained language model.</summary>
    Full,

    /// <summary><c>Question: ...</c> alone, for a policy that learns the protocol from demonstrations.</summary>
    Brief,
}

internal static class SearchWordingMapping
{
    internal static CoreSearch.Wording ToCore(this SearchWording wording) => wording switch
    {
        SearchWording.Full => CoreSearch.Wording.Full,
        SearchWording.Brief => CoreSearch.Wording.Brief,
        _ => throw Unnamed.Refuse(wording),
    };

    internal static SearchWording FromCore(CoreSearch.Wording core) => core.IsFull ? SearchWording.Full : SearchWording.Brief;
}
