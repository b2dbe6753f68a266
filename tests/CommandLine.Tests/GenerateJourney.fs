module Levee.Tests.GenerateJourney

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open System.Threading
open Levee
open Levee.Policies.Transformer
open Levee.CommandLine
open Levee.Interop.HuggingFace
open Levee.Tests.World
open Xunit

let private json (output: string) = [
    for line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries) -> JsonDocument.Parse(line).RootElement
]

let private text (element: JsonElement) = string(element.GetProperty("text").GetString())

[<Fact>]
let ``the same seed writes the same text, which is the one that JSON has`` () =
    use folder = new TemporaryFolder()
    let words = [ "generate"; policyIn folder; "red green"; "--max-tokens"; "12"; "--seed"; "3" ]
    let shown = succeeds words
    Assert.Equal(shown, succeeds words)
    let continuation = Assert.Single(json(succeeds(words @ [ "--json" ])))
    Assert.Equal(shown.TrimEnd(), (text continuation).TrimEnd())
    Assert.NotEqual<string>(shown, succeeds [ "generate"; policyIn folder; "red green"; "--max-tokens"; "12"; "--seed"; "4" ])

[<Fact>]
let ``text is shown piece by piece, and the pieces are the text, without the token that ends it`` () =
    use policy = policy()
    let pieces = ResizeArray<string>()
    let options = { Generation.defaults with MaxTokens = 40; Seed = Seed.ofInt 5 }
    let prompt = policy.Tokenizer.Encode("blue", true)
    let continuation = Continuation.write options policy prompt pieces.Add CancellationToken.None |> Assert.Single
    Assert.Equal(continuation.Text, String.Join("", pieces))
    Assert.InRange(pieces |> Seq.filter((<>) "") |> Seq.length, 2, 41)
    Assert.StartsWith(continuation.Text, policy.Tokenizer.Decode continuation.Tokens)
    Assert.Equal(GenerationEnd.StopToken, continuation.End)
    Assert.DoesNotContain("<eos>", continuation.Text)

[<Fact>]
let ``samples differ, and each has its tokens and log-probability`` () =
    use folder = new TemporaryFolder()
    let output = succeeds [ "generate"; policyIn folder; "red"; "--samples"; "3"; "--max-tokens"; "8"; "--json" ]
    let samples = json output
    Assert.Equal<int list>([ 1; 2; 3 ], samples |> List.map(fun sample -> sample.GetProperty("sample").GetInt32()))
    Assert.Equal(3, samples |> List.map text |> List.distinct |> List.length)
    for sample in samples do
        Assert.InRange(sample.GetProperty("tokens").GetInt32(), 1, 8)
        Assert.InRange(sample.GetProperty("log_probability").GetDouble(), -100.0, 0.0)

[<Fact>]
let ``a prompt gets the special tokens that the tokenizer's file puts before texts`` () =
    use folder = new TemporaryFolder()
    let policy = policyIn folder
    let write prompt = succeeds [ "generate"; policy; prompt; "--temperature"; "0"; "--max-tokens"; "10"; "--json" ]
    let plain, begun = write "red", write "<pad> red"
    Assert.NotEqual<string>(plain, begun)
    let file = Path.Combine(policy, ModelFolder.TokenizerName)
    let id = (Tokenizer.Load file).IdOf "<pad>"
    let root = nonNull(JsonNode.Parse(File.ReadAllText file))
    root["post_processor"] <-
        JsonNode.Parse(
            """{"type": "TemplateProcessing", "pair": [],
                "single": [{"SpecialToken": {"id": "<pad>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], """
            + $"\"special_tokens\": {{\"<pad>\": {{\"id\": \"<pad>\", \"ids\": [{id}], \"tokens\": [\"<pad>\"]}}}}}}"
        )
    File.WriteAllText(file, root.ToJsonString())
    Assert.Equal(begun, write "red")

[<Fact>]
let ``a text ends behind the stop text`` () =
    use folder = new TemporaryFolder()
    let words = [ "generate"; policyIn folder; "red"; "--temperature"; "0"; "--max-tokens"; "10"; "--json" ]
    let whole = json(succeeds words) |> List.exactlyOne |> text
    let second = (whole.Split ' ')[1]
    let stopped = json(succeeds(words @ [ "--stop"; second ])) |> List.exactlyOne
    Assert.Equal("stop", stopped.GetProperty("end").GetString())
    Assert.Equal(whole.Substring(0, whole.IndexOf(second, StringComparison.Ordinal) + second.Length), text stopped)

