module Levee.Policies.Tests.CheckpointTests

open System.IO
open Xunit
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open Levee.Policies.Tests.PolicyFolders
open TorchSharp

[<Theory; InlineData 0; InlineData 1; InlineData 2; InlineData 3>]
let ``a policy survives its folder bit for bit`` index =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    let architecture = architectures[index]
    use policy = Policy.create architecture tokenizer tokenizerConfig (Seed.ofInt 1)
    Policy.save folder policy
    use loaded = load folder
    Assert.Equal(architecture, loaded.Parameters.Architecture)
    Assert.Equal<float[]>(numbers policy.Parameters.Values, numbers loaded.Parameters.Values)
    Assert.Equal<int[]>(policy.Tokenizer.Encode("word3 <search> word4", true), loaded.Tokenizer.Encode("word3 <search> word4", true))
    Assert.Equal<int seq>([| (policy.Tokenizer.IdOf "<eos>").Value |], loaded.Files.Config.EosTokenIds)
    let again = place.At "again"
    Policy.save again loaded
    for file in Directory.GetFiles folder do
        Assert.Equal<byte[]>(File.ReadAllBytes file, File.ReadAllBytes(file.Replace(folder, again)))

[<Fact>]
let ``the folder is what transformers expects`` () =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.save folder policy
    Assert.Equal<string[]>(
        [| "config.json"; "model.safetensors"; "tokenizer.json"; "tokenizer_config.json" |],
        Directory.GetFiles folder |> Array.map(Path.GetFileName >> string) |> Array.sort
    )
    let config = ModelConfig.Load folder
    Assert.Equal("qwen2", config.ModelType)
    Assert.Equal<string seq>([| "Qwen2ForCausalLM" |], config.Architectures)
    use file = SafetensorsFile.Open(weightsOf(ModelFolder folder))
    Assert.Equal("pt", file.Metadata["format"])
    Assert.False(file.Tensors.ContainsKey "lm_head.weight")

[<Fact>]
let ``fields that are not read are kept`` () =
    use place = new TemporaryFolder()
    let folder, again = place.At "policy", place.At "again"
    use policy = policy 1
    Policy.save folder policy
    let config = (ModelFolder folder).Config
    File.WriteAllText(config, (File.ReadAllText config).Replace("{", "{ \"my_field\": [1, 2],"))
    use loaded = load folder
    Policy.save again loaded
    Assert.Contains("my_field", File.ReadAllText (ModelFolder again).Config)

[<Fact>]
let ``saving replaces a folder and leaves nothing beside it`` () =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use first = policy 1
    use second = policy 2
    Policy.save folder first
    File.WriteAllText(Path.Combine(folder, "left-over.txt"), "")
    Policy.save folder second
    use loaded = load folder
    Assert.Equal<float[]>(numbers second.Parameters.Values, numbers loaded.Parameters.Values)
    Assert.Equal<string[]>([| folder |], Directory.GetFileSystemEntries place.Path)
    Assert.Equal(4, Directory.GetFiles(folder).Length)

[<Fact>]
let ``weights in another type are converted`` () =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.save folder policy
    use wide = Policy.load torch.float64 torch.CPU folder
    Assert.Equal<float[]>(numbers policy.Parameters.Values, numbers wide.Parameters.Values)
    Policy.save folder wide
    use back = load folder
    Assert.Equal<float[]>(numbers policy.Parameters.Values, numbers back.Parameters.Values)

[<Fact>]
let ``half precision is stored as half precision, and said in the config`` () =
    use place = new TemporaryFolder()
    let folder, again = place.At "policy", place.At "again"
    use policy = policy 1
    Policy.save folder policy
    use half = Policy.loadFrozen torch.bfloat16 torch.CPU folder
    Assert.True half.Parameters.Gradient.IsNone
    Policy.save again half
    Assert.Equal("bfloat16", (ModelConfig.Load again).DType)
    use file = SafetensorsFile.Open(weightsOf(ModelFolder again))
    Assert.All(file.Tensors.Values, fun entry -> Assert.Equal(SafetensorsDType.BF16, entry.DType))
    use back = Policy.load torch.float32 torch.CPU again
    Assert.Equal<float[]>(numbers half.Parameters.Values, numbers back.Parameters.Values)
    use rounded = policy.Parameters.Values.``to``(torch.bfloat16)
    Assert.Equal<float[]>(numbers rounded, numbers half.Parameters.Values)

[<Fact>]
let ``weights survive being split over files`` () =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.saveSharded 5000L folder policy
    Assert.True((ModelFolder folder).Weights.Count > 2)
    Assert.False(File.Exists(Path.Combine(folder, "model.safetensors")))
    use loaded = load folder
    Assert.Equal<float[]>(numbers policy.Parameters.Values, numbers loaded.Parameters.Values)
    Policy.save folder loaded
    Assert.EndsWith("model.safetensors", weightsOf(ModelFolder folder))

[<Fact>]
let ``the defaults of generation are kept as they stand`` () =
    use place = new TemporaryFolder()
    let folder, again = place.At "policy", place.At "again"
    use policy = policy 1
    Policy.save folder policy
    let text = """{"temperature": 0.7, "eos_token_id": [1, 2]}"""
    File.WriteAllText((ModelFolder folder).GenerationConfig, text)
    use loaded = load folder
    Policy.save again loaded
    Assert.Equal(text, File.ReadAllText (ModelFolder again).GenerationConfig)
    let own = policy.Tokenizer.IdOf "<eos>" |> Option.toList
    Assert.Equal<int list>(own, Policy.stopTokens policy)
    Assert.Equal<int list>(List.distinct([ 1; 2 ] @ own), Policy.stopTokens loaded)
