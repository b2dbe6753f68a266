namespace Levee.Environments.Search

open System.Text

/// Half-width and full-width forms as the characters that they stand for, as Lucene's CJKWidthFilter has them, by Unicode's own table alone: the
/// platform's normalisation does nothing in an invariant culture.
module internal CharacterWidth =
    // From U+FF65 on; the last two are the marks that voice the letter before them.
    let private halfWidth = "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309A"

    let private voiceable = "ウカキクケコサシスセソタチツテトハヒフヘホうかきくけこさしすせそたちつてとはひふへほ"
    let private voiced = "ヴガギグゲゴザジズゼゾダヂヅデドバビブベボゔがぎぐげござじずぜぞだぢづでどばびぶべぼ"
    let private halfVoiceable, halfVoiced = "ハヒフヘホはひふへほ", "パピプペポぱぴぷぺぽ"

    let private plain letter =
        if letter >= '\uFF01' && letter <= '\uFF5E' then
            char(int letter - 0xFEE0)
        elif letter >= '\uFF65' && int letter < 0xFF65 + halfWidth.Length then
            halfWidth[int letter - 0xFF65]
        else
            letter

    let private composed before mark =
        let among (letters: string) (results: string) =
            match letters.IndexOf(before: char) with
            | -1 -> None
            | index -> Some results[index]
        match mark with
        | '\u3099' -> among voiceable voiced
        | '\u309A' -> among halfVoiceable halfVoiced
        | _ -> None

    /// A text with such forms replaced, and kana with a voicing mark behind them as one character.
    let fold (text: string) =
        let folded = StringBuilder(text.Length)
        for letter in text do
            let letter = plain letter
            let whole =
                if folded.Length > 0 then
                    composed folded[folded.Length - 1] letter
                else
                    None
            match whole with
            | Some whole -> folded[folded.Length - 1] <- whole
            | None -> folded.Append letter |> ignore
        folded.ToString()
