namespace Levee.Environments.Search

open System
open System.Globalization
open System.Text

/// The way in which an index takes texts and queries apart into words to look for.
[<RequireQualifiedAccess>]
type TextAnalysis =
    /// Words are runs of letters and digits. A script that writes no blanks between words is found by whole runs only.
    | Words
    /// Finds words as `Words` does, but in scripts that write no blanks between words, or fasten particles to them (Chinese, Japanese, Korean, Thai, Lao,
    /// Khmer, Burmese and more), words are the pairs of neighbouring characters, as in Lucene's CJKAnalyzer, and the single ones. Vowel and cantillation
    /// points of Arabic and Hebrew and the Arabic tatweel do not count, symbols such as emoji are words of their own, and half and full width are one.
    | Pairs

/// Taking texts and queries apart; knows no search engine.
[<RequireQualifiedAccess>]
module TextAnalysis =
    // The ranges of scripts that are written without blanks between words. Both ends belong to a range.
    let private unspaced = [|
        0x0E01, 0x0E4E // Thai
        0x0E81, 0x0ECE // Lao
        0x1000, 0x109F // Myanmar
        0x1100, 0x11FF // Hangul's letters
        0x1780, 0x17DD // Khmer
        0x1950, 0x19DF // Tai Le, New Tai Lue
        0x1A20, 0x1AAD // Tai Tham
        0x1B00, 0x1B4B // Balinese
        0x2E80, 0x2FDF // radicals of Han
        0x3005, 0x3007 // Han's marks of iteration, and its zero
        0x3021, 0x303C // Han's numbers and marks
        0x3041, 0x318F // Hiragana, Katakana, Bopomofo, Hangul
        0x31A0, 0x31BF // Bopomofo
        0x31F0, 0x31FF // Katakana
        0x3400, 0x4DBF // Han
        0x4E00, 0x9FFF // Han
        0xA000, 0xA48C // Yi
        0xA960, 0xA97F // Hangul's letters
        0xA980, 0xA9FF // Javanese, Myanmar
        0xAA60, 0xAADF // Myanmar, Tai Viet
        0xAC00, 0xD7FF // Hangul
        0xF900, 0xFAFF // Han
        0xFF66, 0xFFDC // half-width Katakana and Hangul
        0x16FE0, 0x18D08 // Tangut, Khitan
        0x1AFF0, 0x1B2FB // Kana, Nushu
        0x20000, 0x3FFFD // Han
    |]

    // Points and marks over and under the letters of Arabic and Hebrew, which most texts leave out; not those that belong to a letter (U+0653 to 0655).
    let private points = [|
        0x0591, 0x05C7
        0x0610, 0x061A
        0x064B, 0x0652
        0x0656, 0x065F
        0x0670, 0x0670
        0x06D6, 0x06ED
        0x0898, 0x089F
        0x08CA, 0x08FF
        0xFB1E, 0xFB1E
    |]

    let private tatweel = 0x0640

    let private isIn (ranges: (int * int)[]) (rune: Rune) =
        ranges |> Array.exists(fun (first, last) -> rune.Value >= first && rune.Value <= last)

    let private isMark (rune: Rune) =
        match Rune.GetUnicodeCategory rune with
        | UnicodeCategory.NonSpacingMark
        | UnicodeCategory.SpacingCombiningMark -> true
        | _ -> false

    let private isWord (rune: Rune) =
        Rune.IsLetterOrDigit rune
        || isMark rune
        || match Rune.GetUnicodeCategory rune with
           | UnicodeCategory.OtherNumber
           | UnicodeCategory.LetterNumber -> true
           | _ -> false

    let private isSymbol (rune: Rune) = Rune.GetUnicodeCategory rune = UnicodeCategory.OtherSymbol
    let private isUnspaced (rune: Rune) = rune.Value >= 0x0E01 && not(Rune.IsDigit rune) && isWord rune && isIn unspaced rune
    let private isDropped (rune: Rune) = rune.Value = tatweel || isMark rune && isIn points rune

    /// True when `Words` finds less in a text than `Pairs`: the text holds a script without blanks between words, or letters with points.
    let needsPairs (text: string) =
        let mutable runes = text.EnumerateRunes()
        let mutable found = false
        while not found && runes.MoveNext() do
            let rune = runes.Current
            // All of these stand behind the Latin, Greek and Cyrillic letters.
            found <- rune.Value >= 0x0591 && (isUnspaced rune || isDropped rune)
        found

    // The characters of a run, each with the marks on it.
    let private clusters (run: Rune list) =
        let join clusters (rune: Rune) =
            match clusters with
            | last :: earlier when isMark rune -> (last + rune.ToString()) :: earlier
            | _ -> rune.ToString() :: clusters
        run |> List.fold join [] |> List.rev

    // A run that is kept whole, as an ordinary word is, has no pairs.
    type private Run =
        | Whole of Rune list
        | Unspaced of Rune list

    let private runs (text: string) =
        let add runs (rune: Rune) =
            if isDropped rune then
                runs
            elif isSymbol rune then
                Whole [] :: Whole [ rune ] :: runs
            elif not(isWord rune) then
                Whole [] :: runs
            else
                match runs with
                | Unspaced run :: earlier when isUnspaced rune -> Unspaced(rune :: run) :: earlier
                | Whole run :: earlier when not(isUnspaced rune) -> Whole(rune :: run) :: earlier
                | _ when isUnspaced rune -> Unspaced [ rune ] :: runs
                | _ -> Whole [ rune ] :: runs
        let mutable found = []
        for rune in (CharacterWidth.fold text).EnumerateRunes() do
            found <- add found rune
        List.rev found

    let private joined (run: Rune list) = run |> List.rev |> List.map string |> String.concat ""
    let private pairs characters = characters |> List.pairwise |> List.map(fun (one, next) -> one + next)

    let private terms (ofUnspaced: string list -> string list) text =
        runs text
        |> List.collect(function
            | Whole [] -> []
            | Whole run -> [ joined run ]
            | Unspaced run -> run |> List.rev |> clusters |> ofUnspaced)

    let private single analysis (text: string) =
        match analysis with
        | TextAnalysis.Pairs ->
            let ofRun =
                function
                | [ character ] -> [ character ]
                | characters -> pairs characters
            terms ofRun text
        | TextAnalysis.Words ->
            let letters = StringBuilder()
            for rune in text.EnumerateRunes() do
                letters.Append(if isWord rune then rune.ToString() else " ") |> ignore
            letters.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

    /// The form of a text that is given to an engine whose words are runs of letters, digits, marks and symbols: the text itself for `Words`, words between
    /// blanks for `Pairs`.
    let indexed analysis (text: string) =
        match analysis with
        | TextAnalysis.Words -> text
        | TextAnalysis.Pairs -> terms (fun characters -> characters @ pairs characters) text |> String.concat " "

    // A policy may write hundreds of words; an engine's expression may not hold as many.
    let private longestQuery = 64

    /// The distinct words of a query, any of which is looked for: at most 64, lower-cased, in the order of their letters, so that queries of the same words
    /// are the same query.
    let query analysis (text: string) =
        (single analysis text |> String.concat " ").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.distinct
        |> Array.truncate longestQuery
        |> Array.sortWith(fun a b -> String.CompareOrdinal(a, b))

    /// The share of documents with such scripts in a corpus from which on `suited` takes `Pairs`.
    let pairsFrom = 0.01

    /// The analysis that suits a corpus, given its number of documents and how many of them hold a text that `needsPairs`.
    let suited (documents: int64) (needing: int64) =
        if needing > 0L && float needing >= pairsFrom * float documents then
            TextAnalysis.Pairs
        else
            TextAnalysis.Words

    /// A description of what an analysis finds, in one sentence.
    let describe analysis =
        match analysis with
        | TextAnalysis.Words -> "words are runs of letters and digits; scripts without blanks between words are found by whole runs only"
        | TextAnalysis.Pairs ->
            "words are runs of letters and digits, in scripts without blanks between words single characters and pairs; points of Arabic and Hebrew do not count"
