/// An experiment as text: saved, read back, the same.
module Levee.Tests.ConfigurationLaws

open System
open System.Collections.Generic
open System.IO
open System.Text.Json.Nodes
open System.Threading
open Levee
open Xunit
open Levee.Tests.World

let private everything () =
    experiment "everything" {
        question "Does every setting survive?"
        task atlas.Value
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training(fun options -> {
            options with
                Update.FreezeEmbedding = true
                Optimiser.CriticSchedule = { Peak = 1e-5; WarmUp = 0.1; Decay = Cosine 0.1 }
        })
        batchSize 3
        miniBatchSize 2
        groupSize 4
        epochs 2
        steps 2
        learningRate 1e-3
        perSample { PerSampleOptions.defaults with Every = 7 }
        onPhase Phase.Acceleration PhaseAction.RollBack
        stopWhen(StopRule.above "actor/entropy" 3.25 5)
        budget(TimeSpan.FromHours 1.5)
        seeds [ 1; 5 ]
        arm "GRPO" Recipes.grpo
        arm "Search-R1" Recipes.searchR1
        arm "Dr.GRPO" (Recipes.drGrpo 120.0)
        arm "DAPO" Recipes.dapo
        arm "variance" { Recipes.grpo with Groups = GroupChoice.variance 0.1 4 }
        arm "GSPO" Recipes.gspo
        arm "CISPO" Recipes.cispo
        arm "RLOO" Recipes.rloo
        arm "REINFORCE++" Recipes.reinforcePlusPlus
        arm "PPO" Recipes.ppo
        arm "LLDS" Recipes.llds
        arm "LLDS, released" Recipes.lldsReleased
        armWith "an adapter" Recipes.grpo (fun options -> {
            options with
                Update.Adapter = Some { LoraOptions.defaults with Rank = 3; Targets = [ Projection.Query; Projection.Down ] }
        })
        arm "LLDS-MA" Recipes.lldsMa
        arm "GSPO + LLDS" Recipes.gspoLlds
        armWith "bare" (Surrogate.clipped(Clip.symmetric 0.2)) (TrainingOptions.learningRate 1e-4)
        sweep "lambda" [ 0.0; 0.1 ] (fun lambda -> Recipes.grpo + lambda * Llds.penalty Llds.overAllTokens)
        sweepTraining "rate" [ 1e-4; 1e-3 ] Recipes.grpo TrainingOptions.learningRate
        armWith
            "controllers"
            (Recipes.grpo
             + Coefficient.raisedAt Phase.Decay 2.5 (Coefficient.linear 0.0 0.2) * Llds.penalty Llds.multiAction
             + Coefficient.dualAscent { Name = "kl"; Metric = "actor/kl_loss"; Limit = 0.001; Rate = 2.0; Start = 0.1 }
               * Kl.toReference K3)
            (fun options -> {
                options with
                    Guarding.Watch = { options.Guarding.Watch with Actions = [ Phase.Collapse, PhaseAction.Stop ] }
            })
    }

[<Fact>]
let ``an experiment is written, read back and written again the same`` () =
    let text = Configuration.toJson(everything())
    let again = Configuration.ofJson "config.json" text
    Assert.Equal(text, Configuration.toJson again)
    let plainly (experiment: Experiment) = experiment.Arms |> List.map(fun arm -> arm.Name, arm.Training, Recipe.formula arm.Recipe)
    Assert.Equal<(string * TrainingOptions * string) list>(plainly(everything()), plainly again)
    Assert.Equal<int list>([ 1; 5 ], again.Seeds)
    Assert.Equal(Some(TimeSpan.FromHours 1.5), again.Budget)

[<Fact>]
let ``what is taught is written too`` () =
    let taught =
        experiment "taught" {
            task atlas.Value
            start(Taught(3, Tasks.teaching))
            arm "GRPO" Recipes.grpo
        }
    let again = Configuration.ofJson "config.json" (Configuration.toJson taught)
    Assert.Equal(taught.Start, again.Start)

