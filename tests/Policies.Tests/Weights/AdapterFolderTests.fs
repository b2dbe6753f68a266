/// Adapters in PEFT's layout.
module Levee.Policies.Tests.AdapterFolderTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json.Nodes
open Xunit
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open Levee.Tests
open TorchSharp

let private options = {
    LoraOptions.defaults with
        Rank = 3
        Targets = [ Projection.Query; Projection.Value; Projection.Gate ]
}

let private adapted options seed =
    use bare = policy 1
    let policy = Policy.adapt options "models/base" (Seed.ofInt seed) bare
    use _ = torch.no_grad()
    let values = policy.Parameters.Adapter.Value.Values
    values.copy_((normal values.shape (Seed.ofInt seed)).``to`` torch.float32) |> ignore
    policy

let private fileIn folder name = Path.Combine(folder, name)

let private json folder =
    match JsonNode.Parse(File.ReadAllText(fileIn folder AdapterConfig.FileName)) with
    | null -> failwith "empty"
    | node -> node.AsObject()

let private valuesOf (policy: Policy) = numbers policy.Parameters.Adapter.Value.Values

[<Fact>]
let ``an adapter survives its folder bit for bit, and so do its files`` () =
    for options in [ LoraOptions.defaults; options; { options with RankStabilised = true; Alpha = 1.5 } ] do
        use place = new TemporaryFolder()
        use policy = adapted options 2
        let folder, again = place.At "adapter", place.At "again"
        Policy.saveAdapter folder policy
        use bare = Policy.bare policy
        use loaded = Policy.loadAdapter true folder bare
        Assert.Equal(options, loaded.Parameters.Adapter.Value.Options)
        Assert.Equal("models/base", loaded.Parameters.Adapter.Value.Base)
        Assert.Equal<float[]>(valuesOf policy, valuesOf loaded)
        Policy.saveAdapter again loaded
        for name in [ AdapterConfig.FileName; AdapterConfig.WeightsName ] do
            Assert.Equal<byte[]>(File.ReadAllBytes(fileIn folder name), File.ReadAllBytes(fileIn again name))

[<Fact>]
let ``the folder is what PEFT expects`` () =
    use place = new TemporaryFolder()
    use policy = adapted options 2
    let folder = place.At "adapter"
    Policy.saveAdapter folder policy
    let config = json folder
    let text (name: string) = (nonNull config[name]).ToJsonString()
    for name, value in
        [
            "peft_type", "\"LORA\""
            "task_type", "\"CAUSAL_LM\""
            "base_model_name_or_path", "\"models/base\""
            "r", "3"
            "lora_alpha", "32"
            "lora_dropout", "0.0"
            "bias", "\"none\""
            "fan_in_fan_out", "false"
            "use_dora", "false"
            "use_rslora", "false"
            "target_modules", "[\"q_proj\",\"v_proj\",\"gate_proj\"]"
        ] do
        Assert.Equal(value, text name)
    use file = SafetensorsFile.Open(fileIn folder AdapterConfig.WeightsName)
    Assert.Equal("pt", file.Metadata["format"])
    Assert.Equal(2 * 3 * architecture.Layers, file.Tensors.Count)
    let shape name = List.ofSeq file.Tensors[$"base_model.model.model.layers.1.{name}.weight"].Shape
    Assert.Equal<int64 list>([ 3L; 24L ], shape "self_attn.q_proj.lora_A")
    Assert.Equal<int64 list>([ 24L; 3L ], shape "self_attn.q_proj.lora_B")
    Assert.Equal<int64 list>([ 12L; 3L ], shape "self_attn.v_proj.lora_B")
    Assert.Equal<int64 list>([ 20L; 3L ], shape "mlp.gate_proj.lora_B")

