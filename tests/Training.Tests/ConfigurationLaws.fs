/// An experiment as text: saved, read back, the same.
module Levee.Tests.ConfigurationLaws

open System
open System.Collections.Generic
open System.IO
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
                FreezeEmbedding = true
                CriticSchedule = { Peak = 1e-5; WarmUp = 0.1; Decay = Cosine 0.1 }
        })
        questions 3
        groupSize 4
        epochs 2
        steps 2
        learningRate 1e-3
        lldProbe { LldProbeOptions.defaults with Every = 7 }
        onPhase Phase.Acceleration PhaseAction.RollBack
        stopWhen(StopRule.above "actor/entropy" 3.25 5)
        budget(TimeSpan.FromHours 1.5)
        seeds [ 1; 5 ]
        arm "GRPO" Recipes.grpo
        arm "Search-R1" Recipes.searchR1
        arm "Dr.GRPO" (Recipes.drGrpo 120.0)
        arm "DAPO" Recipes.dapo
        arm "GSPO" Recipes.gspo
        arm "CISPO" Recipes.cispo
        arm "RLOO" Recipes.rloo
        arm "REINFORCE++" Recipes.reinforcePlusPlus
        arm "PPO" Recipes.ppo
        arm "LLDS" Recipes.llds
        arm "LLDS, released" Recipes.lldsReleased
        armWith "an adapter" Recipes.grpo (fun options -> {
            options with
                Adapter = Some { LoraOptions.defaults with Rank = 3; Targets = [ Projection.Query; Projection.Down ] }
        })
        arm "LLDS-MA" Recipes.lldsMa
        arm "GSPO + LLDS" Recipes.gspoLlds
        armWith "bare" (Surrogate.clipped(Clip.symmetric 0.2)) (TrainingOptions.learningRate 1e-4)
        sweep "lambda" [ 0.0; 0.1 ] (fun lambda -> Recipes.grpo + lambda * Llds.penalty Llds.defaults)
        sweepTraining "rate" [ 1e-4; 1e-3 ] Recipes.grpo TrainingOptions.learningRate
        armWith "alarm" (Recipes.grpo + Coefficient.alarmed(Coefficient.linear 0.0 0.2) * Llds.penalty Llds.multiAction) (fun options -> {
            options with
                Watch = {
                    options.Watch with
                        Actions = [ Phase.Decay, PhaseAction.RaiseCoefficients 2.5; Phase.Collapse, PhaseAction.Stop ]
                }
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
    let original = everything() |> Experiment.adjust(fun options -> { options with LldProbe = None; EvaluationQuestions = 2 })
    let again = Configuration.ofJson "config.json" (Configuration.toJson original)
    let train (experiment: Experiment) name =
        let arm = experiment.Arms |> List.find(fun arm -> arm.Name = name)
        use policy = warmPolicy()
        let steps = List<StepReport>()
        Reinforce.run (plan arm.Recipe arm.Training 5) steps.Add CancellationToken.None policy
        weights policy
    for name in [ "LLDS-MA"; "alarm" ] do
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
    Assert.Contains("'arms[0].training.groupSize'", refused(fun text -> text.Replace("\"groupSize\": 4", "\"groupSize\": \"four\"")))
    Assert.Contains("no task \"atlantis\"", refused(fun text -> text.Replace("\"name\": \"atlas\"", "\"name\": \"atlantis\"")))
    Assert.Contains("no objective 'clopped'", refused(fun text -> text.Replace("clipped(", "clopped(")))
    Assert.Contains("group size of 1", refused(fun text -> text.Replace("\"groupSize\": 4", "\"groupSize\": 1")))
    Assert.Contains("has no seed", refused(fun text -> text.Replace("1,\n    5\n", "")))

[<Fact>]
let ``a setting that is missing is refused by name`` () =
    Assert.Contains("'arms[0].training.clipNorm'", refused(fun text -> text.Replace("\"clipNorm\": 1,", "")))

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
    let options = { small with Steps = 20; StopRules = [ StopRule.below "actor/entropy" 100.0 count ] }
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
