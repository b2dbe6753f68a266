module Levee.Policies.Tests.CheckpointFaultTests

open System.IO
open System.Text.Json.Nodes
open Xunit
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open Levee.Policies.Tests.PolicyFolders

[<Fact>]
let ``a missing file among several is named`` () =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.saveSharded 5000L folder policy
    let lost = (ModelFolder folder).Weights[1]
    File.Delete lost
    let error = Assert.Throws<FileNotFoundException>(fun () -> load folder |> Policy.dispose)
    Assert.Contains($"missing {Path.GetFileName lost}", error.Message)

[<Fact>]
let ``every fault of the weights is named at once`` () =
    let spoil (tensors: SafetensorsTensor list) = [
        SafetensorsTensor("stray", SafetensorsDType.F32, [| 1L |], System.ReadOnlyMemory(Array.zeroCreate<byte> 4))
        for tensor in tensors do
            if tensor.Name = "model.norm.weight" then
                SafetensorsTensor(tensor.Name, tensor.DType, [| 2L; 12L |], tensor.Write)
            elif tensor.Name <> "model.layers.0.mlp.up_proj.weight" then
                tensor
    ]
    let message = errorOf<InvalidDataException>(rewrite spoil)
    Assert.Contains("missing tensors model.layers.0.mlp.up_proj.weight", message)
    Assert.Contains("does not have: stray", message)
    Assert.Contains("'model.norm.weight' has shape [2, 12]", message)

[<Fact>]
let ``a truncated file of weights is refused`` () =
    let truncate folder =
        use stream = File.Open(weightsOf folder, FileMode.Open)
        stream.SetLength(stream.Length - 10L)
    Assert.Contains("model.safetensors", errorOf<InvalidDataException> truncate)

[<Fact>]
let ``a missing tensor is named`` () =
    let message =
        errorOf<InvalidDataException>(rewrite(List.filter(fun tensor -> tensor.Name <> "model.layers.1.mlp.up_proj.weight")))
    Assert.Contains("missing tensors model.layers.1.mlp.up_proj.weight", message)
    Assert.Contains("model.safetensors", message)

[<Fact>]
let ``a wrong shape is named with the right one`` () =
    let turn (tensor: SafetensorsTensor) =
        if tensor.Name = "model.layers.0.mlp.down_proj.weight" then
            SafetensorsTensor(tensor.Name, tensor.DType, Array.rev(Array.ofSeq tensor.Shape), tensor.Write)
        else
            tensor
    let message = errorOf<InvalidDataException>(rewrite(List.map turn))
    Assert.Contains("'model.layers.0.mlp.down_proj.weight' has shape [20, 24], the architecture wants [24, 20]", message)

[<Fact>]
let ``a tensor that holds no floating-point numbers is named`` () =
    let count (tensor: SafetensorsTensor) =
        if tensor.Name = "model.norm.weight" then
            SafetensorsTensor(tensor.Name, SafetensorsDType.I32, tensor.Shape, tensor.Write)
        else
            tensor
    Assert.Contains("'model.norm.weight' is of type I32", errorOf<InvalidDataException>(rewrite(List.map count)))

[<Fact>]
let ``missing files are named`` () =
    let without (file: ModelFolder -> string) = errorOf<FileNotFoundException>(fun folder -> File.Delete(file folder))
    Assert.Contains("missing model.safetensors", without weightsOf)
    Assert.Contains("missing config.json", without _.Config)
    Assert.Contains("missing tokenizer.json", without _.Tokenizer)

[<Fact>]
let ``a missing folder is named`` () =
    use place = new TemporaryFolder()
    let error = Assert.Throws<DirectoryNotFoundException>(fun () -> load(place.At "nowhere") |> Policy.dispose)
    Assert.Contains("nowhere", error.Message)

[<Fact>]
let ``a malformed config is named with its line`` () =
    let spoil (folder: ModelFolder) = File.WriteAllText(folder.Config, "{\n  \"model_type\": \"qwen2\",\n  \"hidden_size\": }")
    let message = errorOf<InvalidDataException> spoil
    Assert.Contains("config.json", message)
    Assert.Contains("3", message)

[<Fact>]
let ``an end that is no token of the tokenizer is refused by its file`` () =
    let retarget (file: ModelFolder -> string) (folder: ModelFolder) =
        let document =
            if File.Exists(file folder) then
                (JsonNode.Parse(File.ReadAllText(file folder)) |> nonNull).AsObject()
            else
                JsonObject()
        document["eos_token_id"] <- JsonArray(0, 151645)
        File.WriteAllText(file folder, document.ToJsonString())
    let files: (ModelFolder -> string) list = [ _.Config; _.GenerationConfig ]
    for file in files do
        let message = errorOf<InvalidDataException>(retarget file)
        Assert.Contains(file(ModelFolder ""), message)
        Assert.Contains("eos_token_id 151645 is no token of tokenizer.json; check that the tokenizer belongs to the model.", message)

[<Fact>]
let ``a tokenizer larger than the vocabulary is refused`` () =
    let shrink (folder: ModelFolder) =
        let document =
            match JsonNode.Parse(File.ReadAllText folder.Config) with
            | null -> failwith "empty"
            | node -> node.AsObject()
        document["vocab_size"] <- 10
        File.WriteAllText(folder.Config, document.ToJsonString())
    Assert.Contains("vocab_size in config.json is 10", errorOf<InvalidDataException> shrink)
    Assert.Throws<System.ArgumentException>(fun () ->
        Policy.create { architecture with VocabularySize = 10 } tokenizer tokenizerConfig (Seed.ofInt 1) |> Policy.dispose)
    |> ignore
