module Levee.Policies.Tests.CheckpointTests

open System.IO
open System.Text.Json.Nodes
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open TorchSharp

let private load folder = Policy.load torch.float32 torch.CPU folder

/// Saves a policy to a folder, damages it, and gives the error that loading it raises.
let private errorOf<'error when 'error :> exn> (damage: ModelFolder -> unit) =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.save folder policy
    damage(ModelFolder folder)
    (Assert.Throws<'error>(fun () -> load folder |> Policy.dispose)).Message

let private weightsOf (folder: ModelFolder) = Seq.exactlyOne folder.Weights

/// Rewrites the weights with some tensors changed, by name and shape.
let private rewrite (change: SafetensorsTensor list -> SafetensorsTensor list) (folder: ModelFolder) =
    use file = SafetensorsFile.Open(weightsOf folder)

    let tensors = [
        for entry in file.Tensors.Values ->
            SafetensorsTensor(entry.Name, entry.DType, entry.Shape, System.ReadOnlyMemory(file.Bytes(entry.Name).ToArray()))
    ]

    SafetensorsWriter.Write(weightsOf folder, List.toArray(change tensors))

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

let private zeros name dtype (shape: int64[]) =
    let bytes = Array.zeroCreate<byte>(int(Array.fold (*) 1L shape) * SafetensorsDTypes.ByteSize dtype)
    SafetensorsTensor(name, dtype, shape, System.ReadOnlyMemory bytes)

let private floats name (shape: int64[]) (values: float32[]) =
    SafetensorsTensor(
        name,
        SafetensorsDType.F32,
        shape,
        System.ReadOnlyMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.ReadOnlySpan values).ToArray())
    )

/// Tensors that the architecture of `policy` does not have, and nothing is known of.
let strangers: obj[] seq = [
    [| "lm_head.weight"; SafetensorsDType.F32; [| 1L |] |]
    [| "lm_head.bias"; SafetensorsDType.F32; [| 29L |] |]
    [| "model.layers.0.self_attn.bias"; SafetensorsDType.F32; [| 24L |] |]
    [| "model.layers.2.mlp.up_proj.weight"; SafetensorsDType.F32; [| 20L; 24L |] |]
    [| "model.layers.0.self_attn.q_norm.weight"; SafetensorsDType.F32; [| 6L |] |]
    [| "model.v_head.weight"; SafetensorsDType.F32; [| 1L; 24L |] |]
]

[<Theory; MemberData(nameof strangers)>]
let ``a tensor too many is named`` (name: string) (dtype: SafetensorsDType) (shape: int64[]) =
    let message = errorOf<InvalidDataException>(rewrite(fun tensors -> zeros name dtype shape :: tensors))
    Assert.Contains($"tensors that the architecture does not have: {name}", message)

/// The notices of a policy whose file has more tensors; its weights are still the same.
let private noticesWith (extra: SafetensorsTensor list) =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.save folder policy
    rewrite (fun tensors -> extra @ tensors) (ModelFolder folder)
    use loaded = load folder
    Assert.Equal<float[]>(numbers policy.Parameters.Values, numbers loaded.Parameters.Values)
    Assert.Equal<string list>(loaded.Files.Notices, Policy.notices folder)
    Policy.save (place.At "again") loaded
    use again = load(place.At "again")
    Assert.Empty again.Files.Notices
    loaded.Files.Notices

/// Tensors that are passed over, and what is told of them.
let redundant: obj[] seq = [
    [|
        "model.layers.1.self_attn.rotary_emb.cos_cached"
        SafetensorsDType.F16
        [| 1L; 1L; 96L; 6L |]
        "computed from rope_theta"
    |]
    [|
        "model.rotary_emb.original_inv_freq"
        SafetensorsDType.F32
        [| 3L |]
        "computed from rope_theta"
    |]
    [|
        "model.layers.0.self_attn.masked_bias"
        SafetensorsDType.F32
        [| 1L |]
        "causal masks, which are computed"
    |]
    [|
        "transformer.h.0.attn.masked_bias"
        SafetensorsDType.F16
        Array.empty<int64>
        "causal masks, which are computed"
    |]
    [|
        "transformer.h.0.attn.bias"
        SafetensorsDType.U8
        [| 1L; 1L; 96L; 96L |]
        "causal masks, which are computed"
    |]
    [|
        "model.layers.0.self_attn.bias"
        SafetensorsDType.BOOL
        [| 96L; 96L |]
        "causal masks, which are computed"
    |]
    [| "v_head.summary.bias"; SafetensorsDType.F32; [| 1L |]; "a value head" |]
    [| "value_head.weight"; SafetensorsDType.BF16; [| 1L; 24L |]; "a value head" |]
    [| "score.weight"; SafetensorsDType.F32; [| 1L; 24L |]; "a value head" |]
]

