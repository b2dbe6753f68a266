namespace Levee

open System
open TorchSharp

/// Estimates the return from before each action token on: a transformer of its own with one linear output on its last hidden states.
type Critic = {
    Model: Model
    /// [width + 1] the output's weights and its bias; a leaf.
    Output: torch.Tensor
    /// [width + 1] its gradient.
    OutputGradient: torch.Tensor
} with

    interface IDisposable with
        member this.Dispose() =
            (this.Model :> IDisposable).Dispose()
            this.Output.Dispose()
            this.OutputGradient.Dispose()

/// A critic's forward pass over R responses of at most N action tokens, ready to be pulled back.
type Valued = {
    /// [M] values, with their graph.
    Flat: torch.Tensor
    Layout: Layout
    /// [R, N] values as numbers; 0 in the padding.
    Values: torch.Tensor
}

[<RequireQualifiedAccess>]
module Critic =
    /// A critic that begins as a copy of a policy and says 0 everywhere (Search-R1 begins with the policy's weights too, arXiv 2503.09516).
    let ofPolicy (policy: Policy) : Critic =
        use _ = torch.NewDisposeScope()
        let values = policy.Parameters.Values
        let output = torch.zeros(policy.Parameters.Architecture.Width + 1, dtype = values.dtype, device = values.device)
        let gradient = torch.zeros_like output
        output.requires_grad <- true
        output.grad <- gradient
        {
            Model = Parameters.clone true policy.Parameters |> Model.ofParameters
            Output = output.DetachFromDisposeScope()
            OutputGradient = gradient.DetachFromDisposeScope()
        }

    /// Values before the action tokens of trajectories.
    let forward (critic: Critic) (trajectories: Trajectory[]) : Valued =
        let parameters = critic.Model.Parameters
        let layout = Layout.ofTrajectories parameters.Values.device trajectories
        let states = Transformer.hidden parameters critic.Model.Rotation layout.Inputs
        let hidden = states.view(-1L, states.shape[2]).index_select(0L, layout.Sources)
        let width = hidden.shape[1]
        let flat = hidden.mm(critic.Output.narrow(0L, 0L, width).unsqueeze 1L).squeeze(1L) + critic.Output.narrow(0L, width, 1L)
        { Flat = flat; Layout = layout; Values = Layout.pad layout (flat.detach()) }

    /// Adds to the critic's gradient that of a scalar whose derivative with respect to the values is given, [R, N].
    let pullBack (valued: Valued) (slopes: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        valued.Flat.backward([| Layout.flatten valued.Layout slopes |])

    /// Values as numbers, [R, N].
    let values critic trajectories =
        Tensors.scoped(fun () ->
            use _ = torch.no_grad()
            (forward critic trajectories).Values)

    /// The flat tensors that training moves, each with its gradient: the transformer's, then the output's.
    let trained (critic: Critic) =
        match critic.Model.Parameters.Gradient with
        | Some gradient -> [ critic.Model.Parameters.Values, gradient; critic.Output.detach(), critic.OutputGradient ]
        | None -> invalidOp "A frozen critic cannot be trained: make one by Critic.ofPolicy."

    /// Sets every gradient to zero.
    let zeroGradient (critic: Critic) =
        Parameters.zeroGradient critic.Model.Parameters
        critic.OutputGradient.zero_() |> ignore
