namespace Levee.Training.Learning

open Levee
open Levee.Algorithms
open Levee.Algorithms.Estimators
open Levee.Algorithms.Objectives
open Levee.Policies
open TorchSharp

/// Turns a step's groups into the batch that its updates are made of: references are scored, advantages estimated, tensors laid out.
[<RequireQualifiedAccess>]
module StepBatch =
    /// Groups as an estimator sees them, given scores under references and a critic, both [R, N], and what else the estimator needs of the policy.
    let private rollouts
        (options: TrainingOptions)
        (estimator: Estimator)
        (policy: Policy)
        (groups: Group[])
        (references: Map<Reference, torch.Tensor>)
        (values: torch.Tensor option)
        : Rollouts =
        let trajectories, scoring = Array.concat groups, TrainingOptions.scoring options
        {
            Rollouts.ofGroups groups with
                LogProbReference = references |> Map.map(fun _ scores -> Padding.unpad trajectories scores)
                Values = values |> Option.map(Padding.unpad trajectories)
                SquaredProbabilities =
                    if estimator.Needs.Contains SquaredProbabilities then
                        trajectories
                        |> Padding.inParts options.Memory.MicroBatchSize (Scoring.squares scoring policy)
                        |> Padding.unpad trajectories
                        |> Some
                    else
                        None
                Alignment =
                    if estimator.Needs.Contains HiddenAlignment then
                        Some(groups |> Array.collect(Influence.onCorrect scoring options.Memory.MicroBatchSize policy))
                    else
                        None
        }

    /// The type that a policy scores in: its own, float32 where that is of half precision.
    let private scores (policy: Policy) =
        let values = policy.Parameters.Values
        if Tensors.isHalf values then
            torch.float32
        else
            values.dtype

    /// The batch of groups' trajectories, in order, with advantages, the critic's values and the log-probabilities under references that do not move. Those that move
    /// come by `refresh`, before each update; here they are scored where the estimator needs them.
    let create (options: TrainingOptions) recipe clock (learner: Learner) (groups: Group[]) : Batch =
        let trajectories = Array.concat groups
        let isNeeded reference = not(References.moves reference) || recipe.Estimator.Needs.Contains(ReferencePolicy reference)
        let references = References.score options learner.References isNeeded trajectories
        let values =
            learner.Critic
            |> Option.map(fun critic ->
                Padding.inParts options.Memory.MicroBatchSize (Critic.values (TrainingOptions.scoring options) critic.Critic) trajectories)
        let estimates = rollouts options recipe.Estimator learner.Policy groups references values |> recipe.Estimator.Estimate
        let batch = Batch.ofEstimates (scores learner.Policy) (Policy.device learner.Policy) trajectories estimates
        let old =
            if (Recipe.needs recipe).Contains TrainerLogProbs then
                Padding.inParts
                    options.Memory.MicroBatchSize
                    (Scoring.logProbs (TrainingOptions.scoring options) learner.Policy >> fst)
                    trajectories
            else
                batch.LogProbOld
        { batch with LogProbOld = old; LogProbReference = references; ValuesOld = values; Clock = clock }

    /// Log-probabilities and entropies [R, N] of trajectories' action tokens under a policy.
    let private current (options: TrainingOptions) (policy: Policy) (trajectories: Trajectory[]) =
        let logProb, entropy =
            trajectories
            |> Array.chunkBySize options.Memory.MicroBatchSize
            |> Array.map(Scoring.scores (TrainingOptions.scoring options) policy)
            |> Array.unzip
        Some(Padding.stack logProb), Some(Padding.stack entropy)

    /// A batch right before an update: the log-probabilities of those references that move from update to update are brought up to date, and the policy's own
    /// scores where the recipe's objective needs them.
    let refresh (options: TrainingOptions) recipe (learner: Learner) (batch: Batch) =
        let moved = References.score options learner.References References.moves batch.Trajectories
        let logProb, entropy =
            if recipe.Objective.Needs.Contains CurrentScores then
                current options learner.Policy batch.Trajectories
            else
                None, None
        {
            batch with
                LogProbCurrent = logProb
                EntropyCurrent = entropy
                LogProbReference = Map.fold (fun all reference scores -> Map.add reference scores all) batch.LogProbReference moved
        }
