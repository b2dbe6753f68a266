namespace Levee

open System.Diagnostics
open System.Threading
open TorchSharp

/// One arm of an experiment: what is minimised, and what it changes in the training options.
type Arm = { Name: string; Objective: Objective; Adjust: TrainingOptions -> TrainingOptions }

/// What a finished, or interrupted, step leaves for the report.
type StepReport = {
    /// The step, from 1.
    Step: int
    /// What was measured, by name.
    Metrics: Map<string, float>
    /// The step's trajectories.
    Trajectories: Trajectory[]
}

/// Multi-turn reinforcement learning: rollouts, advantages, several updates against the policy that sampled them.
[<RequireQualifiedAccess>]
module Reinforce =
    /// Everything a run needs that does not change while it trains.
    type private Setting = {
        Task: LearningTask
        Options: TrainingOptions
        Objective: Objective
        Estimator: Estimator
        Reference: Policy option
        Probe: Probe
        Seed: Seed
        Cancellation: CancellationToken
    }

    /// A group of trajectories for each of the step's questions.
    let private sample setting (policy: Policy) step : Group[] =
        let seed = setting.Seed |> Seed.named "rollout" |> Seed.derive step
        let episodes = [|
            for q in 0 .. setting.Options.Questions - 1 do
                let seed = Seed.derive q seed
                let question = seed |> Seed.named "question" |> Seed.pick setting.Task.Train
                for g in 0 .. setting.Options.GroupSize - 1 do
                    question, seed |> Seed.named "episode" |> Seed.derive g
        |]
        let sampler = Policy.sampler setting.Options.Temperature policy
        let trajectories =
            Rollout.run setting.Task.Rollout policy.Tokenizer setting.Task.Environment sampler episodes setting.Cancellation
            |> _.GetAwaiter().GetResult()
        Array.chunkBySize setting.Options.GroupSize trajectories

    /// The batch of some trajectories, with the reference policy's log-probabilities where the objective needs them.
    let private batch setting (policy: Policy) trajectories advantages =
        let batch = Batching.create torch.float32 (Policy.device policy) trajectories advantages
        let score reference =
            trajectories
            |> Array.chunkBySize setting.Options.MicroBatch
            |> Array.map(Scoring.logProbs setting.Options.Temperature reference >> fst)
            |> Batching.stack
        { batch with LogProbReference = Option.map score setting.Reference }

    /// The updates of one step: `Epochs` passes over the groups, each shuffled and split into mini-batches of whole groups.
    let private update setting learningRate step learner (groups: Group[]) =
        use _ = torch.NewDisposeScope()
        let size = setting.Options.GroupSize
        let trajectories = Array.concat groups
        let all = batch setting learner.Policy trajectories (groups |> Array.collect setting.Estimator)
        let miniBatches = [
            for epoch in 0 .. setting.Options.Epochs - 1 do
                let order =
                    setting.Seed
                    |> Seed.named "shuffle"
                    |> Seed.derive step
                    |> Seed.derive epoch
                    |> Seed.shuffle [| 0 .. groups.Length - 1 |]
                for part in Array.splitInto setting.Options.MiniBatches order do
                    part |> Array.collect(fun group -> Array.init size (fun k -> group * size + k))
        ]
        let run (learner, reports: UpdateReport list) rows =
            use _ = torch.NewDisposeScope()
            let onPolicy = reports |> List.forall(fun report -> not report.Applied)
            let part = rows |> Array.map(fun r -> trajectories[r])
            let learner, report =
                Update.run
                    setting.Options
                    learningRate
                    setting.Objective
                    onPolicy
                    setting.Cancellation
                    learner
                    part
                    (Batching.rows rows all)
            learner, report :: reports
        let learner, reports = List.fold run (learner, []) miniBatches
        learner, List.rev reports

    /// Whether a step is one of every `interval`, the first or the last.
    let private isDue interval steps step = step = 1 || step % interval = 0 || step = steps

    let private ofRollouts (trajectories: Trajectory[]) =
        let mean (value: Trajectory -> float) = Array.averageBy value trajectories
        [
            MetricName.reward, Some(mean _.Reward)
            MetricName.correct, Displacement.meanLogLikelihood Displacement.isCorrect trajectories
            MetricName.incorrect, Displacement.meanLogLikelihood (Displacement.isCorrect >> not) trajectories
            MetricName.responseLength, Some(mean(Batching.actionTokens >> float))
            MetricName.validSearches, Some(mean(fun t -> float t.Searches.Length))
            MetricName.invalidActions, Some(mean(fun t -> float t.InvalidActions))
            "env/finish_ratio", Some(mean(fun t -> if t.End = Answered then 1.0 else 0.0))
            "env/failed_searches", Some(mean(fun t -> t.Searches |> List.sumBy(fun s -> if s.Failure.IsSome then 1.0 else 0.0)))
        ]

    let private ofUpdates (reports: UpdateReport list) =
        // The first update's entropy is that of the policy that sampled; a skipped update has no meaningful metrics.
        let applied = reports |> List.filter _.Applied
        let mean (value: UpdateReport -> float) =
            if applied.IsEmpty then
                None
            else
                Some(List.averageBy value applied)
        let largest (value: UpdateReport -> float) =
            if applied.IsEmpty then
                None
            else
                Some(applied |> List.map value |> List.max)
        let measured =
            applied
            |> List.collect _.Metrics
            |> List.groupBy fst
            |> List.map(fun (name, values) -> name, Some(values |> List.averageBy snd))
        [
            MetricName.entropy, applied |> List.tryHead |> Option.map _.Entropy
            MetricName.gradientNorm, mean _.GradientNorm
            MetricName.gradientNormMax, largest _.GradientNorm
            MetricName.ratioMax, largest _.LargestRatio
            MetricName.updatesSkipped, Some(float(reports.Length - applied.Length))
        ]
        @ measured

    let private evaluate setting policy =
        let questions = Array.truncate setting.Options.EvaluationQuestions setting.Task.HeldOut
        let score temperature =
            Evaluation.rollouts setting.Task temperature (Seed.named "evaluation" setting.Seed) setting.Cancellation policy questions
            |> Evaluation.meanReward
            |> Some
        [
            MetricName.heldOutSampled, score setting.Options.Temperature
            MetricName.heldOutGreedy, score 0.0
        ]

    let private step setting learner number =
        let watch = Stopwatch.StartNew()
        let groups = sample setting learner.Policy number
        let sampled = watch.Elapsed.TotalSeconds
        let learningRate = Schedule.at setting.Options.Schedule setting.Options.Steps (number - 1)
        let learner, reports = update setting learningRate number learner groups
        let updated = watch.Elapsed.TotalSeconds
        let trajectories = Array.concat groups
        let written = trajectories |> Array.sumBy(Batching.actionTokens >> float)
        let due interval = isDue interval setting.Options.Steps number
        let metrics =
            ofRollouts trajectories
            @ ofUpdates reports
            @ [
                "actor/lr", Some learningRate
                if due setting.Options.ProbeEvery then
                    MetricName.probe, Some(Probe.logLikelihood setting.Options.Temperature learner.Policy setting.Probe)
                if due setting.Options.EvaluateEvery then
                    yield! evaluate setting learner.Policy
                "timing_s/gen", Some sampled
                "timing_s/update_actor", Some(updated - sampled)
                "perf/throughput", Some(written / updated)
                MetricName.seconds, Some watch.Elapsed.TotalSeconds
            ]
        learner,
        {
            Step = number
            Metrics = metrics |> List.choose(fun (name, value) -> value |> Option.map(fun v -> name, v)) |> Map.ofList
            Trajectories = trajectories
        }

    /// Trains a policy in place. What happens depends on the arguments alone: same seed, same machine, same threads, same result, bit for bit.
    /// `report` gets every step. Raises `OperationCanceledException` when cancelled, with the policy as the last update left it.
    let run (task: LearningTask) (estimator: Estimator) (options: TrainingOptions) objective seed report cancellation (policy: Policy) =
        TrainingOptions.validate options
        let reference =
            if objective.Needs.Contains ReferencePolicy then
                Some(Policy.clone policy)
            else
                None
        let setting = {
            Task = task
            Options = options
            Objective = objective
            Estimator = estimator
            Reference = reference
            Probe = Probe.create 48 task policy.Tokenizer
            Seed = seed
            Cancellation = cancellation
        }
        let mutable learner = Learner.start options policy
        try
            for number in 1 .. options.Steps do
                cancellation.ThrowIfCancellationRequested()
                let next, outcome = Tensors.released(fun () -> step setting learner number)
                learner <- next
                report outcome
        finally
            Optimiser.dispose learner.Optimiser
            Option.iter Policy.dispose reference
