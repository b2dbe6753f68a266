namespace Levee.Policies.Weights

open Levee.Algorithms.Objectives
open Levee.Policies

/// A matrix of a transformer layer.
[<RequireQualifiedAccess>]
type Projection =
    /// `q_proj`: what a token looks for.
    | Query
    /// `k_proj`: what a token is found by.
    | Key
    /// `v_proj`: what is read from a token.
    | Value
    /// `o_proj`: what attention writes to the residual stream.
    | Output
    /// `gate_proj`, through SiLU.
    | Gate
    /// `up_proj`, what the gate is multiplied by.
    | Up
    /// `down_proj`: what the feed-forward half writes to the residual stream.
    | Down

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Projection =
    let private paths = [
        Projection.Query, "self_attn.q_proj"
        Projection.Key, "self_attn.k_proj"
        Projection.Value, "self_attn.v_proj"
        Projection.Output, "self_attn.o_proj"
        Projection.Gate, "mlp.gate_proj"
        Projection.Up, "mlp.up_proj"
        Projection.Down, "mlp.down_proj"
    ]

    /// All of a layer, in the order in which they are computed.
    let all = List.map fst paths

    /// Hugging Face's name within a layer, such as `self_attn.q_proj`.
    let path (projection: Projection) = List.find (fst >> (=) projection) paths |> snd

    /// The last part of `path`, such as `q_proj`.
    let name projection =
        let path = path projection
        path.Substring(path.IndexOf '.' + 1)

    /// The sizes of the matrix: what comes out, what goes in.
    let shape (architecture: Architecture) projection =
        let a = architecture
        let queries, keys = a.Heads * a.HeadWidth, a.KeyValueHeads * a.HeadWidth
        match projection with
        | Projection.Query -> queries, a.Width
        | Projection.Key
        | Projection.Value -> keys, a.Width
        | Projection.Output -> a.Width, queries
        | Projection.Gate
        | Projection.Up -> a.FeedForwardWidth, a.Width
        | Projection.Down -> a.Width, a.FeedForwardWidth
