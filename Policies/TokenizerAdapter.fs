namespace Levee.Policies

open Levee
open Levee.Interop.HuggingFace

/// A tokenizer in Hugging Face's layout as the framework's seam between text and tokens.
type TokenizerAdapter(tokenizer: Tokenizer) =
    interface ITokenizer with
        member _.Encode pieces =
            let encoded = tokenizer.Encode [| for piece in pieces -> TextStretch(Piece.text piece, piece.IsPlain) |]
            { Tokens = encoded.Ids; IsPlain = encoded.IsForeign }

        member _.Decode tokens = tokenizer.Decode tokens
        member _.VocabularySize = tokenizer.VocabularySize
        member _.IdOf token = Option.ofNullable(tokenizer.IdOf token)
