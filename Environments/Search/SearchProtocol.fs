namespace Levee.Environments.Search

open System.Text.RegularExpressions
open Levee
open Levee.Environments

/// The amount of detail in which the policy is told about the protocol.
[<RequireQualifiedAccess>]
type Wording =
    /// The whole instruction before the question, for a pretrained language model.
    | Full
    /// `Question: ...` alone, and a notice of a few words, for a policy that learns the protocol from demonstrations.
    | Brief

/// The intent of an action, as the protocol reads it.
[<RequireQualifiedAccess>]
type Intent =
    /// A search, and the stretch of the action that calls it: `<search>` to `</search>`.
    | Search of query: string * span: string
    /// The answer, and the stretch of the action that states it: `<answer>` to `</answer>`.
    | Answer of answer: string * span: string
    | Invalid

/// The protocol of Search-R1 (arXiv 2503.09516) as pure functions over text: reason inside `<think>`, search by
/// `<search> query </search>`, read what comes between `<information>` tags, answer inside `<answer>`.
[<RequireQualifiedAccess>]
module SearchProtocol =
    /// A turn is over as soon as the policy has written one of these.
    let stopTexts = [ "</search>"; "</answer>" ]

    // Read from the right, so that the last pair is found and it opens at the innermost tag.
    let private lastPair =
        Regex(@"<\k<tag>>(?<content>.*?)</(?<tag>search|answer)>", RegexOptions.RightToLeft ||| RegexOptions.Singleline)

    /// Reads an action: its last well-formed pair of search or answer tags decides, whatever stands around it. White space around
    /// the content does not count; a search for nothing is invalid.
    let parse (action: string) =
        let pair = lastPair.Match action
        let content = pair.Groups["content"].Value.Trim()
        match pair.Groups["tag"].Value with
        | "search" when content <> "" -> Intent.Search(content, pair.Value)
        | "answer" -> Intent.Answer(content, pair.Value)
        | _ -> Intent.Invalid

    let private instruction =
        "You will be given a question to answer. Whenever you receive new information, first reason about it inside <think> and </think>. \
        If your reasoning shows that some knowledge is missing, call a search engine by writing <search> your query </search>; what it \
        finds is returned to you between <information> and </information>. You may search as many times as you need. Once nothing more \
        is missing, write the answer inside <answer> and </answer> and add no further illustration. \
        For example: <answer> Beijing </answer>. "

    /// The prompt: the pieces that the policy is given first. The question is text from elsewhere.
    let prompt wording (question: string) = [
        match wording with
        | Wording.Full -> Piece.Markup(instruction + "Question: ")
        | Wording.Brief -> Piece.Markup "Question: "
        Piece.Plain question
        Piece.Markup "\n"
    ]

    /// Documents as the policy reads them, best first: `Doc 1(Title: T) text`, one a line.
    let render (documents: Document seq) =
        documents
        |> Seq.mapi(fun index document -> $"Doc {index + 1}(Title: {document.Title}) {document.Text.Trim()}")
        |> String.concat "\n"

    /// The answer to a search: the documents as text from elsewhere, between the protocol's own tags.
    let information (documents: Document seq) = [
        Piece.Markup "\n\n<information>"
        Piece.Plain(render documents)
        Piece.Markup "</information>\n\n"
    ]

    /// The answer to an action that is neither a search nor an answer.
    let notice wording =
        match wording with
        | Wording.Full ->
            "\nMy previous action could not be read. To search, I should write the query between <search> and </search>. To answer, I \
            should write the final answer between <answer> and </answer>. I will try again.\n"
        | Wording.Brief -> "\nMy previous action was invalid. I should search or answer again.\n"
        |> Piece.Markup
        |> List.singleton
