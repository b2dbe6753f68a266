/// The settings that are taken from a model's `generation_config.json`.
module Levee.Policies.Tests.GenerationAdviceTests

open System.IO
open Xunit
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Tests.Examples
open TorchSharp

/// Generation as a file advises beside what is given, and what is told.
let private advised (file: string) given =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    Policy.save folder policy
    File.WriteAllText((ModelFolder folder).GenerationConfig, file)
    use loaded = Policy.loadFrozen torch.float32 torch.CPU folder
    GenerationAdvice.complete Generation.defaults given loaded

let private nothing = GenerationAdvice.nothing

[<Fact>]
let ``what the file says holds where nothing is given, and is told in a line`` () =
    let options, told =
        advised
            """{"do_sample": true, "temperature": 0.6, "top_p": 0.95, "top_k": 20, "min_p": 0.02, "max_new_tokens": 33, "stop_strings": ["end"],
                "repetition_penalty": 1.1}"""
            nothing
    let sampling = options.Sampling
    Assert.Equal((0.6, Some 20, 0.95, 0.02), (sampling.Temperature, sampling.TopK, sampling.TopP, sampling.MinP))
    Assert.Equal((33, [ "end" ]), (options.MaxTokens, options.StopTexts))
    Assert.Equal(
        "generation_config.json: taken from it: temperature 0.6, top_k 20, top_p 0.95, min_p 0.02, max_new_tokens 33, stop_strings \"end\"; "
        + "not followed: repetition_penalty 1.1",
        Assert.Single told
    )

[<Fact>]
let ``what is given wins, setting by setting`` () =
    let file = """{"temperature": 0.6, "top_p": 0.95, "top_k": 20, "max_new_tokens": 33, "stop_strings": ["end"]}"""
    let given = { nothing with Temperature = Some 1.2; TopP = Some 1.0; StopTexts = [ "stop" ] }
    let options, told = advised file given
    let sampling = options.Sampling
    Assert.Equal((1.2, Some 20, 1.0), (sampling.Temperature, sampling.TopK, sampling.TopP))
    Assert.Equal<string list>([ "stop" ], options.StopTexts)
    Assert.Equal("generation_config.json: taken from it: top_k 20, max_new_tokens 33", Assert.Single told)

[<Fact>]
let ``a model that is not to be sampled from is greedy, unless a temperature or a filter is given`` () =
    let file = """{"do_sample": false, "temperature": 0.6, "top_p": 0.9}"""
    let options, told = advised file nothing
    Assert.Equal((0.0, 1.0), (options.Sampling.Temperature, options.Sampling.TopP))
    Assert.Equal("generation_config.json: taken from it: temperature 0", Assert.Single told)
    let options, _ = advised file { nothing with TopK = Some 5 }
    Assert.Equal((0.6, 0.9, Some 5), (options.Sampling.Temperature, options.Sampling.TopP, options.Sampling.TopK))

[<Fact>]
let ``a file without advice, or none, changes and tells nothing`` () =
    let options, told =
        advised """{"bos_token_id": 1, "eos_token_id": 1, "transformers_version": "4.0.0", "num_beams": 1}""" nothing
    Assert.Equal(Generation.defaults, options)
    Assert.Empty told
    use policy = policy 1
    let given = { nothing with MaxTokens = Some 7 }
    Assert.Equal(({ Generation.defaults with MaxTokens = 7 }, []), GenerationAdvice.complete Generation.defaults given policy)
