module Levee.Policies.Tests.ArchitectureTests

open System.IO
open System.Text.Json.Nodes
open Xunit
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples

let private read (edit: JsonObject -> unit) =
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

[<Fact>]
let ``an architecture survives its config.json`` () =
    Assert.Equal(architecture, read ignore)
    Assert.Equal(untied, read(fun config -> config["tie_word_embeddings"] <- false))

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
