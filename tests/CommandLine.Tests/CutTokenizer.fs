/// The published tokenizer of Qwen2.5, cut to the vocabulary of a tiny model.
module Levee.Tests.CutTokenizer

open System
open System.IO
open System.Text.Json.Nodes
open Levee.Interop.HuggingFace
open Levee.Tests
open Xunit

let private json (text: string) =
    match JsonNode.Parse text with
    | null -> failwith "no JSON"
    | node -> node

let private child (name: string) (node: JsonNode) =
    match node[name] with
    | null -> failwith $"no {name}"
    | found -> found

/// Special tokens that stay; the last ends a turn.
let private special = [ "<|endoftext|>"; "<|im_start|>"; "<|im_end|>" ]

let private published () =
    try
        File.ReadAllText(NpmPackage.Qwen25.File("models", ModelFolder.TokenizerName))
    with :? NpmException as error ->
        Assert.Skip $"The published tokenizer cannot be had: {error.Message}"
        ""

/// A merge's two parts.
let private parts (merge: JsonNode) =
    match merge with
    | :? JsonArray as pair -> string pair[0], string pair[1]
    | text ->
        let words = (string text).Split ' '
        words[0], words[1]

/// Writes `tokenizer.json` and `tokenizer_config.json` with `size` tokens to a folder: the bytes that some text has, then, earliest merge
/// first, what they make, then the special tokens. Skips the test where npm cannot fetch the published file.
let write (size: int) (text: string) (folder: string) =
    let root = json(published())
    let whole = Tokenizer.Load(NpmPackage.Qwen25.File("models", ModelFolder.TokenizerName))
    let ids = whole.Encode(text, parseSpecialTokens = false)
    Assert.Equal(text, whole.Decode ids)
    let model = child "model" root
    let vocabulary = (child "vocab" model).AsObject()
    let token (id: int) = string(whole.TokenOf id)
    // Every character of a token's name stands for one byte.
    let letters = ids |> Seq.collect(fun id -> token id |> Seq.map string) |> Seq.distinct |> Seq.sort |> List.ofSeq
    let room = size - special.Length - letters.Length
    let known, merges = Collections.Generic.HashSet letters, ResizeArray()
    for merge in (child "merges" model).AsArray() do
        match merge with
        | null -> ()
        | merge ->
            let left, right = parts merge
            if merges.Count < room && known.Contains left && known.Contains right && known.Add(left + right) then
                merges.Add merge
    let kept = letters @ [ for merge in merges -> let left, right = parts merge in left + right ]
    Assert.All(kept, fun name -> Assert.True(vocabulary.ContainsKey name))
    let merged = JsonArray([| for merge in merges -> merge.DeepClone() |])
    model["vocab"] <-
        JsonObject(
            [
                for id, name in List.indexed kept -> Collections.Generic.KeyValuePair(name, JsonValue.Create id :> JsonNode | null)
            ]
        )
    model["merges"] <- merged
    let added = [|
        for token in (child "added_tokens" root).AsArray() do
            match token with
            | null -> ()
            | token ->
                match List.tryFindIndex ((=)(string token["content"])) special with
                | Some place ->
                    let token = token.DeepClone()
                    token["id"] <- kept.Length + place
                    token
                | None -> ()
    |]
    root["added_tokens"] <- JsonArray added
    File.WriteAllText(Path.Combine(folder, ModelFolder.TokenizerName), root.ToJsonString())
    TokenizerConfig(TokenizerClass = "Qwen2Tokenizer", EosToken = List.last special, PadToken = List.head special)
        .Save(Path.Combine(folder, ModelFolder.TokenizerConfigName))