[<Theory; MemberData(nameof redundant)>]
let ``a tensor that is redundant by custom is passed over and told``
    (name: string)
    (dtype: SafetensorsDType)
    (shape: int64[])
    (told: string)
    =
    let notice = Assert.Single(noticesWith [ zeros name dtype shape ])
    Assert.Contains("model.safetensors", notice)
    Assert.Contains(System.Text.RegularExpressions.Regex.Replace(name, @"\.\d\.", ".*."), notice)
    Assert.Contains(told, notice)

[<Fact>]
let ``many such tensors are told in one line, by their kinds`` () =
    let notice =
        Assert.Single(
            noticesWith [
                zeros "score.weight" SafetensorsDType.F32 [| 1L; 24L |]
                for layer in 0..1 do
                    zeros $"model.layers.{layer}.self_attn.rotary_emb.sin_cached" SafetensorsDType.F32 [| 96L; 6L |]
            ]
        )

    Assert.Contains(
        "model.layers.*.self_attn.rotary_emb.sin_cached (2 tensors; computed from rope_theta), score.weight (a value head",
        notice
    )

[<Fact>]
let ``a head beside a tied embedding is passed over, and told to differ where it does`` () =
    use policy = policy 1
    let embedding = policy.Parameters.Embedding.data<float32>().ToArray()
    let head values = Assert.Single(noticesWith [ floats "lm_head.weight" [| 29L; 24L |] values ])
    Assert.EndsWith("lm_head.weight (the head is the embedding)", head embedding)
    embedding[500] <- embedding[500] + 1f
    Assert.EndsWith("lm_head.weight (the head is the embedding, from which it differs)", head embedding)
    let rounded = Assert.Single(noticesWith [ zeros "lm_head.weight" SafetensorsDType.BF16 [| 29L; 24L |] ])
    Assert.EndsWith("from which it differs)", rounded)

[<Fact>]
let ``stored frequencies are told to differ from those of the configuration where they do`` () =
    let told (rope: float) =
        let frequencies = Rotation.frequencies { architecture with RopeBase = rope } |> Array.map float32
        Assert.Single(noticesWith [ floats "model.rotary_emb.inv_freq" [| 3L |] frequencies ])

    Assert.EndsWith("(computed from rope_theta)", told 1e4)
    Assert.EndsWith("(computed from rope_theta, from which it differs)", told 1e6)

[<Fact>]
let ``redundant tensors of weights in several files are passed over too`` () =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.saveSharded 5000L folder policy
    let files = ModelFolder folder
    let last = Seq.last files.Weights
    do
        use file = SafetensorsFile.Open last
        let tensors = [|
            zeros "model.rotary_emb.sin_cached" SafetensorsDType.F32 [| 3L |]
            for entry in file.Tensors.Values do
                SafetensorsTensor(entry.Name, entry.DType, entry.Shape, System.ReadOnlyMemory(file.Bytes(entry.Name).ToArray()))
        |]
        SafetensorsWriter.Write(last, tensors)
    use loaded = load folder
    Assert.Contains("model.safetensors.index.json: tensors", Assert.Single loaded.Files.Notices)
    Assert.Equal<float[]>(numbers policy.Parameters.Values, numbers loaded.Parameters.Values)

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

