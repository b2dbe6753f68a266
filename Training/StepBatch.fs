namespace Levee

open TorchSharp

/// From a step's groups to the batch that its updates are made of: references scored, advantages estimated, tensors laid out.
[<RequireQualifiedAccess>]
module StepBatch =
    /// What an estimator sees of groups, given scores under references and a critic, both [R, N].
    let private rollouts trajectories groups (references: Map<Reference, torch.Tensor>) (values: torch.Tensor option) : Rollouts = {
        Shaping.ofGroups groups with
            LogProbReference = references |> Map.map(fun _ scores -> Batching.numbersOf trajectories scores)
            Values = values |> Option.map(Batching.numbersOf trajectories)
    }

    let private inParts (options: TrainingOptions) (score: Trajectory[] -> torch.Tensor) trajectories =
        trajectories |> Array.chunkBySize options.MicroBatch |> Array.map score |> Batching.stack

    /// The batch of groups, row for row, with advantages, the critic's values and every reference's log-probabilities as they are now.
    let create (options: TrainingOptions) recipe clock (learner: Learner) (groups: Group[]) : Batch =
        let trajectories = Array.concat groups
        let references = References.score options learner.References (fun _ -> true) trajectories
        let values = learner.Critic |> Option.map(fun critic -> inParts options (Critic.values critic.Critic) trajectories)
        let estimates = recipe.Estimator.Estimate(rollouts trajectories groups references values)
        let batch = Batching.ofEstimates torch.float32 (Policy.device learner.Policy) trajectories estimates
        let old =
            if (Recipe.needs recipe).Contains TrainerLogProbs then
                inParts options (Scoring.logProbs options.Temperature learner.Policy >> fst) trajectories
            else
                batch.LogProbOld
        { batch with LogProbOld = old; LogProbReference = references; ValueOld = values; Clock = clock }

    /// The same batch of trajectories with the log-probabilities of those references brought up to date that move from update to update.
    let refresh (options: TrainingOptions) (learner: Learner) trajectories (batch: Batch) =
        let moved = References.score options learner.References References.moves trajectories
        {
            batch with
                LogProbReference = Map.fold (fun all reference scores -> Map.add reference scores all) batch.LogProbReference moved
        }
