namespace Levee.Policies.Transformer

open System
open Levee.Interop.HuggingFace
open Levee.Policies
open Levee.Policies.Weights
open TorchSharp

/// A transformer ready to run: weights, and the tables of positions up to its context limit.
type Model = {
    Parameters: Parameters
    Rotation: Rotation
} with

    interface IDisposable with
        member this.Dispose() =
            (this.Parameters :> IDisposable).Dispose()
            (this.Rotation :> IDisposable).Dispose()

[<RequireQualifiedAccess>]
module Model =
    /// A model over parameters, which it takes over.
    let ofParameters (parameters: Parameters) =
        let architecture, values = parameters.Architecture, parameters.Values
        use _ = torch.NewDisposeScope()
        let rotation = Rotation.create architecture architecture.ContextLimit values.dtype values.device
        rotation.Cosine.DetachFromDisposeScope() |> ignore
        rotation.Sine.DetachFromDisposeScope() |> ignore
        { Parameters = parameters; Rotation = rotation }

    /// A model with other parameters, of the same architecture and type, which it takes over. The tables are shared.
    let withParameters (parameters: Parameters) (model: Model) = { Parameters = parameters; Rotation = Rotation.share model.Rotation }

    /// A copy that shares nothing that training moves, and never changes: a reference policy, or the policy of an earlier step.
    let frozen (model: Model) = model |> withParameters(Parameters.clone model.Parameters)