[<Fact>]
let ``a conversation is written in the policy's template`` () =
    use folder = new TemporaryFolder()
    let path = policyIn folder
    let greedy = [ "--temperature"; "0"; "--max-tokens"; "6" ]
    let chat = succeeds([ "generate"; path; "red ?"; "--chat"; "--system"; "blue" ] @ greedy)
    Assert.Equal(succeeds([ "generate"; path; "system : blue user : red ? assistant :" ] @ greedy), chat)
    Assert.Contains("give --chat too", fails 2 [ "generate"; path; "red"; "--system"; "blue" ])

[<Fact>]
let ``a template writes the date that is given, and JSON says which`` () =
    use folder = new TemporaryFolder()
    use policy = policy()
    let template = "{{ 'red' if strftime_now('%Y') == '2024' else 'blue' }} {{ messages[0].content }}"
    let config = policy.Files.TokenizerConfig.With(ChatTemplates.Of template)
    let path = folder.File "dated"
    Policy.save path { policy with Files = { policy.Files with TokenizerConfig = config } }
    let greedy = [ "--temperature"; "0"; "--max-tokens"; "6"; "--json" ]
    let dated date = json(succeeds([ "generate"; path; "green"; "--chat"; "--date"; date ] @ greedy)) |> List.exactlyOne
    let plain prompt = json(succeeds([ "generate"; path; prompt ] @ greedy)) |> List.exactlyOne
    Assert.Equal("2024-07-26T18:30:00Z", (dated "2024-07-26T18:30").GetProperty("date").GetString())
    Assert.Equal(text(plain "red green"), text(dated "2024-07-26T18:30"))
    Assert.Equal(text(plain "blue green"), text(dated "2025-01-01"))
    Assert.False((plain "red green").TryGetProperty "date" |> fst)
    let errors = fails 2 [ "generate"; path; "green"; "--date"; "2024-07-26" ]
    Assert.Contains("--date belongs to a conversation: give --chat too", errors)

[<Fact>]
let ``samples count from 1 in text as in JSON`` () =
    use folder = new TemporaryFolder()
    let words = [ "generate"; policyIn folder; "red"; "--samples"; "2"; "--max-tokens"; "4" ]
    let shown = (succeeds words).Split('\n', StringSplitOptions.RemoveEmptyEntries)
    let samples = json(succeeds(words @ [ "--json" ]))
    Assert.Equal<string list>(
        [
            for sample in samples do
                let number = sample.GetProperty("sample").GetInt32()
                $"[{number}] {text sample}".TrimEnd()
        ],
        [ for line in shown -> line.TrimEnd() ]
    )
    Assert.StartsWith("[1] ", shown[0])

[<Fact>]
let ``the tokenizer's post-processor begins a plain prompt, and a template begins a conversation`` () =
    use folder = new TemporaryFolder()
    let path = policyIn folder
    let write words = succeeds([ "generate"; path ] @ words @ [ "--temperature"; "0"; "--max-tokens"; "6"; "--json" ])
    let plain, begun, chat = write [ "green" ], write [ "<eos>green" ], write [ "green"; "--chat" ]
    Assert.NotEqual<string>(plain, begun)
    let file = Path.Combine(path, Interop.HuggingFace.ModelFolder.TokenizerName)
    let document = JsonNode.Parse(File.ReadAllText file) |> nonNull
    let id = Interop.HuggingFace.Tokenizer.Load(file).IdOf "<eos>"
    document["post_processor"] <-
        JsonNode.Parse
            $"""{{"type": "TemplateProcessing", "single": [{{"SpecialToken": {{"id": "<eos>", "type_id": 0}}}}, {{"Sequence": {{"id": "A", "type_id": 0}}}}],
            "pair": [], "special_tokens": {{"<eos>": {{"id": "<eos>", "ids": [{id}], "tokens": ["<eos>"]}}}}}}"""
    File.WriteAllText(file, document.ToJsonString())
    Assert.Equal(begun, write [ "green" ])
    Assert.Equal(chat, write [ "green"; "--chat" ])
    Assert.Contains("the prompt is empty", fails 2 [ "generate"; path; "" ])

[<Fact>]
let ``generation_config.json is followed where nothing is given, and that is said on the error stream`` () =
    use folder = new TemporaryFolder()
    let path = policyIn folder
    let ask words = levee([ "generate"; path; "red"; "--json"; "--max-tokens"; "9" ] @ words)
    let _, greedy, _ = ask [ "--temperature"; "0" ]
    let _, drawn, quiet = ask []
    Assert.NotEqual<string>(greedy, drawn)
    Assert.DoesNotContain("generation_config", quiet)
    File.WriteAllText((ModelFolder path).GenerationConfig, """{"do_sample": false, "repetition_penalty": 1.2, "max_new_tokens": 4}""")
    let _, output, errors = ask []
    Assert.Equal(greedy, output)
    Assert.Contains("note: generation_config.json: taken from it: temperature 0; not followed: repetition_penalty 1.2", errors)
    let _, output, _ = ask [ "--temperature"; "1" ]
    Assert.Equal(drawn, output)
    let short = json(succeeds [ "generate"; path; "red"; "--json" ]) |> List.exactlyOne
    Assert.InRange(short.GetProperty("tokens").GetInt32(), 1, 4)

