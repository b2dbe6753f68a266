module Levee.Tests.ConvertJourney

open System.IO
open Levee
open Levee.Interop.HuggingFace
open Levee.Tests.World
open TorchSharp
open Xunit

let private weights (folder: string) =
    use policy = Policy.load torch.float32 torch.CPU folder
    policy.Parameters.Values.data<float32>().ToArray()

[<Fact>]
let ``a copy has the same weights and files`` () =
    use folder = new TemporaryFolder()
    let source, target = policyIn folder, folder.File "copy"
    Assert.Contains("weights in float32", succeeds [ "convert"; source; target ])
    Assert.Equal<float32[]>(weights source, weights target)

    for file in Directory.GetFiles source do
        Assert.Equal<byte[]>(File.ReadAllBytes file, File.ReadAllBytes(Path.Combine(target, Path.GetRelativePath(source, file))))

[<Fact>]
let ``weights are written in the type that is asked for, each rounded to it`` () =
    use folder = new TemporaryFolder()
    let source, target = policyIn folder, folder.File "half"
    Assert.Contains("weights in bfloat16", succeeds [ "convert"; source; target; "--dtype"; "bfloat16" ])
    use file = SafetensorsFile.Open(ModelFolder(target).Weights[0])
    Assert.All(file.Tensors.Values, (fun entry -> Assert.Equal(SafetensorsDType.BF16, entry.DType)))

    for wide, half in Array.zip (weights source) (weights target) do
        Assert.InRange(abs(wide - half), 0f, abs wide / 256f)

[<Fact>]
let ``an adapter is merged into the weights, and writes as they do`` () =
    use folder = new TemporaryFolder()
    let source, adapter, target = policyIn folder, folder.File "adapter", folder.File "merged"

    do
        use policy = Policy.loadFrozen torch.float32 torch.CPU source
        use adapted = Policy.adapt { LoraOptions.defaults with Rank = 2 } "" (Seed.ofInt 1) policy
        use _ = torch.no_grad()
        for _, numbers in Adapter.named adapted.Parameters.Adapter.Value do
            numbers.fill_(Tensors.scalar 0.3) |> ignore
        Policy.saveAdapter adapter adapted

    succeeds [ "convert"; source; target; "--adapter"; adapter ] |> ignore
    Assert.NotEqual<float32[]>(weights source, weights target)
    let write model options = succeeds([ "generate"; model; "red"; "--temperature"; "0"; "--max-tokens"; "12" ] @ options)
    Assert.Equal(write target [], write source [ "--adapter"; adapter ])
    Assert.Contains("adapter_config.json", fails 1 [ "generate"; source; "red"; "--adapter"; source ])

[<Fact>]
let ``weights are split over files of the size that is asked for`` () =
    use folder = new TemporaryFolder()
    let source, target = policyIn folder, folder.File "parts"
    succeeds [ "convert"; source; target; "--shard-size"; "4kb" ] |> ignore
    let files = (ModelFolder target).Weights
    Assert.True(files.Count > 1)
    Assert.True(File.Exists(Path.Combine(target, "model.safetensors.index.json")))
    Assert.Equal<float32[]>(weights source, weights target)

[<Fact>]
let ``a folder that exists is kept unless it may be replaced`` () =
    use folder = new TemporaryFolder()
    let source, target = policyIn folder, folder.File "other"
    Directory.CreateDirectory target |> ignore
    let note = Path.Combine(target, "note.txt")
    File.WriteAllText(note, "mine")
    Assert.Contains("--replace", fails 2 [ "convert"; source; target ])
    Assert.True(File.Exists note)
    succeeds [ "convert"; source; target; "--replace" ] |> ignore
    Assert.False(File.Exists note)
    Assert.Equal<float32[]>(weights source, weights target)
