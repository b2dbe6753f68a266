namespace Levee.Algorithms.Objectives

open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// The current policy's numbers for a batch's tokens. All are leaves with respect to which an objective is differentiated.
type Forward = {
    /// [R, N] log-probability of each token under the current policy.
    LogProb: torch.Tensor
    /// [R, N] entropy in nats of the distribution each token was drawn from.
    Entropy: torch.Tensor
    /// [R, N] the critic's value before each token, where the objective needs a critic.
    Values: torch.Tensor option
    /// [R, O] log-probability of each observation token, of at most O a response, where the objective needs `ObservationScores`.
    Observations: torch.Tensor option
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Forward =
    /// Raises `ArgumentException` that names the first tensor whose shape is not [R, N] as `Batch.shape` gives it, or whose rows are not R for observations.
    let demand (tokens: int64[]) (forward: Forward) =
        Shape.demand "Forward.LogProb" tokens forward.LogProb
        Shape.demand "Forward.Entropy" tokens forward.Entropy
        Option.iter (Shape.demand "Forward.Values" tokens) forward.Values
        Option.iter (Shape.demandRows "Forward.Observations" (int tokens[0]) 0) forward.Observations

/// The result of an objective on a batch: a scalar to minimise, and scalars measured on the way, by name. Every metric is, like
/// the value, a sum over the part divided by a count over the whole mini-batch, so that parts add up.
type Loss = { Value: torch.Tensor; Metrics: (string * torch.Tensor) list }

/// A training objective, in stages: given the whole mini-batch (for its denominators), it judges any part of its rows under
/// the current policy. Micro-batches of a mini-batch therefore add up to the mini-batch's value and gradient.
type Objective = {
    /// The objective as it was composed, for configurations and reports; `Term.name "mine"` for one of a script's own.
    Term: Term
    Needs: Set<Need>
    Loss: Batch -> Batch -> Forward -> Loss
} with

    /// The term in one line.
    member this.Formula = Term.text this.Term

    /// Adds two objectives: values add, and so do metrics of the same name.
    static member (+)(a: Objective, b: Objective) =
        let merge (x: Loss) (y: Loss) =
            let shared, fresh = y.Metrics |> List.partition(fun (name, _) -> List.exists (fst >> (=) name) x.Metrics)
            let sum (name, value: torch.Tensor) =
                match List.tryFind (fst >> (=) name) shared with
                | Some(_, other) -> name, value + other
                | None -> name, value
            { Value = x.Value + y.Value; Metrics = List.map sum x.Metrics @ fresh }
        {
            Term = Term.add a.Term b.Term
            Needs = a.Needs + b.Needs
            Loss =
                fun whole ->
                    let a, b = a.Loss whole, b.Loss whole
                    fun part forward -> merge (a part forward) (b part forward)
        }

    /// Weighs an objective by a coefficient of the mini-batch's clock: its value, not its metrics.
    static member (*)(coefficient: Coefficient, objective: Objective) = {
        Term = Term.Product(coefficient.Term, objective.Term)
        Needs = coefficient.Needs + objective.Needs
        Loss =
            fun whole ->
                let weight, judge = coefficient.At whole.Clock, objective.Loss whole
                fun part forward ->
                    let loss = judge part forward
                    { loss with Value = loss.Value * weight }
    }

    /// Weighs an objective: its value, not its metrics.
    static member (*)(weight: float, objective: Objective) : Objective =
        { Term = Term.Number weight; Needs = Set.empty; At = fun _ -> weight } * objective

/// The value and the gradient of an objective on a part of a mini-batch, for the policy to carry back through its layers.
type ObjectiveGradient = {
    /// The part's share of the objective's value.
    Value: float
    /// [R, N] derivative of the value with respect to each token's log-probability: who pushes which token down.
    LogProb: torch.Tensor
    /// [R, N] derivative with respect to each token's entropy, where the objective has one.
    Entropy: torch.Tensor option
    /// [R, N] derivative with respect to the critic's value before each token, where the objective has one.
    Values: torch.Tensor option
    /// [R, O] derivative with respect to each observation token's log-probability, where the objective has one.
    Observations: torch.Tensor option
    /// The part's share of each metric, by name.
    Metrics: (string * float) list
}

/// Making and combining objectives; `+` and `*` stand with the type.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Objective =
    /// An objective of the library: its loss asserts the shapes of mini-batch, part and forward pass.
    let internal create term needs (loss: Batch -> Batch -> Forward -> Loss) : Objective = {
        Term = term
        Needs = needs
        Loss =
            fun whole ->
                Batch.shape whole |> ignore
                let judge = loss whole
                fun part forward ->
                    Forward.demand (Batch.shape part) forward
                    judge part forward
    }

    /// Zero everywhere.
    let zero: Objective =
        create (Term.Number 0.0) Set.empty (fun _ _ forward -> { Value = (torch.zeros_like forward.LogProb).sum(); Metrics = [] })

    /// An objective from a function that gives the loss of each token, [R, N]; what stands in the padding does not count. Metric: its value, by the name given.
    let ofTokens formula metric aggregation (losses: Batch -> Forward -> torch.Tensor) : Objective =
        create (Term.name formula) Set.empty (fun whole ->
            let aggregate = Aggregation.over aggregation whole
            fun part forward ->
                let loss = losses part forward
                Shape.demand "The loss of each token" part.Mask.shape loss
                let value = aggregate part loss
                { Value = value; Metrics = [ metric, value.detach() ] })

    /// Restricts an objective to the tokens that `select` marks with 1 ([R, N] from the batch, or [R, 1] for whole responses), in value and in denominators.
    let mask name (select: Batch -> torch.Tensor) (objective: Objective) : Objective =
        let restrict (batch: Batch) =
            let tokens = Batch.shape batch
            let selected = select batch
            if not(Shape.fits [| tokens[0]; 1L |] selected) then
                Shape.demand "The selection of tokens" tokens selected
            { batch with Mask = batch.Mask * selected }
        {
            objective with
                Term = Term.Call("mask", [ Term.argument(Term.name name); Term.argument objective.Term ])
                Loss =
                    fun whole ->
                        let judge = objective.Loss(restrict whole)
                        fun part forward -> judge (restrict part) forward
        }

    /// Leaves out responses that were cut off at a token limit, the turn's or the context's, whose outcome says nothing of their quality (overlong filtering:
    /// DAPO, arXiv 2503.14476, section 3.4).
    let withoutTruncated (objective: Objective) = {
        mask "" (fun batch -> (1.0 - batch.Truncated).unsqueeze(1L)) objective with
            Term = Term.Call("withoutTruncated", [ Term.argument objective.Term ])
    }

    /// Differentiates an objective on a part of a mini-batch. `judge` is `objective.Loss whole`; `forward` holds numbers [R, N] without a graph. Value and
    /// gradients may be non-finite when the numbers are: the caller decides. Raises `ArgumentException` that names the first tensor of a wrong shape.
    let differentiate (objective: Objective) (judge: Batch -> Forward -> Loss) (part: Batch) (forward: Forward) =
        Forward.demand (Batch.shape part) forward
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
            Values = Option.map leaf forward.Values
            Observations = Option.map leaf forward.Observations
        }
        let loss = judge part leaves
        if loss.Value.requires_grad then
            loss.Value.backward()
        let gradient (leaf: torch.Tensor) =
            match leaf.grad with
            | null -> torch.zeros_like(leaf.detach())
            | gradient -> gradient
            |> _.MoveToOuterDisposeScope()
        {
            Value = loss.Value.ToDouble()
            LogProb = gradient leaves.LogProb
            Entropy = if wantsEntropy then Some(gradient leaves.Entropy) else None
            Values = Option.map gradient leaves.Values
            Observations = Option.map gradient leaves.Observations
            Metrics = loss.Metrics |> List.map(fun (name, value) -> name, value.ToDouble())
        }
