module Levee.Tests.UsageTests

open Levee.CommandLine
open Levee.Tests.World
open Xunit

let private commands = [ "generate"; "train"; "evaluate"; "convert"; "memory" ]

[<Fact>]
let ``the help names every command and shows examples`` () =
    let help = succeeds [ "--help" ]
    for command in commands do
        Assert.Contains($"    {command} ", help)
        Assert.Contains($"levee {command} ", help)

[<Fact>]
let ``every command's help shows its options and examples`` () =
    for command in commands do
        let help = succeeds [ command; "--help" ]
        Assert.Contains($"USAGE: levee {command}", help)
        Assert.Contains("OPTIONS:", help)
        Assert.Contains($"    levee {command} ", help)
        Assert.Equal(help, succeeds [ "help"; command ])

[<Fact>]
let ``the version is the framework's`` () = Assert.Matches(@"^levee \d+\.\d+\.\d+\s*$", succeeds [ "--version" ])

[<Fact>]
let ``no words show the help as an error`` () = Assert.Contains("COMMANDS:", fails 2 [])

[<Theory>]
[<InlineData("genrate", "unknown command 'genrate'. Did you mean generate?")>]
[<InlineData("generate", "generate needs the folder of a policy and a prompt")>]
[<InlineData("generate here", "generate needs a prompt behind the policy's folder")>]
[<InlineData("generate here two words", "what is 'words'? Put a prompt of several words in quotes")>]
[<InlineData("generate here hi --max-token 3", "unknown option '--max-token' for generate. Did you mean --max-tokens?")>]
[<InlineData("generate here hi --max-tokens many", "'--max-tokens' must be followed by <count>, but was 'many'")>]
[<InlineData("generate here hi --max-tokens 0", "--max-tokens 0 is out of range: give 1 or more")>]
[<InlineData("generate here hi --temperature -1", "--temperature -1 is out of range: give 0")>]
[<InlineData("generate here hi --temperature nan", "--temperature NaN is out of range")>]
[<InlineData("generate here hi --dtype float8", "--dtype")>]
[<InlineData("generate here hi --device abacus", "--device: The device 'abacus' is not known: give cpu, cuda or cuda:N")>]
[<InlineData("convert here there --shard-size 2XB", "--shard-size 2XB is no size: give bytes, such as 500MB or 2GB")>]
[<InlineData("evaluate", "evaluate needs the folder of a policy")>]
[<InlineData("evaluate one two", "evaluate takes one folder; what is 'two'?")>]
[<InlineData("evaluate here --questions-file q.jsonl", "--questions-file needs --corpus too")>]
[<InlineData("evaluate here --corpus c.jsonl", "--corpus needs --questions-file too")>]
[<InlineData("evaluate here --turns 2", "--turns belongs to --questions-file")>]
[<InlineData("evaluate here --corpus c --questions-file q --split dev", "--split belongs to a task")>]
[<InlineData("convert here", "convert needs two folders")>]
[<InlineData("train", "train needs an experiment")>]
[<InlineData("train no-such-experiment", "unknown experiment 'no-such-experiment'")>]
let ``words that make no sense are met with what would do, and code 2`` (words: string) (expected: string) =
    Assert.Contains(expected, fails 2 (List.ofArray(words.Split ' ')))

[<Theory>]
[<InlineData("generate no-such-folder hi")>]
[<InlineData("evaluate no-such-folder")>]
[<InlineData("convert no-such-folder target")>]
let ``a folder that is not there is named, with code 1`` (words: string) =
    Assert.Contains("no-such-folder: there is no such folder", fails 1 (List.ofArray(words.Split ' ')))

[<Theory>]
[<InlineData("--stpo", "--stop")>]
[<InlineData("--max", "--max-tokens")>]
[<InlineData("--xyzzyx", "")>]
let ``near words are suggested, far ones are not`` (typed: string) (expected: string) =
    let suggestion = Spelling.didYouMean typed [ "--stop"; "--max-tokens"; "--chat" ]
    Assert.Equal((if expected = "" then "" else $" Did you mean {expected}?"), suggestion)