[<Fact>]
let ``an experiment that was read back trains to the same weights, bit for bit`` () =
    let original =
        everything()
        |> Experiment.adjust(fun options -> { options with Measuring.PerSample = None; Measuring.EvaluationQuestions = 2 })
    let again = Configuration.ofJson "config.json" (Configuration.toJson original)
    let train (experiment: Experiment) name =
        let arm = experiment.Arms |> List.find(fun arm -> arm.Name = name)
        use policy = warmPolicy()
        let steps = List<StepReport>()
        Reinforce.run (plan arm.Recipe arm.Training 5) steps.Add CancellationToken.None policy
        weights policy
    for name in [ "LLDS-MA"; "controllers" ] do
        Assert.Equal<float32[]>(train original name, train again name)

let private refused (edit: string -> string) =
    let text = Configuration.toJson(everything())
    let spoilt = edit text
    Assert.NotEqual<string>(text, spoilt)
    Assert.Throws<InvalidDataException>(fun () -> Configuration.ofJson "runs/x/config.json" spoilt |> ignore).Message

[<Theory>]
[<InlineData("{\"script\":\"a.fsx\",\n\"arguments\":[\"\\ud9ff\"]}", ":2: a string holds half of a surrogate pair")>]
[<InlineData("{\"script\":\"a.fsx\"}", ": it does not say which script")>]
[<InlineData("{\"script\":\"a.fsx\",\"arguments\":[1]}", ": it does not say which script")>]
[<InlineData("{\"script\":1,\"arguments\":[]}", ": it does not say which script")>]
[<InlineData("[]", ":1: a JSON object is expected")>]
let ``a run.json that cannot be used is refused by name`` (text: string) (problem: string) =
    use folder = new TemporaryFolder()
    let run = { Path = folder.Path }
    File.WriteAllText(run.Call, text)
    let error = Assert.Throws<InvalidDataException>(fun () -> RunFolder.call run |> ignore)
    Assert.Contains(run.Call + problem, error.Message)

[<Fact>]
let ``a damaged configuration is refused, naming file, line and remedy`` () =
    let cut = refused(fun text -> text[.. text.Length / 2])
    Assert.Contains("runs/x/config.json, line", cut)
    Assert.Contains("Mend it", cut)
    let half = refused(fun text -> text.Replace("{\n  \"", "{\n  \"\\uda00\": 1,\n  \""))
    Assert.Contains("runs/x/config.json, line 2: a string holds half of a surrogate pair", half)
    Assert.Contains("is given twice", refused(fun text -> text.Replace("\"groupSize\"", "\"groupSize\": 4,\n\"groupSize\"")))
    Assert.Contains(
        "'arms[0].training.rollout.groupSize'",
        refused(fun text -> text.Replace("\"groupSize\": 4", "\"groupSize\": \"four\""))
    )
    Assert.Contains("no task \"atlantis\"", refused(fun text -> text.Replace("\"name\": \"atlas\"", "\"name\": \"atlantis\"")))
    Assert.Contains("no objective 'clopped'", refused(fun text -> text.Replace("clipped(", "clopped(")))
    Assert.Contains("groupSize 1 gives no advantage", refused(fun text -> text.Replace("\"groupSize\": 4", "\"groupSize\": 1")))
    Assert.Contains("has no seed", refused(fun text -> text.Replace("1,\n    5\n", "")))

[<Fact>]
let ``a setting that is missing is refused by name`` () =
    Assert.Contains("'arms[0].training.optimiser.clipNorm'", refused(fun text -> text.Replace("\"clipNorm\": 1", "\"clipNorms\": 1")))

