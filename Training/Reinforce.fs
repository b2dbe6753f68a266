namespace Levee

open System.Diagnostics
open System.Threading
open TorchSharp

/// What a finished step leaves for the report.
type StepReport = {
    /// The step, from 1.
    Step: int
    /// What was measured, by name.
    Metrics: Map<string, float>
    /// The trajectories that the step trained on.
    Trajectories: Trajectory[]
    /// The per-sample measure of displacement after this step's updates, where it was due.
    Bars: LldBar[]
}

/// Multi-turn reinforcement learning: rollouts, advantages, several updates against the policy that sampled them.
[<RequireQualifiedAccess>]
module Reinforce =
    /// Everything a run needs that does not change while it trains.
    type private Setting = {
        Task: LearningTask
        Options: TrainingOptions
        Recipe: Recipe
        Probe: Probe
        Seed: Seed
        Cancellation: CancellationToken
    }

    /// What a step sampled: the groups to train on, and all of them.
    type private Sampled = { Kept: Group[]; All: Group[] }

    /// Trajectories for so many of the step's questions, the `first`-th of its questions first.
    let private sampleGroups setting (policy: Policy) step first count : Group[] =
        let seed = setting.Seed |> Seed.named "rollout" |> Seed.derive step
        let episodes = [|
            for q in first .. first + count - 1 do
                let seed = Seed.derive q seed
                let question = seed |> Seed.named "question" |> Seed.pick setting.Task.Train
                for g in 0 .. setting.Options.GroupSize - 1 do
                    question, seed |> Seed.named "episode" |> Seed.derive g
        |]
        LearningTask.rollouts setting.Task setting.Options.Temperature policy episodes setting.Cancellation
        |> Array.chunkBySize setting.Options.GroupSize

    let private hasSignal (group: Group) = group |> Array.map _.Reward |> Rewards.differ

    /// The step's groups. Under dynamic sampling, groups without signal give way to others while rounds last; what is missing then is made up from them.
    let private sample setting policy step =
        let count = setting.Options.Questions
        let rec rounds number (kept: Group[]) (all: Group[]) =
            let fresh = sampleGroups setting policy step (number * count) count
            let kept, all = Array.append kept (Array.filter hasSignal fresh), Array.append all fresh
            if kept.Length >= count || Some(number + 1) >= setting.Recipe.SamplingRounds then
                let rest = all |> Array.filter(hasSignal >> not)
                { Kept = Array.append kept rest |> Array.truncate count; All = all }
            else
                rounds (number + 1) kept all
        match setting.Recipe.SamplingRounds with
        | Some _ -> rounds 0 [||] [||]
        | None ->
            let groups = sampleGroups setting policy step 0 count
            { Kept = groups; All = groups }

    /// The updates of one step: `Epochs` passes over the groups, each shuffled and split into mini-batches of whole groups.
    let private update setting rates clock step learner (groups: Group[]) =
        use _ = torch.NewDisposeScope()
        let size = setting.Options.GroupSize
        let trajectories = Array.concat groups
        let all = StepBatch.create setting.Options setting.Recipe clock learner groups
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
            let batch = Batching.rows rows all |> StepBatch.refresh setting.Options learner part
            let learner, report =
                Update.run setting.Options rates setting.Recipe.Objective onPolicy setting.Cancellation learner part batch
            learner, report :: reports
        let learner, reports = List.fold run (learner, []) miniBatches
        learner, List.rev reports

    /// Whether a step is one of every `interval`, the first or the last.
    let private isDue interval steps step = step = 1 || step % interval = 0 || step = steps

    /// Log-probabilities of the groups' action tokens now, [trajectory][token].
    let private rescore setting policy (groups: Group[]) =
        let score part =
            use _ = torch.NewDisposeScope()
            Scoring.logProbs setting.Options.Temperature policy part |> fst |> Batching.numbersOf part
        Array.concat groups |> Array.chunkBySize setting.Options.MicroBatch |> Array.collect score

    let private bars setting rates clock step learner =
        match setting.Options.LldProbe with
        | Some probe when isDue probe.Every setting.Options.Steps step ->
            let questions = Array.truncate probe.Questions setting.Task.Train
            let seed = setting.Seed |> Seed.named "lld probe" |> Seed.derive step
            LldProbe.run setting.Task setting.Options setting.Recipe rates clock probe questions seed setting.Cancellation learner
        | _ -> [||]

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
        let options = setting.Options
        let sampled = sample setting learner.Policy number
        let generated = watch.Elapsed.TotalSeconds
        let clock = { Step = number; Steps = options.Steps; Alarm = 1.0 }
        let rate schedule = Schedule.at schedule options.Steps (number - 1)
        let rates = { PolicyRate = rate options.Schedule; CriticRate = rate options.CriticSchedule }
        let learner, reports = update setting rates clock number learner sampled.Kept
        let updated = watch.Elapsed.TotalSeconds
        let due interval = isDue interval options.Steps number
        let after =
            if due options.DisplacementEvery then
                Some(rescore setting learner.Policy sampled.Kept)
            else
                None
        let bars = bars setting rates clock number learner
        let metrics =
            StepMetrics.ofRollouts sampled.All
            @ StepMetrics.ofDisplacement sampled.Kept after
            @ StepMetrics.ofUpdates reports
            @ StepMetrics.ofBars bars
            @ [
                "actor/lr", Some rates.PolicyRate
                if learner.Critic.IsSome then
                    "critic/lr", Some rates.CriticRate
                if setting.Recipe.SamplingRounds.IsSome then
                    "train/num_gen_batches", Some(float(sampled.All.Length / options.Questions))
                if due options.ProbeEvery then
                    MetricName.probe, Some(Probe.logLikelihood options.Temperature learner.Policy setting.Probe)
                if due options.EvaluateEvery then
                    yield! evaluate setting learner.Policy
                yield! StepMetrics.timing generated updated watch.Elapsed.TotalSeconds sampled.All
            ]
        learner,
        {
            Step = number
            Metrics = metrics |> List.choose(fun (name, value) -> value |> Option.map(fun v -> name, v)) |> Map.ofList
            Trajectories = Array.concat sampled.Kept
            Bars = bars
        }

    /// Trains a policy in place. What happens depends on the arguments alone: same seed, same machine, same threads, same result, bit for bit.
    /// `report` gets every step. Raises `ArgumentException` on settings out of range, `OperationCanceledException` when cancelled, with the policy as the
    /// last update left it.
    let run (task: LearningTask) (recipe: Recipe) (options: TrainingOptions) seed report cancellation (policy: Policy) =
        TrainingOptions.validate options
        Recipe.validate recipe
        let setting = {
            Task = task
            Options = options
            Recipe = recipe
            Probe = Probe.create 48 task policy.Tokenizer
            Seed = seed
            Cancellation = cancellation
        }
        let mutable learner = Learner.start options (Recipe.needs recipe) policy
        try
            for number in 1 .. options.Steps do
                cancellation.ThrowIfCancellationRequested()
                let next, outcome = Tensors.released(fun () -> step setting learner number)
                learner <- next
                report outcome
        finally
            Learner.dispose learner
