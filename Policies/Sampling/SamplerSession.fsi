namespace Levee.Policies.Sampling

open Levee
open Levee.Policies.Transformer

/// Rows being written with a KV cache. A row keeps its place in the batch between its turns; rows whose turn is over are computed along until half
/// of the batch is.
type internal SamplerSession =
    interface ISamplerSession

    new: model: Model * options: SamplingOptions * seeds: Seed[] -> SamplerSession
