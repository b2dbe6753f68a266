module Levee.Policies.Tests.GenerationLaws

open System
open System.Collections.Generic
open System.Threading
open Xunit
open Levee
open Levee.Policies.Transformer
open Levee.Policies.Tests.Examples

let private options = { Generation.defaults with MaxTokens = 30; StopTokens = Some [] }

let private run options policy prompts = Generation.run options policy prompts (fun _ _ _ -> ()) CancellationToken.None

let private prompts = [| [| 5; 9; 11 |]; [| 7 |]; [| 5; 9 |] |]

let private first = [| prompts[0] |]

let private runFirst options policy = run options policy first |> Array.exactlyOne |> Array.exactlyOne

[<Fact>]
let ``every prompt is continued by as many samples as asked, as its tokens were told`` () =
    use policy = policy 1
    let told = Dictionary<struct (int * int), ResizeArray<int>>()
    let onToken prompt sample token =
        match told.TryGetValue(struct (prompt, sample)) with
        | true, tokens -> tokens.Add token
        | false, _ -> told[struct (prompt, sample)] <- ResizeArray [ token ]
    let options = { options with Samples = 3; Sampling = { options.Sampling with MaxSequences = Some 4 } }
    let results = Generation.run options policy prompts onToken CancellationToken.None
    Assert.Equal<int[]>([| 3; 3; 3 |], results |> Array.map Array.length)
    for p, samples in Array.indexed results do
        for s, sample in Array.indexed samples do
            Assert.Equal<int[]>(told[struct (p, s)].ToArray(), sample.Tokens)
            Assert.Equal((30, 30, GenerationEnd.Length), (sample.Tokens.Length, sample.LogProbs.Length, sample.End))
            Assert.Equal(policy.Tokenizer.Decode sample.Tokens, sample.Text)

[<Fact>]
let ``what a seed gives is the same alone, in company and again`` () =
    use policy = policy 2
    let tokens (results: Generated[][]) = results |> Array.map(Array.map _.Tokens)
    let two = { options with Samples = 2; Seed = Seed.ofInt 7 }
    let all = run two policy prompts |> tokens
    Assert.Equal<int[][][]>(all, run two policy prompts |> tokens)
    Assert.Equal<int[][]>(all[0], run two policy first |> tokens |> Array.exactlyOne)
    Assert.NotEqual<int[]>(all[0][0], all[0][1])
    Assert.NotEqual<int[][][]>(all, run { two with Seed = Seed.ofInt 8 } policy prompts |> tokens)

[<Fact>]
let ``log-probabilities are those of the trainer's scoring`` () =
    use policy = policy 3
    let result = runFirst { options with Sampling = { options.Sampling with TopP = 0.7 } } policy
    let trajectory: Trajectory = {
        Trajectory.empty with
            Question = { Id = ""; Text = "?"; GoldenAnswers = []; Metadata = "" }
            Segments = [ Prompt prompts[0]; Action(result.Tokens, result.LogProbs) ]
    }
    let scored, _ = Scoring.logProbs (Scoring.at 1.0) policy [| trajectory |]
    use scored = scored
    Assert.All(Array.zip (numbers scored) result.LogProbs, (fun (a, b) -> Assert.Equal(a, float b, 1e-4)))

[<Fact>]
let ``a stop token ends the text, stays among the tokens and is not in the text`` () =
    use policy = policy 4
    let free = runFirst options policy
    let stop = free.Tokens[12]
    let place = Array.IndexOf(free.Tokens, stop)
    let stopped = runFirst { options with StopTokens = Some [ stop ] } policy
    Assert.Equal(GenerationEnd.StopToken, stopped.End)
    Assert.Equal<int[]>(free.Tokens[..place], stopped.Tokens)
    Assert.Equal(policy.Tokenizer.Decode free.Tokens[.. place - 1], stopped.Text)

[<Fact>]
let ``a stop text ends the text over several tokens, and what stands behind it is cut`` () =
    use policy = policy 5
    let free = runFirst options policy
    // The end of one word, the next whole and the beginning of the one after.
    let words = free.Tokens[3..5] |> Array.map(fun token -> policy.Tokenizer.Decode [| token |])
    let stop = $"{words[0][words[0].Length - 1]} {words[1]} {words[2][0]}"
    let start = free.Text.IndexOf(stop, StringComparison.Ordinal)
    let stopped = runFirst { options with StopTexts = [ "never written"; stop ] } policy
    Assert.Equal(GenerationEnd.StopText, stopped.End)
    Assert.Equal(free.Text[.. start + stop.Length - 1], stopped.Text)
    Assert.Equal<int[]>(free.Tokens[.. stopped.Tokens.Length - 1], stopped.Tokens)
    // Not a token too early or too late.
    Assert.StartsWith(stopped.Text, policy.Tokenizer.Decode stopped.Tokens)
    Assert.DoesNotContain(stop, policy.Tokenizer.Decode stopped.Tokens[.. stopped.Tokens.Length - 2])

[<Fact>]
let ``a policy's own ends end the text where no others are named`` () =
    use policy = policy 6
    let ends = Policy.stopTokens policy
    Assert.Equal<int list>(Option.toList(policy.Tokenizer.IdOf "<eos>"), ends)
    let ended = { options with StopTokens = None; MaxTokens = 90 }
    let results = run { ended with Samples = 20 } policy first |> Array.concat
    let stopped = results |> Array.filter(fun result -> result.End = GenerationEnd.StopToken)
    Assert.NotEmpty stopped
    Assert.All(stopped, (fun result -> Assert.Equal(ends[0], Array.last result.Tokens)))
    Assert.All(results, (fun result -> Assert.DoesNotContain(ends[0], result.Tokens[.. result.Tokens.Length - 2])))

[<Fact>]
let ``the context is used to its last token, and a full one is continued by nothing`` () =
    use policy = policy 7
    let limit = architecture.ContextLimit
    let prompts = [| tokens 20 (limit - 4) (Seed.ofInt 1); tokens 20 limit (Seed.ofInt 2) |]
    let results = run options policy prompts |> Array.concat
    Assert.Equal<int[]>([| 4; 0 |], results |> Array.map _.Tokens.Length)
    Assert.All(results, (fun result -> Assert.Equal(GenerationEnd.Length, result.End)))

[<Fact>]
let ``what cannot be generated is named`` () =
    use policy = policy 8
    let refused (reason: string) options prompts =
        let error = Assert.Throws<ArgumentException>(fun () -> run options policy prompts |> ignore)
        Assert.Contains(reason, error.Message)
    refused "MaxTokens" { options with MaxTokens = 0 } prompts
    refused "Samples" { options with Samples = 0 } prompts
    refused "stop text is empty" { options with StopTexts = [ "" ] } prompts
    refused "TopP" { options with Sampling = { options.Sampling with TopP = 2.0 } } prompts
    refused "Prompt 1 has 97 tokens" options [| [| 1 |]; Array.zeroCreate 97 |]
    refused "has no context" options [| [||] |]
    Assert.Empty(run options policy [||])

[<Fact>]
let ``generation can be cancelled`` () =
    use policy = policy 9
    use source = new CancellationTokenSource()
    let mutable count = 0
    let onToken _ _ _ =
        count <- count + 1
        if count = 7 then
            source.Cancel()
    Assert.Throws<OperationCanceledException>(fun () -> Generation.run options policy prompts onToken source.Token |> ignore)
    |> ignore
    Assert.InRange(count, 7, 9)
