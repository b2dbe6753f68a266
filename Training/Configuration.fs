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

    /// The name of the experiment that a configuration describes.
    let name (configuration: string) =
        use json = JsonDocument.Parse configuration
        string(json.RootElement.GetProperty("name").GetString())

    /// Every setting by its path, such as `arms[0].training.Steps`, in order.
    let rec private settings path (element: JsonElement) = [
        match element.ValueKind with
        | JsonValueKind.Object ->
            for property in element.EnumerateObject() do
                yield!
                    settings
                        (if path = "" then
                             property.Name
                         else
                             $"{path}.{property.Name}")
                        property.Value
        | JsonValueKind.Array ->
            for index, item in Seq.indexed(element.EnumerateArray()) do
                yield! settings $"{path}[{index}]" item
        | _ -> path, element.GetRawText()
    ]

    /// The settings that change what comes out; how many runs there are at a time does not.
    let private telling (configuration: string) =
        use json = JsonDocument.Parse configuration
        settings "" json.RootElement |> List.filter(fun (path, _) -> path <> "workers")

    /// The first setting in which two configurations differ, in a sentence.
    let difference (before: string) (now: string) =
        let before, now = telling before, telling now
        let said value = Option.defaultValue "not there" value
        let compare (path, _) =
            let valueIn settings = settings |> List.tryFind(fst >> (=) path) |> Option.map snd
            match valueIn before, valueIn now with
            | one, other when one = other -> None
            | one, other -> Some $"{path} was {said one} and is now {said other}"
        List.tryPick compare (before @ now)
