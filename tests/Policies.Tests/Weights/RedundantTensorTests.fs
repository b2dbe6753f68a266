module Levee.Policies.Tests.RedundantTensorTests

open System.IO
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open Levee.Policies.Tests.PolicyFolders

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
