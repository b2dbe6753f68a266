namespace Levee

open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Serialization

/// An experiment in full as JSON: what `config.json` of a run folder holds.
[<RequireQualifiedAccess>]
module Configuration =
    let private json =
        let unions = JsonUnionEncoding.ExternalTag ||| JsonUnionEncoding.NamedFields ||| JsonUnionEncoding.UnwrapFieldlessTags
        let options = JsonSerializerOptions(WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
        options.Converters.Add(JsonFSharpConverter unions)
        options

    let private start start =
        match start with
        | Checkpoint folder -> box {| checkpoint = folder |}
        | Taught(policies, _, teaching) -> box {| policies = policies; teaching = teaching |}

    /// The experiment with every setting of every arm, and how it is run.
    let toJson (threads: int) (workers: int) (experiment: Experiment) =
        let arms = [
            for arm in experiment.Arms ->
                {|
                    name = arm.Name
                    advantage = arm.Recipe.Estimator.Formula
                    objective = arm.Recipe.Objective.Formula
                    samplingRounds = arm.Recipe.SamplingRounds
                    training = arm.Adjust experiment.Training
                |}
        ]
        let whole = {|
            name = experiment.Name
            question = experiment.Question
            task = experiment.Task.Name
            trainQuestions = experiment.Task.Train.Length
            heldOutQuestions = experiment.Task.HeldOut.Length
            rollout = {|
                maxTurns = experiment.Task.Rollout.MaxTurns
                finalTurn = experiment.Task.Rollout.FinalTurn
                turnTokens = experiment.Task.Rollout.TurnTokens
                observationTokens = experiment.Task.Rollout.ObservationTokens
            |}
            start = start experiment.Start
            arms = arms
            seeds = experiment.Seeds
            threads = threads
            workers = workers
        |}
        JsonSerializer.Serialize<_>(whole, json)