/// Saves an adapter, changes its folder, and gives the error that loading raises.
let private errorOf<'error when 'error :> exn> (damage: string -> unit) =
    use place = new TemporaryFolder()
    use policy = adapted options 2
    let folder = place.At "adapter"
    Policy.saveAdapter folder policy
    damage folder
    (Assert.Throws<'error>(fun () -> Policy.loadAdapter false folder policy |> Policy.dispose)).Message

let private set (name: string) (value: string) folder =
    let config = json folder
    config[name] <- JsonNode.Parse value
    File.WriteAllText(fileIn folder AdapterConfig.FileName, config.ToJsonString())

[<Theory>]
[<InlineData("peft_type", "\"IA3\"")>]
[<InlineData("task_type", "\"SEQ_CLS\"")>]
[<InlineData("bias", "\"all\"")>]
[<InlineData("use_dora", "true")>]
[<InlineData("fan_in_fan_out", "true")>]
[<InlineData("lora_bias", "true")>]
[<InlineData("lora_dropout", "1.5")>]
[<InlineData("modules_to_save", "[\"lm_head\"]")>]
[<InlineData("rank_pattern", "{\"q_proj\": 8}")>]
[<InlineData("alpha_pattern", "{\"q_proj\": 8}")>]
[<InlineData("layers_to_transform", "[0]")>]
[<InlineData("layers_to_transform", "0")>]
[<InlineData("trainable_token_indices", "0")>]
[<InlineData("a_setting_of_tomorrow", "0.0")>]
[<InlineData("exclude_modules", "\"v_proj\"")>]
[<InlineData("trainable_token_indices", "[1]")>]
[<InlineData("a_setting_of_tomorrow", "true")>]
[<InlineData("init_lora_weights", "\"pissa\"")>]
[<InlineData("target_modules", "\".*_proj\"")>]
[<InlineData("target_modules", "[\"lm_head\"]")>]
[<InlineData("target_modules", "[]")>]
[<InlineData("r", "0")>]
[<InlineData("lora_alpha", "-1")>]
let ``a setting that is not supported, or out of range, is refused by name`` (name: string, value: string) =
    let message = errorOf<InvalidDataException>(set name value)
    Assert.Contains("adapter_config.json", message)
    if value = "[]" then
        Assert.Contains("without targets", message)
    else
        Assert.Contains(name, message)

[<Fact>]
let ``an adapter that was trained with dropout can be used, and not trained on`` () =
    use place = new TemporaryFolder()
    use policy = policy 1
    let folder = place.At "adapter"
    use adapted = Policy.adapt LoraOptions.defaults "" (Seed.ofInt 2) policy
    Policy.saveAdapter folder adapted
    set "lora_dropout" "0.05" folder
    Policy.loadAdapter false folder policy |> Policy.dispose
    let error = Assert.Throws<InvalidDataException>(fun () -> Policy.loadAdapter true folder policy |> Policy.dispose)
    Assert.Contains("lora_dropout 0.05 is not supported in training", error.Message)

[<Theory>]
[<InlineData("inference_mode", "false")>]
[<InlineData("megatron_core", "\"megatron.core\"")>]
[<InlineData("init_lora_weights", "\"gaussian\"")>]
[<InlineData("qalora_group_size", "16")>]
[<InlineData("layer_replication", "null")>]
[<InlineData("lora_bias", "false")>]
[<InlineData("layers_to_transform", "[]")>]
[<InlineData("exclude_modules", "\"\"")>]
[<InlineData("alpha_pattern", "{}")>]
let ``a setting that asks for nothing is passed over`` (name: string, value: string) =
    use place = new TemporaryFolder()
    use policy = adapted options 2
    Policy.saveAdapter (place.At "adapter") policy
    set name value (place.At "adapter")
    use loaded = Policy.loadAdapter false (place.At "adapter") policy
    Assert.Equal<float[]>(valuesOf policy, valuesOf loaded)

/// Rewrites the tensors, by name and shape.
let private rewrite (change: SafetensorsTensor list -> SafetensorsTensor list) folder =
    let path = fileIn folder AdapterConfig.WeightsName
    use file = SafetensorsFile.Open path
    let tensors = [
        for entry in file.Tensors.Values ->
            SafetensorsTensor(entry.Name, entry.DType, entry.Shape, ReadOnlyMemory(file.Bytes(entry.Name).ToArray()))
    ]
    SafetensorsWriter.Write(path, List.toArray(change tensors))

/// The texts that tools write before and behind a module's name.
let spellings: obj[] seq = [
    [| "base_model.model.model."; ".lora_$1.default.weight" |]
    [| "base_model.model.model."; ".lora_$1.my-task_2.weight" |]
    [| "base_model.model."; ".lora_$1.weight" |]
    [| "model."; ".lora_$1.default.weight" |]
    [| ""; ".lora_$1" |]
    [| "_orig_mod.base_model.model.model."; ".lora_$1.default" |]
]

[<Theory; MemberData(nameof spellings)>]
let ``an adapter's tensors are known by every spelling of their names`` (prefix: string) (ending: string) =
    use place = new TemporaryFolder()
    use policy = adapted options 2
    Policy.saveAdapter (place.At "adapter") policy
    let respell (name: string) =
        let inner = name.Replace("base_model.model.model.", prefix)
        System.Text.RegularExpressions.Regex.Replace(inner, @"\.lora_([AB])\.weight$", ending)
    place.At "adapter"
    |> rewrite(List.map(fun tensor -> SafetensorsTensor(respell tensor.Name, tensor.DType, tensor.Shape, tensor.Write)))
    use loaded = Policy.loadAdapter false (place.At "adapter") policy
    Assert.Equal<float[]>(valuesOf policy, valuesOf loaded)
    Assert.Empty loaded.Files.Notices

[<Fact>]
let ``two adapters in one file are refused by their tensors`` () =
    let both (tensors: SafetensorsTensor list) = [
        for tensor in tensors do
            for name in [ "one"; "two" ] ->
                SafetensorsTensor(tensor.Name.Replace(".weight", $".{name}.weight"), tensor.DType, tensor.Shape, tensor.Write)
    ]
    let message = errorOf<InvalidDataException>(rewrite both)
    Assert.Contains("lora_A.one.weight' and", message)
    Assert.Contains("are one tensor of two adapters", message)

[<Fact>]
let ``redundant tensors beside an adapter are passed over and told, once for each file`` () =
    use place = new TemporaryFolder()
    use policy = adapted options 2
    Policy.saveAdapter (place.At "adapter") policy
    let value =
        SafetensorsTensor("v_head.summary.weight", SafetensorsDType.F32, [| 1L; 24L |], ReadOnlyMemory(Array.zeroCreate<byte> 96))
    place.At "adapter" |> rewrite(fun tensors -> value :: tensors)
    use loaded = Policy.loadAdapter false (place.At "adapter") policy
    let notice = Assert.Single loaded.Files.Notices
    Assert.Contains("adapter_model.safetensors", notice)
    Assert.Contains("v_head.summary.weight (a value head", notice)

[<Fact>]
let ``every tensor that is missing, too many or misshapen is named`` () =
    let inLayer name = $"base_model.model.model.layers.0.{name}.weight"
    let spoil (tensors: SafetensorsTensor list) = [
        SafetensorsTensor("lora_embedding", SafetensorsDType.F32, [| 1L |], ReadOnlyMemory(Array.zeroCreate<byte> 4))
        for tensor in tensors do
            if tensor.Name = inLayer "mlp.gate_proj.lora_B" then
                SafetensorsTensor(tensor.Name, tensor.DType, Array.rev(Array.ofSeq tensor.Shape), tensor.Write)
            elif tensor.Name <> inLayer "self_attn.q_proj.lora_A" then
                tensor
    ]
    let message = errorOf<InvalidDataException>(rewrite spoil)
    Assert.Contains("adapter_model.safetensors", message)
    Assert.Contains("missing tensors " + inLayer "self_attn.q_proj.lora_A", message)
    Assert.Contains("tensors that the adapter does not have: lora_embedding", message)
    Assert.Contains("has shape [3, 20], the adapter wants [20, 3]", message)

[<Fact>]
let ``missing files and folders are named`` () =
    let without name = errorOf<FileNotFoundException>(fun folder -> File.Delete(fileIn folder name))
    Assert.Contains("missing adapter_config.json", without AdapterConfig.FileName)
    Assert.Contains("missing adapter_model.safetensors", without AdapterConfig.WeightsName)
    use policy = policy 1
    let error = Assert.Throws<DirectoryNotFoundException>(fun () -> Policy.loadAdapter false "nowhere" policy |> Policy.dispose)
    Assert.Contains("nowhere", error.Message)
    let error = Assert.Throws<InvalidOperationException>(fun () -> Policy.saveAdapter "nowhere" policy)
    Assert.Contains("has no adapter", error.Message)

[<Theory>]
[<InlineData false>]
[<InlineData true>]
let ``a policy with an adapter is saved merged, with the adapter beside it`` (half: bool) =
    use place = new TemporaryFolder()
    let dtype = if half then torch.bfloat16 else torch.float32
    use wide = adapted options 2
    use plain = Policy.bare wide
    Policy.save (place.At "base") plain
    Policy.saveAdapter (place.At "adapter") wide
    use bare = Policy.loadFrozen dtype torch.CPU (place.At "base")
    use policy = Policy.loadAdapter false (place.At "adapter") bare
    Policy.save (place.At "policy") policy
    use merged = Policy.merge policy
    use loaded = Policy.load dtype torch.CPU (place.At "policy")
    Assert.Equal<float[]>(numbers merged.Parameters.Values, numbers loaded.Parameters.Values)
    use again = Policy.loadAdapter false (Path.Combine(place.At "policy", "adapter")) bare
    Assert.Equal<float[]>(valuesOf wide, valuesOf again)

/// The exit code and what was written by the first Python that has numpy; none on a machine without.
let private python (arguments: string list) =
    let run interpreter =
        try
            let info = ProcessStartInfo(interpreter, arguments, RedirectStandardOutput = true, RedirectStandardError = true)
            match Process.Start info with
            | null -> None
            | started ->
                use started = started
                let errors = started.StandardError.ReadToEndAsync()
                let output = started.StandardOutput.ReadToEnd()
                started.WaitForExit()
                if started.ExitCode = 3 then
                    None
                else
                    Some(started.ExitCode, output + errors.Result)
        with :? ComponentModel.Win32Exception ->
            None
    List.tryPick run [ "python3"; "/usr/bin/python3" ]

[<Theory>]
[<InlineData false>]
[<InlineData true>]
let ``numpy merges the folders to the same weights`` stable =
    use place = new TemporaryFolder()
    use policy = adapted { LoraOptions.defaults with Rank = 5; Alpha = 7.5; RankStabilised = stable } 2
    use bare = Policy.bare policy
    Policy.save (place.At "base") bare
    Policy.save (place.At "merged") policy
    let script = Path.Combine(Repository.root, "tests", "Policies.Tests", "merge_adapter.py")
    match python [ script; place.At "base"; Path.Combine(place.At "merged", "adapter"); place.At "merged" ] with
    | None -> Assert.Skip "No python3 with numpy is installed (Debian: python3-numpy)."
    | Some(code, text) -> Assert.True((code = 0), text)
