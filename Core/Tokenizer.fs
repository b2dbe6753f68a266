namespace Levee

/// A piece of text that is given to a policy, by how far it is to be trusted.
[<RequireQualifiedAccess>]
type Piece =
    /// The protocol's own text: its tags become control tokens where the tokenizer has them.
    | Markup of string
    /// Text from elsewhere (a question, a document): a tag in it is only text.
    | Plain of string

/// The tokens of pieces of text.
type Encoded = {
    Tokens: int[]
    /// For each token, true when all of its text is `Piece.Plain`. A token across the end of a piece that holds some of the protocol's own text is not plain.
    IsPlain: bool[]
}

/// The seam between text and tokens.
type ITokenizer =
    /// The tokens of the text that the pieces make together: those of the whole text, wherever one piece ends and the next begins, but that
    /// no control token comes from `Piece.Plain`, neither from a tag in it nor from a tag that it completes.
    abstract Encode: pieces: Piece list -> Encoded
    abstract Decode: tokens: int[] -> string
    /// One more than the largest token id.
    abstract VocabularySize: int
    /// The id of a token by its exact text.
    abstract IdOf: token: string -> int option

[<RequireQualifiedAccess>]
module Piece =
    /// The piece's text.
    let text piece =
        match piece with
        | Piece.Markup text
        | Piece.Plain text -> text

    /// The tokens of pieces, a prompt's for one: control tokens for the protocol's own tags alone.
    let encode (tokenizer: ITokenizer) pieces = tokenizer.Encode(pieces).Tokens

    /// The tokens of an observation, at most `limit`: text from elsewhere is cut at its end, the last of it first, the protocol's own text
    /// after that. A token across the end of a piece counts as the protocol's own.
    let encodeWithin limit (tokenizer: ITokenizer) pieces =
        let encoded = tokenizer.Encode pieces
        // From the last token to the first, so that the best documents are cut last.
        let cut (token, isPlain) excess =
            if isPlain && excess > 0 then
                None, excess - 1
            else
                Some token, excess
        Array.mapFoldBack cut (Array.zip encoded.Tokens encoded.IsPlain) (encoded.Tokens.Length - limit)
        |> fst
        |> Array.choose id
        |> Array.truncate limit

/// One text through the seam.
[<AutoOpen>]
module TokenizerText =
    type ITokenizer with
        /// The tokens of one text: the protocol's own where tags are parsed, else text from elsewhere.
        member tokenizer.Encode(text: string, parseTags: bool) =
            Piece.encode tokenizer [ (if parseTags then Piece.Markup text else Piece.Plain text) ]