[<Fact>]
let ``an objective that a script wrote is refused by name, with a remedy`` () =
    let mine = Surrogate.ofTokens "mine" TokenMean (fun part forward -> -part.Advantage * forward.LogProb, part.Mask)
    let own =
        experiment "own" {
            task atlas.Value
            start(Checkpoint "somewhere")
            arm "mine" mine
        }
    let error =
        Assert.Throws<InvalidDataException>(fun () -> Configuration.ofJson "config.json" (Configuration.toJson own) |> ignore)
    Assert.Contains("'mine'", error.Message)
    Assert.Contains("run that script", error.Message)

[<Fact>]
let ``sweeps name their arms by value`` () =
    let names = (everything()).Arms |> List.map _.Name
    for name in [ "lambda 0"; "lambda 0.1"; "rate 0.0001"; "rate 0.001" ] do
        Assert.Contains(name, names)

[<Theory>]
[<InlineData(3)>]
[<InlineData(1)>]
let ``a run ends once a stop rule has held long enough`` (count: int) =
    use policy = warmPolicy()
    let steps = List<StepReport>()
    let options = { small with Steps = 20; Guarding.StopRules = [ StopRule.below "actor/entropy" 100.0 count ] }
    Reinforce.run (plan Recipes.grpo options 1) steps.Add CancellationToken.None policy
    Assert.Equal(count, steps.Count)

[<Fact>]
let ``a stop rule counts measurements in a row`` () =
    let rule = StopRule.above "x" 1.0 2
    let observe before values = values |> List.fold (fun count value -> StopRule.observe rule count (Map.ofList value)) before
    Assert.Equal(1, observe 0 [ [ "x", 2.0 ]; [ "x", 0.5 ]; [ "x", 2.0 ] ])
    Assert.Equal(2, observe 0 [ [ "x", 2.0 ]; [ "y", 0.5 ]; [ "x", 2.0 ] ])
    Assert.Equal(0, observe 5 [ [ "x", 1.0 ] ])
    Assert.Equal(0, observe 5 [ [ "x", nan ] ])

/// A configuration that the first version wrote, over the data of this repository.
let private first () =
    File.ReadAllText(Path.Combine(Repository.root, "tests", "Training.Tests", "configurations", "version-1.json")).Replace("DATA", data)

[<Fact>]
let ``a configuration of the first version reads with the defaults of its day`` () =
    let experiment = Configuration.ofJson "config.json" (first())
    let training = experiment.Arms.Head.Training
    Assert.Equal((None, false, Precision.Float32), (training.Memory.MaxSequences, training.Memory.CudaGraphs, training.Memory.Precision))
    Assert.Equal((false, false, None), (training.Memory.Packing, training.Memory.GradientCheckpointing, training.Update.Adapter))
    Assert.Equal((3, 3e-4), (training.Rollout.GroupSize, training.Optimiser.Schedule.Peak))
    Assert.Equal((Some 7, 2), (training.Measuring.PerSample |> Option.map _.Every, training.Update.MiniBatchSize))
    Assert.Equal(Some(TimeSpan.FromHours 1.5), experiment.Budget)
    Assert.Equal(None, Configuration.difference (first()) (Configuration.onMachine 1 "cpu" experiment))
    let other = experiment |> Experiment.adjust(fun options -> { options with Memory.CudaGraphs = true })
    Assert.Equal(
        Some "arms[0].training.memory.cudaGraphs was false and is now true",
        Configuration.difference (first()) (Configuration.onMachine 1 "cpu" other)
    )