[<Fact>]
let ``what is passed over in the files is told once on the error stream, and leaves the output as it is`` () =
    use folder = new TemporaryFolder()
    let path = policyIn folder
    let words = [ "generate"; path; "red"; "--temperature"; "0"; "--max-tokens"; "9" ]
    let before = succeeds words
    let config = (ModelFolder path).Config
    File.WriteAllText(
        config,
        (File.ReadAllText config).Replace("{", "{ \"colour\": 1, \"pad_token_id\": -1,").Replace("\"pad_token_id\": 0,", "")
    )
    do
        use file = SafetensorsFile.Open(ModelFolder(path).Weights[0])
        let tensors = [|
            for entry in file.Tensors.Values do
                SafetensorsTensor(entry.Name, entry.DType, entry.Shape, ReadOnlyMemory(file.Bytes(entry.Name).ToArray()))
            SafetensorsTensor("v_head.weight", SafetensorsDType.F32, [| 1L |], ReadOnlyMemory(Array.zeroCreate<byte> 4))
        |]
        SafetensorsWriter.Write(ModelFolder(path).Weights[0], tensors)
    let lines (errors: string) = errors.Split '\n' |> Array.filter _.StartsWith("note: ")
    let code, output, errors = levee words
    Assert.Equal((0, before), (code, output))
    Assert.Equal(2, (lines errors).Length)
    Assert.Contains("colour", (lines errors)[0])
    Assert.Contains("v_head.weight", (lines errors)[1])
    let _, _, errors = levee [ "convert"; path; folder.File "copy" ]
    Assert.Equal(2, (lines errors).Length)
    let _, _, errors = levee [ "memory"; path ]
    Assert.Contains("colour", Assert.Single(lines errors))

[<Theory>]
[<InlineData "1e-40">]
[<InlineData "5e-324">]
let ``a tiny temperature takes the likeliest token, which is certain`` (temperature: string) =
    use folder = new TemporaryFolder()
    let write temperature =
        json(succeeds [ "generate"; policyIn folder; "red"; "--temperature"; temperature; "--max-tokens"; "9"; "--json" ])
        |> List.exactlyOne
    Assert.Equal(text(write "0"), text(write temperature))
    Assert.Equal(0.0, (write temperature).GetProperty("log_probability").GetDouble())

[<Fact>]
let ``a prompt that fills the context is refused`` () =
    use folder = new TemporaryFolder()
    let prompt = String.replicate 200 "red "
    Assert.Contains("the prompt has 200 tokens, and the policy's context holds 200", fails 2 [ "generate"; policyIn folder; prompt ])

[<Fact>]
let ``Ctrl-C ends a text cleanly with code 130`` () =
    if not(OperatingSystem.IsLinux()) then
        Assert.Skip "signals are sent with kill, as Linux has it"
    use folder = new TemporaryFolder()
    use policy = policy()
    let long = { policy.Parameters.Architecture with ContextLimit = 20_000 }
    use endless =
        Policy.create long policy.Files.Tokenizer (Interop.HuggingFace.TokenizerConfig(UnkToken = "<unk>")) (Seed.ofInt 1)
    let path = folder.File "endless"
    Policy.save path endless
    let program = typeof<Command>.Assembly.Location
    let start =
        ProcessStartInfo(
            "dotnet",
            [ program; "generate"; path; "red"; "--max-tokens"; "19000" ],
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )
    match Process.Start start with
    | null -> failwith "dotnet did not start"
    | started ->
        use child = started
        // The first piece shows that the text is being written.
        let first = child.StandardOutput.Read()
        Assert.NotEqual(-1, first)
        // A shell in the background starts its children with SIGINT ignored; SIGTERM asks for the same.
        use signal = Process.Start("kill", [ "-TERM"; string child.Id ])
        let output = child.StandardOutput.ReadToEndAsync()
        let errors = child.StandardError.ReadToEnd()
        Assert.True(child.WaitForExit 30_000, "the program went on for half a minute")
        Assert.Equal(130, child.ExitCode)
        Assert.Contains("interrupted", errors)
        Assert.DoesNotContain("   at ", errors)
        Assert.NotEmpty output.Result
