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

let private write (folder: string) (files: (string * string) list) =
    for name, text in files do
        let path = Path.Combine(folder, name)
        Directory.CreateDirectory(Path.GetDirectoryName path |> nonNull) |> ignore
        File.WriteAllText(path, text)

/// Every file below a folder, by its path in it.
let private all (folder: string) =
    Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
    |> Array.map(fun file -> Path.GetRelativePath(folder, file))
    |> Array.sort

[<Fact>]
let ``the folder's other files come along, and weights of other formats do not, which is told`` () =
    use folder = new TemporaryFolder()
    let source, target = policyIn folder, folder.File "copy"
    let own = all source
    let kept = [
        "README.md", "a model"
        "vocab.json", "{}"
        "merges.txt", "a b"
        ".gitattributes", "*.safetensors"
        "special_tokens_map.json", "{}"
        "assets/picture.svg", "<svg/>"
        "assets/more/notes.txt", "notes"
    ]
    let left = [
        "pytorch_model.bin", "weights"
        "model.gguf", "weights"
        "tf_model.h5", "weights"
        "pytorch_model.bin.index.json", "{}"
        "adapter_config.json", "{}"
        "onnx/model.onnx", "weights"
        "onnx/readme.txt", "about the weights"
        ".cache/download.lock", ""
    ]
    write source (kept @ left)
    write source [ "model-00001-of-00002.safetensors", "stale"; "model.safetensors.index.json", "{}" ]
    let code, _, told = levee [ "convert"; source; target; "--dtype"; "bfloat16" ]
    Assert.Equal(0, code)
    Assert.Equal<string[]>(Array.sort(Array.append own (kept |> List.map fst |> Array.ofList)), all target)
    for name, text in kept do
        Assert.Equal(text, File.ReadAllText(Path.Combine(target, name)))
    Assert.Contains(
        $"note: {source}: not copied, since the weights are written anew: adapter_config.json, model.gguf, pytorch_model.bin, pytorch_model.bin.index.json, tf_model.h5, .cache/, onnx/",
        told
    )

[<Fact>]
let ``a policy can be converted in its own place, and below it`` () =
    use folder = new TemporaryFolder()
    let source = policyIn folder
    write source [ "README.md", "a model" ]
    let below = Path.Combine(source, "half")
    succeeds [ "convert"; source; below; "--dtype"; "bfloat16" ] |> ignore
    Assert.Equal("a model", File.ReadAllText(Path.Combine(below, "README.md")))
    succeeds [ "convert"; source; source; "--replace" ] |> ignore
    Assert.Equal("a model", File.ReadAllText(Path.Combine(source, "README.md")))
    Assert.False(Directory.Exists below)

/// A policy whose final norm begins with some numbers.
let private policyWith (folder: TemporaryFolder) (numbers: float list) =
    use policy = policy()
    let path = folder.File "numbers"
    let values = policy.Parameters.FinalNorm.detach()
    numbers |> List.iteri(fun i number -> values.narrow(0L, int64 i, 1L).fill_(Tensors.scalar number) |> ignore)
    Policy.save path policy
    path

[<Fact>]
let ``numbers beyond float16 are refused by tensor, and with --clamp set to its largest`` () =
    use folder = new TemporaryFolder()
    let source, target = policyWith folder [ 9e4; -3e5; 2.0 ], folder.File "half"
    let refused = fails 1 [ "convert"; source; target; "--dtype"; "float16" ]
    Assert.Contains("'model.norm.weight' (2 numbers, the largest -300000)", refused)
    Assert.Contains("--clamp", refused)
    Assert.False(Directory.Exists target)
    Assert.Contains("model.norm.weight", fails 1 [ "generate"; source; "red"; "--dtype"; "float16" ])
    let code, _, told = levee [ "convert"; source; target; "--dtype"; "float16"; "--clamp" ]
    Assert.Equal(0, code)
    Assert.Contains("numbers that float16 cannot hold are set to ±65504: 'model.norm.weight' (2 numbers, the largest -300000)", told)
    use policy = Policy.loadFrozen torch.float32 torch.CPU target
    Assert.Equal<float32[]>([| 65504f; -65504f; 2f |], policy.Parameters.FinalNorm.data<float32>().ToArray()[..2])

[<Theory>]
[<InlineData("float16", "--clamp")>]
[<InlineData("bfloat16", "--replace")>]
let ``weights that are no numbers are refused by tensor`` (dtype: string) (option: string) =
    use folder = new TemporaryFolder()
    for number in [ nan; infinity ] do
        let words = [ "convert"; policyWith folder [ number ]; folder.File "half"; "--dtype"; dtype; option ]
        Assert.Contains("NaN or infinity stands in 'model.norm.weight'", fails 1 words)
        Assert.False(Directory.Exists(folder.File "half"))
