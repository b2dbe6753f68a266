namespace Levee

open TorchSharp

/// What an objective says of a part of a mini-batch, ready to be pulled back through the policy.
type Slopes = {
    /// The part's share of the objective's value.
    Value: float
    /// [R, N] derivative of the value with respect to each token's log-probability: who pushes which token down.
    LogProb: torch.Tensor
    /// [R, N] derivative with respect to each token's entropy, where the objective has one.
    Entropy: torch.Tensor option
    /// [R, N] derivative with respect to the critic's value before each token, where the objective has one.
    StateValue: torch.Tensor option
    /// The part's share of each metric, by name.
    Metrics: (string * float) list
}

/// Making and combining objectives; `+` and `*` stand with the type.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Objective =
    /// Zero everywhere.
    let zero: Objective = {
        Formula = "0"
        Needs = Set.empty
        Loss = fun _ _ forward -> { Value = (torch.zeros_like forward.LogProb).sum(); Metrics = [] }
    }

    /// An objective from a function that gives the loss of each token, [R, N]; what stands in the padding does not count. Metric: its value, by the name given.
    let ofTokens formula metric aggregation (losses: Batch -> Forward -> torch.Tensor) : Objective = {
        Formula = formula
        Needs = Set.empty
        Loss =
            fun whole ->
                let aggregate = Aggregation.over aggregation whole
                fun part forward ->
                    let value = aggregate part (losses part forward)
                    { Value = value; Metrics = [ metric, value.detach() ] }
    }

    /// Restricts an objective to the tokens that `select` marks with 1 ([R, N] from the batch), in value and in denominators.
    let mask name (select: Batch -> torch.Tensor) (objective: Objective) : Objective =
        let restrict (batch: Batch) = { batch with Mask = batch.Mask * select batch }
        {
            objective with
                Formula = $"mask({name}, {objective.Formula})"
                Loss =
                    fun whole ->
                        let judge = objective.Loss(restrict whole)
                        fun part forward -> judge (restrict part) forward
        }

    /// Leaves out responses that were cut off at a token limit, the turn's or the context's, whose outcome says nothing of their quality (overlong filtering:
    /// DAPO, arXiv 2503.14476, section 3.4).
    let withoutTruncated (objective: Objective) = {
        mask "" (fun batch -> (1.0 - batch.Truncated).unsqueeze(1L)) objective with
            Formula = $"withoutTruncated({objective.Formula})"
    }

    /// Differentiates an objective on a part of a mini-batch. `judge` is `objective.Loss whole`; `forward` holds numbers [R, N] without a graph. Value and
    /// slopes may be non-finite when the numbers are: the caller decides.
    let differentiate (objective: Objective) (judge: Batch -> Forward -> Loss) (part: Batch) (forward: Forward) =
        use scope = torch.NewDisposeScope()
        let leaf (numbers: torch.Tensor) = numbers.detach().clone().requires_grad_()
        let wantsEntropy = objective.Needs.Contains EntropyGradient
        let leaves = {
            LogProb = leaf forward.LogProb
            Entropy =
                if wantsEntropy then
                    leaf forward.Entropy
                else
                    forward.Entropy.detach()
            Value = Option.map leaf forward.Value
        }
        let loss = judge part leaves
        if loss.Value.requires_grad then
            loss.Value.backward()
        let slope (leaf: torch.Tensor) =
            match leaf.grad with
            | null -> torch.zeros_like(leaf.detach())
            | gradient -> gradient
            |> _.MoveToOuterDisposeScope()
        {
            Value = loss.Value.ToDouble()
            LogProb = slope leaves.LogProb
            Entropy = if wantsEntropy then Some(slope leaves.Entropy) else None
            StateValue = Option.map slope leaves.Value
            Metrics = loss.Metrics |> List.map(fun (name, value) -> name, value.ToDouble())
        }
