namespace Levee.Environments

open System
open System.Text
open Levee.PythonText

/// Answers in the form in which they are compared, equal for every text to what Search-R1's and SQuAD's Python makes of it: `lower()`, without
/// `string.punctuation`, `re.sub(r'\b(a|an|the)\b', ' ', ...)`, `' '.join(split())`.
[<RequireQualifiedAccess>]
module AnswerText =
    // The longest comes first, as one may begin another.
    let private articles = [ "the"; "an"; "a" ]

    let private isAsciiPunctuation (letter: char) = Char.IsAscii letter && (Char.IsPunctuation letter || Char.IsSymbol letter)

    // The characters that `\w` of Python's re matches. .NET's knows other letters, numbers and marks.
    let private isWord codePoint = PythonCharacter.IsAlphanumeric codePoint || codePoint = int '_'

    let private codePointAt (text: string) index =
        if index + 1 < text.Length && Char.IsSurrogatePair(text[index], text[index + 1]) then
            Char.ConvertToUtf32(text[index], text[index + 1])
        else
            int text[index]

    let private codePointBefore (text: string) index =
        if index > 1 && Char.IsSurrogatePair(text[index - 2], text[index - 1]) then
            codePointAt text (index - 2)
        else
            int text[index - 1]

    let private isFreeBefore text index = index = 0 || not(isWord(codePointBefore text index))
    let private isFreeFrom (text: string) index = index = text.Length || not(isWord(codePointAt text index))

    let private articleAt (text: string) index =
        articles
        |> List.tryFind(fun article ->
            String.CompareOrdinal(text, index, article, 0, article.Length) = 0 && isFreeFrom text (index + article.Length))

    let private withoutArticles (text: string) =
        let kept = StringBuilder(text.Length)
        let mutable index = 0
        while index < text.Length do
            let article =
                if isFreeBefore text index then
                    articleAt text index
                else
                    None
            match article with
            | Some article ->
                kept.Append ' ' |> ignore
                index <- index + article.Length
            | None ->
                kept.Append text[index] |> ignore
                index <- index + 1
        kept.ToString()

    let private singleSpaced (text: string) = String.Join(' ', PythonString.Split text)

    /// Lower case; no ASCII punctuation; no articles a, an, the; single spaces between words and none around them.
    let normalise (answer: string) =
        PythonString.Lower answer |> String.filter(isAsciiPunctuation >> not) |> withoutArticles |> singleSpaced

    /// An answer with case and white space evened out, and nothing else. Answers of nothing but articles and punctuation are compared in this form.
    let fold (answer: string) = PythonString.Lower answer |> singleSpaced

    /// True when normalising leaves nothing of an answer, such as "The The" or "!!!".
    let isVoid answer = normalise answer = ""
