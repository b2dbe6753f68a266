module Levee.Policies.Tests.ArchitectureTests

open System.IO
open System.Text.Json.Nodes
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples

let private readOf architecture (edit: JsonObject -> unit) =
    use folder = new TemporaryFolder()
    let path = folder.At "config.json"
    (Architecture.toConfig architecture [||] [| 1 |] [| 0 |]).Save path
    let document =
        match JsonNode.Parse(File.ReadAllText path) with
        | null -> failwith "empty"
        | node -> node.AsObject()
    edit document
    File.WriteAllText(path, document.ToJsonString())
    Architecture.ofConfig path (ModelConfig.Load path)

let private read = readOf architecture

[<Fact>]
let ``an architecture survives its config.json`` () =
    for architecture in architectures do
        Assert.Equal(architecture, readOf architecture ignore)
    Assert.Equal(untied, read(fun config -> config["tie_word_embeddings"] <- false))

[<Fact>]
let ``a config is named as transformers names its family`` () =
    let classOf family =
        let config = Architecture.toConfig { architecture with Family = family } [||] [||] [||]
        config.ModelType, Seq.exactlyOne config.Architectures
    Assert.Equal(("qwen2", "Qwen2ForCausalLM"), classOf Qwen2)
    Assert.Equal(("qwen3", "Qwen3ForCausalLM"), classOf Qwen3)
    Assert.Equal(("llama", "LlamaForCausalLM"), classOf Llama)

[<Fact>]
let ``Qwen3's heads are 128 wide where the file does not say`` () =
    let architecture = { architecture with Family = Qwen3 }
    Assert.Equal(128, (readOf architecture (fun config -> config.Remove "head_dim" |> ignore)).HeadWidth)

[<Fact>]
let ``a rotary base beside a layer's type, or within the stretching, is the one that is used`` () =
    let nested (config: JsonObject) =
        config.Remove "rope_theta" |> ignore
        config["rope_parameters"] <- JsonNode.Parse """{ "full_attention": { "rope_theta": 777000.0, "rope_type": "default" } }"""
    let within (config: JsonObject) =
        config.Remove "rope_theta" |> ignore
        config["rope_scaling"] <- JsonNode.Parse """{ "rope_theta": 777000.0, "type": "default" }"""
    for edit in [ nested; within ] do
        Assert.Equal({ architecture with RopeBase = 777000.0 }, readOf architecture edit)

[<Fact>]
let ``short wavelengths stay, long ones grow, in Llama 3's scaling`` () =
    let scaling = { Factor = 8.0; LowFrequency = 1.0; HighFrequency = 4.0; OriginalContext = 64.0 }
    let plain = { architecture with HeadWidth = 32; RopeBase = 1e4 }
    let stretch = Array.map2 (/) (Rotation.frequencies plain) (Rotation.frequencies { plain with RopeScaling = Some scaling })
    Assert.Equal(1.0, stretch[0], 12)
    Assert.Equal(8.0, Array.last stretch, 12)
    Assert.Equal<float[]>(Array.sort stretch, stretch)
    Assert.Contains(stretch, fun factor -> factor > 1.0 && factor < 8.0)

[<Fact>]
let ``what is not supported is refused by name`` () =
    let refused (field: string) (json: string) (message: string) =
        let error =
            Assert.Throws<InvalidDataException>(fun () -> read(fun config -> config[field] <- JsonNode.Parse json) |> ignore)
        Assert.Contains(message, error.Message)
        Assert.Contains("config.json", error.Message)
    refused "model_type" "\"mamba\"" "model_type \"mamba\""
    refused "hidden_act" "\"gelu\"" "hidden_act \"gelu\""
    refused "use_sliding_window" "true" "use_sliding_window"
    refused "rope_scaling" """{ "rope_type": "yarn", "factor": 4.0 }""" "rope_scaling"
    refused "attention_bias" "false" "attention_bias"
    refused "head_dim" "5" "head_dim 5"
    refused "mlp_bias" "true" "mlp_bias"
    refused "quantization_config" """{ "quant_method": "gptq" }""" "quantization_config"
    refused "layer_types" """[ "full_attention", "sliding_attention" ]""" "sliding_attention"
    refused "rope_scaling" """{ "rope_type": "llama3", "factor": 8.0 }""" "rope_scaling.low_freq_factor is missing"
    refused
        "rope_scaling"
        """{ "type": "llama3", "factor": 8.0, "low_freq_factor": 4, "high_freq_factor": 1, "original_max_position_embeddings": 64 }"""
        "high_freq_factor is not above"
    refused
        "rope_parameters"
        """{ "full_attention": { "rope_type": "yarn", "factor": 4.0, "rope_theta": 10000.0 } }"""
        "rope_parameters.full_attention of type \"yarn\" is not supported"
    refused "final_logit_softcapping" "30.0" "final_logit_softcapping: 30.0 is not supported"
    let biased = { architecture with Family = Llama }
    let error =
        Assert.Throws<InvalidDataException>(fun () -> readOf biased (fun config -> config["attention_bias"] <- true) |> ignore)
    Assert.Contains("attention_bias true", error.Message)
