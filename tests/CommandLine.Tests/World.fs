/// A tiny policy in a folder, and the command line as a user meets it.
module Levee.Tests.World

open System
open System.IO
open Levee
open Levee.CommandLine
open Levee.Interop.HuggingFace

// Tests capture the console, which all tests of the process share.
[<assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)>]
do ()

/// A new folder that is removed at the end.
type TemporaryFolder() =
    let folder = Directory.CreateTempSubdirectory "levee-test-"
    member _.Path = folder.FullName
    member _.File name = Path.Combine(folder.FullName, name)

    member this.Write(name, text: string) =
        File.WriteAllText(this.File name, text)
        this.File name

    interface IDisposable with
        member _.Dispose() = folder.Delete true

let private template =
    "{% for message in messages %}{{ message.role }} : {{ message.content }} {% endfor %}{% if add_generation_prompt %}assistant :{% endif %}"

/// A policy of some thousand weights that knows the protocol's tags and a few words.
let policy () =
    let words = [| "red"; "green"; "blue"; "system"; "user"; "assistant"; ":"; "?" |]
    let tokenizer = Tokenizer.WordLevel(words, Atlas.specialTokens, "<unk>", Atlas.wordPattern)
    let architecture = {
        Policy.tiny tokenizer.VocabularySize with
            Width = 16
            FeedForwardWidth = 16
            HeadWidth = 4
            ContextLimit = 200
    }
    let configuration =
        TokenizerConfig(EosToken = "<eos>", PadToken = "<pad>", UnkToken = "<unk>", ChatTemplates = ChatTemplates.Of template)
    Policy.create architecture tokenizer configuration (Seed.ofInt 1)

/// The policy in a new folder.
let policyIn (folder: TemporaryFolder) =
    use policy = policy()
    let path = folder.File "policy"
    Policy.save path policy
    path

/// Exit code, output and errors of a command line.
let levee (words: string list) =
    let output, errors = Console.Out, Console.Error
    use newOutput = new StringWriter()
    use newErrors = new StringWriter()
    try
        Console.SetOut newOutput
        Console.SetError newErrors
        let code = Program.run words
        code, newOutput.ToString(), newErrors.ToString()
    finally
        Console.SetOut output
        Console.SetError errors

/// The output of a command line that has to succeed.
let succeeds words =
    let code, output, errors = levee words
    Xunit.Assert.True((code = 0), errors)
    output

/// The error of a command line that has to end with an exit code.
let fails code words =
    let found, _, errors = levee words
    Xunit.Assert.Equal(code, found)
    errors