[<Fact>]
let ``rounds of dynamic sampling of earlier configurations are read as a choice of groups`` () =
    let groups text = (Configuration.ofJson "config.json" text).Arms.Head.Recipe.Groups
    Assert.Equal("all", (groups(first())).Formula)
    let earlier = first().Replace("\"samplingRounds\": null", "\"samplingRounds\": 4")
    Assert.Equal("dynamicSampling(rounds=4)", (groups earlier).Formula)
    let again = Configuration.toJson(Configuration.ofJson "config.json" earlier)
    Assert.Contains("\"groups\": \"dynamicSampling(rounds=4)\"", again)
    Assert.DoesNotContain("samplingRounds", again)
    Assert.Equal(None, Configuration.difference earlier (Configuration.onMachine 1 "cpu" (Configuration.ofJson "config.json" earlier)))
    Assert.Equal(
        Some "arms[0].groups was \"all\" and is now \"dynamicSampling(rounds=4)\"",
        Configuration.difference (first()) (Configuration.onMachine 1 "cpu" (Configuration.ofJson "config.json" earlier))
    )
    let error =
        Assert.Throws<InvalidDataException>(fun () ->
            groups(first().Replace("\"samplingRounds\": null", "\"samplingRounds\": 0")) |> ignore)
    Assert.Contains("give 1 or more", error.Message)

[<Fact>]
let ``the phase alarm of earlier configurations is refused, and what took its place is named`` () =
    let formula = refused(fun text -> text.Replace("raisedAt(Decay, 2.5, linear(0, 0.2))", "alarmed(linear(0, 0.2))"))
    Assert.Contains("raisedAt(Decay, 2, ...)", formula)
    let action = refused(fun text -> text.Replace("\"RollBack\"", "{ \"RaiseCoefficients\": { \"factor\": 2.5 } }"))
    Assert.Contains("arms[0] has the phase action RaiseCoefficients", action)
    Assert.Contains("raisedAt(Decay, 2, 0.2)", action)

[<Fact>]
let ``what the first version had already is missed in its configurations too`` () =
    let spoilt = first().Replace("\"clipNorm\": 1,", "")
    let error = Assert.Throws<InvalidDataException>(fun () -> Configuration.ofJson "old.json" spoilt |> ignore)
    Assert.Contains("old.json: 'arms[0].training.optimiser.clipNorm' is missing", error.Message)

[<Fact>]
let ``a configuration of a later version is refused`` () =
    let later = refused(fun text -> text.Replace("\"version\": 3", "\"version\": 4"))
    Assert.Contains("version is 4, which a later Levee wrote; this one reads versions up to 3", later)
    Assert.Contains("version is \"two\", no number", refused(fun text -> text.Replace("\"version\": 3", "\"version\": \"two\"")))

/// Every setting of a configuration by its path in the JSON, with what takes it out.
let rec private removals path (node: JsonNode | null) : (string * (unit -> unit)) list = [
    match node with
    | :? JsonObject as fields ->
        for name in [ for field in fields -> field.Key ] do
            let place = if path = "" then name else $"{path}.{name}"
            yield! removals place fields[name]
            place, fun () -> fields.Remove name |> ignore
    | :? JsonArray as items ->
        for index in 0 .. items.Count - 1 do
            yield! removals $"{path}[{index}]" items[index]
    | _ -> ()
]

[<Fact>]
let ``whatever setting is missing is named by its path in the JSON`` () =
    let all = everything()
    let told = [ "an adapter"; "controllers" ]
    let text = Configuration.toJson { all with Arms = all.Arms |> List.filter(fun arm -> List.contains arm.Name told) }
    let count = removals "" (JsonNode.Parse text) |> List.length
    Assert.InRange(count, 100, 1000)
    let mutable named = 0
    for number in 0 .. count - 1 do
        let root = JsonNode.Parse text
        let place, remove = (removals "" root)[number]
        remove()
        try
            Configuration.ofJson "config.json" ((nonNull root).ToJsonString()) |> ignore
        with :? InvalidDataException as error ->
            // Without the name of its case, the setting itself is said to be missing.
            let isCase = Char.IsUpper((Array.last(place.Split '.'))[0])
            let expected =
                if isCase then
                    place[.. place.LastIndexOf '.' - 1]
                else
                    place
            if place <> "version" then
                Assert.Contains($"'{expected}' is missing", error.Message)
            named <- named + 1
    Assert.InRange(named, count * 3 / 4, count)
