module Levee.Tests.Pieces

open Levee

/// The text that pieces make together, and of each of its UTF-16 units whether it is from elsewhere.
let join pieces =
    let text = pieces |> List.map Piece.text |> String.concat ""
    text, [| for piece in pieces -> Array.replicate (Piece.text piece).Length piece.IsPlain |] |> Array.concat

/// Letters (UTF-16 units) as tokens: no letter is a control token.
let encodeLetters pieces =
    let text, isPlain = join pieces
    { Tokens = text |> Seq.map int |> Array.ofSeq; IsPlain = isPlain }
