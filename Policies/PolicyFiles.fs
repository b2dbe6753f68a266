namespace Levee.Policies

open System
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Transformer

/// A language model with its tokenizer and the other contents of its folder.
type Policy = {
    Model: Model
    Tokenizer: ITokenizer
    Files: PolicyFiles
} with

    /// The model's weights.
    member this.Parameters = this.Model.Parameters

    interface IDisposable with
        member this.Dispose() = (this.Model :> IDisposable).Dispose()

/// The contents of a policy's folder besides its weights. They are kept so that saving writes them again, with fields that the framework does not read.
and PolicyFiles = {
    /// `config.json`.
    Config: ModelConfig
    /// `tokenizer.json`.
    Tokenizer: Tokenizer
    /// `tokenizer_config.json`.
    TokenizerConfig: TokenizerConfig
    /// `generation_config.json`, where there is one.
    GenerationConfig: GenerationConfig option
    /// Notices for the user of how the folder, and an adapter's, were read, a line each: tensors and settings that were passed over, numbers that were
    /// changed. Empty for a policy that was made here.
    Notices: string list
}
