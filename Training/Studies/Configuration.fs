namespace Levee.Training.Studies

open Microsoft.FSharp.Reflection
open System
open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Nodes
open System.Text.Json.Serialization
open Levee
open Levee.Algorithms
open Levee.Algorithms.Estimators
open Levee.Algorithms.Formulas
open Levee.Algorithms.Objectives
open Levee.Environments
open Levee.Training.Learning
open Levee.Training.Tasks

/// An experiment in full as JSON: what `config.json` of a run folder holds.
[<RequireQualifiedAccess>]
module Configuration =
    let private json =
        let unions = JsonUnionEncoding.ExternalTag ||| JsonUnionEncoding.NamedFields ||| JsonUnionEncoding.UnwrapFieldlessTags
        let options =
            JsonSerializerOptions(
                WriteIndented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase
            )
        options.Converters.Add(JsonFSharpConverter unions)
        options

    /// A recipe and the training options of an arm, as they are written.
    type private ArmText = {
        Name: string
        Advantage: string
        Objective: string
        SamplingRounds: int option
        Training: TrainingOptions
    }

    /// What of an experiment is written, and read back.
    type private ExperimentText = {
        Name: string
        Question: string
        Task: {| Name: string; Folder: string |}
        Start: Start
        Arms: ArmText list
        Seeds: int list
        Budget: TimeSpan option
    }

    let private write (experiment: Experiment) : ExperimentText = {
        Name = experiment.Name
        Question = experiment.Question
        Task = {| Name = experiment.Task.Name; Folder = experiment.Task.Folder |}
        Start = experiment.Start
        Arms = [
            for arm in experiment.Arms ->
                {
                    Name = arm.Name
                    Advantage = arm.Recipe.Estimator.Formula
                    Objective = arm.Recipe.Objective.Formula
                    SamplingRounds = arm.Recipe.SamplingRounds
                    Training = arm.Training
                }
        ]
        Seeds = experiment.Seeds
        Budget = experiment.Budget
    }

    let private readArm (arm: ArmText) : Arm = {
        Name = arm.Name
        Recipe = {
            Estimator = Reading.estimator arm.Advantage
            Objective = Reading.objective arm.Objective
            SamplingRounds = arm.SamplingRounds
        }
        Training = arm.Training
    }

    let private read (text: ExperimentText) : Experiment =
        Experiment.validate {
            Name = text.Name
            Question = text.Question
            Task = Tasks.named text.Task.Name text.Task.Folder
            Start = text.Start
            Arms = List.map readArm text.Arms
            Seeds = text.Seeds
            Budget = text.Budget
        }

    let private isReadable (target: Type) (element: JsonElement) =
        try
            JsonSerializer.Deserialize(element, target, json) |> ignore
            true
        with :? JsonException ->
            false

    /// The path to what cannot be read as a type: the innermost field that is missing or does not fit.
    let rec private culprit (target: Type) path (element: JsonElement) =
        if FSharpType.IsRecord(target, true) && element.ValueKind = JsonValueKind.Object then
            FSharpType.GetRecordFields(target, true)
            |> Seq.tryPick(fun field ->
                let name = JsonNamingPolicy.CamelCase.ConvertName field.Name
                match element.TryGetProperty name with
                | true, value when isReadable field.PropertyType value -> None
                | true, value -> Some(culprit field.PropertyType $"{path}.{name}" value)
                | false, _ ->
                    if field.PropertyType.Name.StartsWith "FSharpOption" then
                        None
                    else
                        Some $"{path}.{name}")
            |> Option.defaultValue path
        elif element.ValueKind = JsonValueKind.Array && target.IsGenericType then
            let inner = target.GetGenericArguments()[0]
            element.EnumerateArray()
            |> Seq.indexed
            |> Seq.tryPick(fun (index, item) ->
                if isReadable inner item then
                    None
                else
                    Some(culprit inner $"{path}[{index}]" item))
            |> Option.defaultValue path
        else
            path

    /// Where a text that is JSON does not fit.
    let private misfit (text: string) =
        use document = JsonDocument.Parse text
        (culprit typeof<ExperimentText> "" document.RootElement).TrimStart '.'

    /// The experiment with every setting of every arm.
    let toJson (experiment: Experiment) = JsonSerializer.Serialize(write experiment, json)

    /// The experiment that a JSON text holds. Raises `InvalidDataException` naming `source`, the line and the remedy where it cannot be read: also where an
    /// arm's objective or estimator is not of the library but was written in a script.
    let ofJson (source: string) (text: string) =
        let refuse place (problem: string) cause = raise(InvalidDataException($"{source}{place}: {problem}", cause))
        match JsonText.parse(Text.Encoding.UTF8.GetBytes text) with
        | Error fault -> refuse $", line {fault.Line}" $"{fault.Problem}. Mend it, or take the config.json of a run." null
        | Ok _ -> ()
        try
            match JsonSerializer.Deserialize<ExperimentText>(text, json) |> box with
            | :? ExperimentText as whole -> read whole
            | _ -> refuse "" "the file holds null. Give the config.json of a run." null
        with
        | :? JsonException as error ->
            refuse "" $"'{misfit text}' is missing or not what it should be. Mend it, or take the config.json of a run." error
        | :? FormatException
        | :? ArgumentException as error -> refuse "" error.Message error

    /// `toJson`, with the number of threads and the device that the experiment is run with: they change how sums are rounded.
    let onMachine (threads: int) (device: string) experiment =
        match JsonNode.Parse(toJson experiment) with
        | :? JsonObject as fields ->
            fields["threads"] <- JsonValue.Create threads
            fields["device"] <- JsonValue.Create device
            fields.ToJsonString json
        | _ -> invalidOp "An experiment is a JSON object."

    /// The rounds of dynamic sampling of an arm, as `toJson` writes it; none where it has none.
    let samplingRounds (arm: JsonElement) =
        match arm.TryGetProperty "samplingRounds" with
        | true, rounds ->
            match JsonSerializer.Deserialize(rounds, typeof<int option>, json) with
            | :? (int option) as rounds -> rounds
            | _ -> None
        | _ -> None

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

    let private telling (configuration: string) =
        use json = JsonDocument.Parse configuration
        settings "" json.RootElement

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
