namespace Levee

open System
open System.Collections.Generic

/// When a turn is over. Asked after every token, so it looks at the last few tokens alone.
type internal TurnEnd(tokenizer: ITokenizer, endOfSequence: int option, stopTexts: string list) =
    // A token holds at least one byte, so no stop text spans more tokens than it has letters.
    let window = stopTexts |> Seq.map String.length |> Seq.fold max 0

    // Whether a token can complete a stop text: 0 unknown, 1 no, 2 yes. Threads may write the same entry, and write the same.
    let completes = Array.zeroCreate<byte> tokenizer.VocabularySize

    let canComplete token =
        if completes[token] = 0uy then
            completes[token] <-
                if tokenizer.Decode([| token |]).Contains '>' then
                    2uy
                else
                    1uy

        completes[token] = 2uy

    member _.Reached(written: IReadOnlyList<int>) =
        let last = written[written.Count - 1]

        endOfSequence = Some last
        || (canComplete last
            && (let tail = tokenizer.Decode [| for i in max 0 (written.Count - window) .. written.Count - 1 -> written[i] |]
                stopTexts |> List.exists(fun (stop: string) -> tail.Contains(stop, StringComparison.Ordinal))))