/// Saves a policy with numbers put into two tensors, and gives its folder to `work`.
let private withNumbers (put: (string * float32 list) list) (work: string -> 'a) =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1

    do
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad()
        for name, tensor in Parameters.named policy.Parameters do
            for wanted, values in put do
                if wanted = name then
                    let flat = tensor.view -1L
                    values |> List.iteri(fun i value -> flat.narrow(0L, int64 i, 1L).fill_(Tensors.scalar(float value)) |> ignore)

    Policy.save folder policy
    work folder

let private down, norm = "model.layers.0.mlp.down_proj.weight", "model.norm.weight"

[<Fact>]
let ``numbers beyond half precision are refused by tensor, with their number and the largest`` () =
    withNumbers [ down, [ 70000f; -2e5f; 65504f; 65519f; 1e-9f ]; norm, [ 65520f ] ] (fun folder ->
        let refused dtype =
            Assert.Throws<InvalidDataException>(fun () -> Policy.loadFrozen dtype torch.CPU folder |> Policy.dispose).Message
        let message = refused torch.float16
        Assert.Contains("model.safetensors: float16 holds numbers up to 65504", message)
        Assert.Contains($"'{down}' (2 numbers, the largest -200000), '{norm}' (1 number, the largest 65520)", message)
        use brain = Policy.loadFrozen torch.bfloat16 torch.CPU folder
        Assert.Empty brain.Files.Notices)

    withNumbers [ down, [ System.Single.MaxValue ] ] (fun folder ->
        let message =
            Assert.Throws<InvalidDataException>(fun () -> Policy.loadFrozen torch.bfloat16 torch.CPU folder |> Policy.dispose).Message
        Assert.Contains("bfloat16 holds numbers up to 3.38", message))

[<Fact>]
let ``numbers beyond half precision can be saturated, which is told; infinity and NaN stay`` () =
    withNumbers [ down, [ 70000f; -2e5f; 1.5f; infinityf; nanf ] ] (fun folder ->
        use policy = Policy.loadNarrowing Overflow.Saturate torch.float16 torch.CPU folder
        Assert.Contains($"are set to ±65504: '{down}' (2 numbers, the largest -200000)", Assert.Single policy.Files.Notices)
        let values = Parameters.named policy.Parameters |> Array.find(fst >> (=) down) |> snd |> numbers
        Assert.Equal<float[]>([| 65504.0; -65504.0; 1.5; infinity; nan |], values[..4])
        Assert.Equal<string list>([ down ], Finite.broken policy.Parameters)
        Assert.Contains($"NaN or infinity stands in '{down}'.", Finite.report policy.Parameters))

[<Fact>]
let ``an adapter that takes half precision's weights out of range is refused when they are written, or saturated`` () =
    withNumbers [] (fun folder ->
        use bare = Policy.loadFrozen torch.float16 torch.CPU folder
        use adapted = Policy.adapt { LoraOptions.defaults with Rank = 1; Targets = [ Projection.Down ] } "" (Seed.ofInt 1) bare
        do
            use _ = torch.no_grad()
            for _, tensor in Adapter.named adapted.Parameters.Adapter.Value do
                tensor.fill_(Tensors.scalar 300.0) |> ignore
        let target = folder + "-merged"
        let message = Assert.Throws<InvalidDataException>(fun () -> Policy.save target adapted).Message
        Assert.Contains(down, message)
        Assert.False(Directory.Exists target)
        let notices = Policy.saveWith Overflow.Saturate (Companions.find folder) 5_000_000L target adapted
        Assert.Contains(down, Assert.Single notices)
        use merged = Policy.loadFrozen torch.float16 torch.CPU target
        Assert.Empty(Finite.broken merged.Parameters)
        Assert.Equal(65504.0, numbers merged.Parameters.Values |> Array.max))

[<Fact>]
let ``weights that are no numbers are named where writing stops at them`` () =
    withNumbers [ norm, [ nanf ] ] (fun folder ->
        use policy = load folder
        let write () =
            Generation.run Generation.defaults policy [| [| 1 |] |] (fun _ _ _ -> ()) System.Threading.CancellationToken.None
            |> ignore
        let message = Assert.Throws<System.InvalidOperationException>(write).Message
        Assert.Contains($"its weights have diverged. NaN or infinity stands in '{norm}'. Go back", message))
