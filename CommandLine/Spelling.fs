namespace Levee.CommandLine

/// Near matches for mistyped names. build.fsx loads this file too, so that it needs nothing that is built.
[<RequireQualifiedAccess>]
module Spelling =
    /// Levenshtein's distance: the fewest single letters inserted, removed or replaced between two words.
    let private distance (left: string) (right: string) =
        let next (previous: int[]) (letter: char) =
            let row = Array.zeroCreate(right.Length + 1)
            row[0] <- previous[0] + 1
            for column in 1 .. right.Length do
                let replaced = previous[column - 1] + (if right[column - 1] = letter then 0 else 1)
                row[column] <- min replaced (1 + min previous[column] row[column - 1])
            row
        left |> Seq.fold next [| 0 .. right.Length |] |> Array.last

    /// " Did you mean ...?" with the known names near to a mistyped one, nearest first; empty when none is near.
    let didYouMean (typed: string) (known: string list) =
        let isNear (name: string) =
            let sharesStart = typed.Length >= 3 && (name.StartsWith typed || typed.StartsWith name)
            sharesStart || distance typed name <= max 2 (typed.Length / 3)
        match known |> List.filter isNear |> List.sortBy(distance typed) |> List.truncate 3 with
        | [] -> ""
        | names -> names |> String.concat " or " |> sprintf " Did you mean %s?"
