namespace Levee

/// The seam between text and tokens. `parseTags = false` reads the text of a control token as plain text, so that a tag inside
/// a retrieved document can never become a control token.
type ITokenizer =
    abstract Encode: text: string * parseTags: bool -> int[]
    abstract Decode: tokens: int[] -> string
    /// One more than the largest token id.
    abstract VocabularySize: int
    /// The id of a token by its exact text.
    abstract IdOf: token: string -> int option
