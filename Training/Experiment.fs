namespace Levee

open System

/// Where an experiment's policies come from.
type Start =
    /// A policy's folder in Hugging Face's layout.
    | Checkpoint of folder: string
    /// New policies, taught by demonstrations first. Seed s of the experiment starts from policy s modulo `Policies`.
    | Taught of policies: int * create: (Seed -> Policy) * teaching: WarmStartOptions

/// One arm of an experiment: how it trains, and what it changes in the training options.
type Arm = { Name: string; Recipe: Recipe; Adjust: TrainingOptions -> TrainingOptions }

/// An experiment: one question, asked of several arms that share everything they do not name. A plain record; build it with `experiment`.
type Experiment = {
    Name: string
    /// What is asked, in a sentence; stands in the report.
    Question: string
    Task: LearningTask
    Start: Start
    Arms: Arm list
    Training: TrainingOptions
    /// One run of every arm for each seed.
    Seeds: int list
}

/// An arm whose recipe may still wait for the experiment's estimator.
type DraftArm = { Name: string; Recipe: Estimator -> Recipe; Adjust: TrainingOptions -> TrainingOptions }

/// An experiment whose task and start are not yet given.
type Draft = {
    Name: string
    Question: string
    Task: LearningTask option
    Start: Start option
    Estimator: Estimator
    Arms: DraftArm list
    Training: TrainingOptions
    Seeds: int list
}

/// Builds an `Experiment`: `experiment "name" { task ...; start ...; arm "GRPO" Recipes.grpo; seeds [ 1; 2 ] }`.
type ExperimentBuilder(name: string) =
    let required what remedy value =
        match value with
        | Some value -> value
        | None -> raise(ArgumentException $"The experiment \"{name}\" has no {what}: {remedy}.")

    let training edit (draft: Draft) = { draft with Training = edit draft.Training }

    let schedule edit = training(fun options -> { options with Schedule = edit options.Schedule })

    member _.Yield(()) : Draft = {
        Name = name
        Question = ""
        Task = None
        Start = None
        Estimator = Advantage.grpo
        Arms = []
        Training = TrainingOptions.defaults
        Seeds = [ 1 ]
    }

    /// Raises `ArgumentException` that says what is missing or out of range, and what would do.
    member _.Run(draft: Draft) : Experiment =
        if draft.Arms.IsEmpty then
            raise(ArgumentException $"The experiment \"{name}\" has no arm: add one, such as arm \"GRPO\" Recipes.grpo.")
        let arms: Arm list = [
            for arm in draft.Arms -> { Name = arm.Name; Recipe = arm.Recipe draft.Estimator; Adjust = arm.Adjust }
        ]
        for arm in arms do
            TrainingOptions.validate(arm.Adjust draft.Training)
            Recipe.validate arm.Recipe
        let unique what (values: 'a list) =
            match values |> List.countBy id |> List.tryFind(fun (_, count) -> count > 1) with
            | Some(value, _) -> raise(ArgumentException $"The experiment \"{name}\" names {what} {value} twice.")
            | None -> ()
        unique "arm" (draft.Arms |> List.map _.Name)
        unique "seed" draft.Seeds
        match draft.Start with
        | Some(Taught(policies, _, teaching)) ->
            if policies < 1 then
                raise(ArgumentException $"The experiment \"{name}\" starts from {policies} taught policies: give 1 or more.")
            WarmStartOptions.validate teaching
        | _ -> ()
        if draft.Seeds.IsEmpty then
            raise(ArgumentException $"The experiment \"{name}\" has no seed: add some, such as seeds [ 1 .. 5 ].")
        {
            Name = name
            Question = draft.Question
            Task = draft.Task |> required "task" "say what is to be learnt, such as task (Atlas.task ())"
            Start = draft.Start |> required "start" "say where policies come from: start (Checkpoint folder) or start (Taught ...)"
            Arms = arms
            Training = draft.Training
            Seeds = draft.Seeds
        }

    /// What is asked, in a sentence.
    [<CustomOperation "question">]
    member _.Question(draft: Draft, text) = { draft with Question = text }

    [<CustomOperation "task">]
    member _.Task(draft: Draft, task) = { draft with Task = Some task }

    /// Where policies come from.
    [<CustomOperation "start">]
    member _.Start(draft: Draft, start) = { draft with Start = Some start }

    /// The advantage estimator of the arms that are given as an objective; GRPO's when not said.
    [<CustomOperation "advantage">]
    member _.Advantage(draft: Draft, estimator) = { draft with Estimator = estimator }

    /// An arm that also trains differently: `armWith "low rate" Recipes.grpo (TrainingOptions.learningRate 1e-4)`.
    [<CustomOperation "armWith">]
    member _.ArmWith(draft: Draft, name, recipe: Recipe, adjust) = {
        draft with
            Arms = draft.Arms @ [ { Name = name; Recipe = (fun _ -> recipe); Adjust = adjust } ]
    }

    /// The same of an objective, which takes the experiment's estimator.
    [<CustomOperation "armWith">]
    member _.ArmWith(draft: Draft, name, objective: Objective, adjust) = {
        draft with
            Arms = draft.Arms @ [ { Name = name; Recipe = (fun estimator -> Recipe.create estimator objective); Adjust = adjust } ]
    }

    /// An arm by name and recipe: `arm "LLDS" Recipes.llds`.
    [<CustomOperation "arm">]
    member this.Arm(draft: Draft, name, recipe: Recipe) = this.ArmWith(draft, name, recipe, id)

    /// An arm by name and objective, which takes the experiment's estimator: `arm "GRPO" (Surrogate.clipped (Clip.symmetric 0.2))`.
    [<CustomOperation "arm">]
    member this.Arm(draft: Draft, name, objective: Objective) = this.ArmWith(draft, name, objective, id)

    /// Trajectories for each question.
    [<CustomOperation "groupSize">]
    member _.GroupSize(draft, size) = draft |> training(fun o -> { o with GroupSize = size })

    /// Questions a step.
    [<CustomOperation "questions">]
    member _.Questions(draft, count) = draft |> training(fun o -> { o with Questions = count })

    /// Updates that one pass over a step's trajectories is split into.
    [<CustomOperation "miniBatches">]
    member _.MiniBatches(draft, count) = draft |> training(fun o -> { o with MiniBatches = count })

    /// Passes over a step's trajectories.
    [<CustomOperation "epochs">]
    member _.Epochs(draft, count) = draft |> training(fun o -> { o with Epochs = count })

    [<CustomOperation "steps">]
    member _.Steps(draft, count) = draft |> training(fun o -> { o with Steps = count })

    /// Learning rate after the warm-up.
    [<CustomOperation "learningRate">]
    member _.LearningRate(draft, rate) = draft |> schedule(fun s -> { s with Peak = rate })

    /// Share of all steps over which the learning rate rises from zero.
    [<CustomOperation "warmUp">]
    member _.WarmUp(draft, share) = draft |> schedule(fun s -> { s with WarmUp = share })

    /// Any other training option: `training (fun options -> { options with ClipNorm = 0.5 })`.
    [<CustomOperation "training">]
    member _.Training(draft, edit) = draft |> training edit

    /// One run of every arm for each of these seeds.
    [<CustomOperation "seeds">]
    member _.Seeds(draft: Draft, seeds) = { draft with Seeds = seeds }

[<AutoOpen>]
module ExperimentBuilder =
    /// Begins an experiment of the given name, which also names its run folder.
    let experiment name = ExperimentBuilder name
