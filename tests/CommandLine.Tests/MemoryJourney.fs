module Levee.Tests.MemoryJourney

open System.IO
open System.Text.Json
open Levee
open Levee.Interop.HuggingFace
open Levee.Tests.World
open Xunit

let private options = [
    "--micro-batch-size"
    "4"
    "--tokens"
    "48"
    "--prompt"
    "8"
    "--precision"
    "bfloat16"
    "--gradient-checkpointing"
    "--lora-rank"
    "4"
]

[<Fact>]
let ``a config.json is enough, and the numbers are the plan's`` () =
    use folder = new TemporaryFolder()
    let model = folder.File "bare"
    Directory.CreateDirectory model |> ignore
    let config = (ModelFolder model).Config
    File.Copy((ModelFolder(policyIn folder)).Config, config)
    let answer =
        JsonDocument.Parse(succeeds [ "memory"; model; yield! options; "--reference"; "initial"; "--critic"; "--json" ]).RootElement
    let plan =
        MemoryPlan.predict {
            Architecture = Architecture.ofConfig config (ModelConfig.Load config)
            Options = {
                TrainingOptions.defaults with
                    Memory.MicroBatchSize = 4
                    Memory.Precision = Precision.BFloat16
                    Memory.GradientCheckpointing = true
                    Update.Adapter = Some { LoraOptions.defaults with Rank = 4 }
            }
            Needs = Set.ofList [ ReferencePolicy Reference.Initial; CriticValues ]
            Lengths = { Prompt = 8; Whole = 48; Written = 40 }
            OnGpu = false
        }
    Assert.Equal(plan.Peak, answer.GetProperty("peak").GetInt64())
    Assert.Equal(plan.Parts.Length, answer.GetProperty("parts").GetArrayLength())
    let text = succeeds [ "memory"; model; yield! options ]
    for part in
        [
            "adapter"
            "optimiser's moments"
            "keys and values of the episodes written"
            "activations kept for the backward pass"
            "peak, in"
        ] do
        Assert.Contains(part, text)

[<Fact>]
let ``what makes no sense is refused`` () =
    use folder = new TemporaryFolder()
    let model = policyIn folder
    Assert.Contains("--tokens 100000 is more than the policy's context", fails 2 [ "memory"; model; "--tokens"; "100000" ])
    Assert.Contains("leaves nothing", fails 2 [ "memory"; model; "--tokens"; "8"; "--prompt"; "8" ])
    Assert.Contains("--precision float16", fails 2 [ "memory"; model; "--precision"; "float16" ])
    Assert.Contains("--lora-rank 0", fails 2 [ "memory"; model; "--lora-rank"; "0" ])
    Assert.Contains("missing config.json", fails 1 [ "memory"; folder.Path ])
