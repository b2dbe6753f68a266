namespace Levee

open System
open System.Collections.Generic
open System.Text

/// The end of a text that is being written: at one of some tokens, or where one of some texts is complete, over however many tokens. It is asked for after
/// every token, so it looks at the last few tokens alone. Raises `ArgumentException` for an empty stop text.
[<Sealed>]
type StopCondition(tokenizer: ITokenizer, stopTokens: int seq, stopTexts: string list) =
    do
        if stopTexts |> List.exists String.IsNullOrEmpty then
            Setting.refuse "A stop text is empty; it would end every text at once."

    let stopTokens = HashSet stopTokens

    // A token holds at least one byte, so no stop text spans more tokens than it has bytes. One token more, as the first may be decoded in its own way.
    let window = 1 + (stopTexts |> Seq.map Encoding.UTF8.GetByteCount |> Seq.fold max 0)

    // The last letter of each stop text, and what stands for a part of a letter.
    let lastLetters = [| '\uFFFD'; yield! stopTexts |> List.map(fun text -> text[text.Length - 1]) |]

    // For each token, 2 where it can complete a stop text, 1 where it cannot, 0 where that is not known yet. Threads may write the same entry, and write the same.
    let completes = Array.zeroCreate<byte> tokenizer.VocabularySize

    let canComplete token =
        // A model may have tokens that its tokenizer lacks; they have no text.
        token < completes.Length
        && (if completes[token] = 0uy then
                completes[token] <-
                    if (tokenizer.Decode [| token |]).IndexOfAny lastLetters >= 0 then
                        2uy
                    else
                        1uy
            completes[token] = 2uy)

    /// True when the text ends in a stop token.
    member _.AtToken(written: IReadOnlyList<int>) = stopTokens.Contains written[written.Count - 1]

    /// True when the last token completes a stop text.
    member _.AtText(written: IReadOnlyList<int>) =
        not stopTexts.IsEmpty
        && canComplete written[written.Count - 1]
        && (let tail = tokenizer.Decode [| for i in max 0 (written.Count - window) .. written.Count - 1 -> written[i] |]
            stopTexts |> List.exists(fun stop -> tail.Contains(stop, StringComparison.Ordinal)))

    /// True when the text is over.
    member this.Reached(written: IReadOnlyList<int>) = this.AtToken written || this.AtText written
