/// The memory that a run takes is known before it runs.
module Levee.Tests.MemoryPlanLaws

open System
open System.IO
open Levee
open Levee.Tests
open Xunit

let names = TheoryData<string>(Setups.all.Keys)

let private measured (name: string) =
    let exitCode, answer = PeakMemory.ofProgram (Path.Combine(AppContext.BaseDirectory, "Training.Measured.dll")) [ name ]
    Assert.Equal(0, exitCode)
    Int64.Parse answer

let private table (plan: MemoryPlan) =
    plan.Parts |> List.map(fun part -> $"{part.Bytes / 1024L, 10} KiB  {part.Phase}: {part.Name}") |> String.concat "\n"

[<Theory>]
[<MemberData(nameof names)>]
let ``the peak of an update is predicted within a tenth`` (name: string) =
    if not PeakMemory.isCounted then
        Assert.Skip "This kernel does not say how much memory a process held at most."
    let plan = MemoryPlan.predict Setups.all[name].Plan
    let found = measured name
    let ratio = float plan.Update / float found
    let text = $"{name}:\n{table plan}\npredicted {plan.Update / 1024L} KiB, measured {found / 1024L} KiB: {ratio:F3}"
    printfn $"{text}"
    Assert.True((ratio > 0.9 && ratio < 1.1), text)

let private plain = Setups.all["plain"].Plan

let private predict edit = MemoryPlan.predict { plain with Options = edit plain.Options }

[<Fact>]
let ``parts add up to the phases, and the peak is the larger`` () =
    for setup in Setups.all.Values do
        let plan = MemoryPlan.predict setup.Plan
        let sum phases = plan.Parts |> List.sumBy(fun part -> if List.contains part.Phase phases then part.Bytes else 0L)
        Assert.Equal(sum [ MemoryPhase.Always; MemoryPhase.Update ], plan.Update)
        Assert.Equal(sum [ MemoryPhase.Always; MemoryPhase.Rollout ], plan.Rollout)
        Assert.Equal(max plan.Update plan.Rollout, plan.Peak)
        Assert.All(plan.Parts, (fun part -> Assert.True(part.Bytes > 0L, part.Name)))

[<Fact>]
let ``what saves memory saves it where it says`` () =
    let part name (plan: MemoryPlan) =
        plan.Parts |> List.tryFind(fun part -> part.Name = name) |> Option.map _.Bytes |> Option.defaultValue 0L
    let whole = predict id
    let checkpointed = predict(fun o -> { o with Memory.GradientCheckpointing = true })
    let adapted = predict(fun o -> { o with Update.Adapter = Some LoraOptions.defaults })
    let frozen = predict(fun o -> { o with Update.FreezeEmbedding = true })
    Assert.Equal(whole.Always, checkpointed.Always)
    let activations = part "activations kept for the backward pass"
    Assert.True(10L * activations checkpointed < activations whole)
    for name in [ "gradient"; "optimiser's moments" ] do
        Assert.True(10L * part name adapted < part name whole, name)
    Assert.Equal(part "weights" whole, part "weights" adapted)
    Assert.Equal(8L * 5000L * 256L, part "optimiser's moments" whole - part "optimiser's moments" frozen)

/// Qwen2.5-7B: 7,615,616,512 parameters.
let private large = {
    plain.Architecture with
        VocabularySize = 152064
        Width = 3584
        FeedForwardWidth = 18944
        Layers = 28
        Heads = 28
        KeyValueHeads = 4
        HeadWidth = 128
        TiedHead = false
        ContextLimit = 32768
}

[<Fact>]
let ``a known large model has the known sizes`` () =
    let plan =
        MemoryPlan.predict {
            plain with
                Architecture = large
                Options = { plain.Options with Memory.Precision = Precision.BFloat16; Memory.GradientCheckpointing = true }
                OnGpu = true
        }
    let part name = plan.Parts |> List.find(fun part -> part.Name = name) |> _.Bytes
    Assert.Equal(2L * 7_615_616_512L, part "weights")
    Assert.Equal(8L * 7_615_616_512L, part "optimiser's moments")
    Assert.Equal(4L * 7_615_616_512L, part "float32 master weights")
    // 4 episodes of at most 257 tokens, in a cache of 512 columns.
    Assert.Equal(4L * 512L * 28L * 2L * 512L * 2L, part "keys and values of the episodes written")

[<Fact>]
let ``prompts are read in passes of a bounded size, and tokens chosen in float32`` () =
    let reading prompt rows =
        let plan =
            MemoryPlan.predict {
                plain with
                    Architecture = large
                    Options = { plain.Options with Memory.Precision = Precision.BFloat16; Rollout.GroupSize = rows }
                    Lengths = { Prompt = prompt; Whole = 32768; Written = 1024 }
            }
        plan.Parts |> List.find(fun part -> part.Name = "reading prompts, or choosing tokens") |> _.Bytes
    Assert.Equal(reading 1024 8, reading 1024 64)
    Assert.Equal(reading 8192 2, reading 31744 2)
    // A logit in bfloat16 and in float32, its probability in float32, the running sum in float64.
    Assert.Equal(18L * 152064L * 512L, reading 1 512)
