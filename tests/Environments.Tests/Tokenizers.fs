namespace Levee.Environments.Tests

open System
open System.Text.RegularExpressions
open Levee
open Levee.Tests

/// Words as tokens, and a control token for each tag and `<eos>`. Words get their ids as they are first met. Read as plain text, a tag
/// falls into its letters and marks.
type WordTokenizer() =
    // Without <pad> and <unk>.
    let control = Atlas.specialTokens |> List.skip 2 |> Array.ofList

    let words = ResizeArray<string>(control)
    let tagsAndWords = Regex @"</?(?:think|search|information|answer)>|<eos>|\w+|[^\w\s]"
    let wordsOnly = Regex(@"\w+|[^\w\s]")

    let idOf word =
        lock words (fun () ->
            match words.IndexOf word with
            | -1 ->
                words.Add word
                words.Count - 1
            | id -> id)

    member _.IsControl id = id < control.Length

    interface ITokenizer with
        member _.Encode pieces =
            let text, isPlain = Pieces.join pieces
            let marks (part: Match) = isPlain[part.Index .. part.Index + part.Length - 1]
            let parts =
                tagsAndWords.Match text
                |> Array.unfold(fun part ->
                    let part =
                        if part.Success && Array.contains part.Value control && Array.contains true (marks part) then
                            wordsOnly.Match(text, part.Index)
                        else
                            part
                    if part.Success then
                        Some(part, tagsAndWords.Match(text, part.Index + part.Length))
                    else
                        None)
            {
                Tokens = [| for part in parts -> idOf part.Value |]
                IsPlain = [| for part in parts -> Array.forall id (marks part) |]
            }

        member _.Decode tokens = String.Join(' ', tokens |> Array.map(fun id -> lock words (fun () -> words[id])))

        member _.VocabularySize = 100_000
        member _.IdOf token = lock words (fun () -> words.IndexOf token |> Some |> Option.filter(fun id -> id >= 0))

/// Letters (UTF-16 units) as tokens: a tag spans many of them.
type LetterTokenizer() =
    interface ITokenizer with
        member _.Encode pieces = Pieces.encodeLetters pieces
        member _.Decode tokens = String(Array.map char tokens)
        member _.VocabularySize = 65536
        member _.IdOf token = if token.Length = 1 then Some(int token[0]) else None
