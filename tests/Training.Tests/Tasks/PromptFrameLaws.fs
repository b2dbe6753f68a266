/// Questions are put to language models as their own files say.
module Levee.Tests.PromptFrameLaws

open System.IO
open System.Threading
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open Xunit
open Levee.Tests.World

let private withTemplate (template: string option) (policy: Policy) =
    let templates = template |> Option.map ChatTemplates.Of |> Option.defaultValue ChatTemplates.None
    {
        policy with
            Files = { policy.Files with TokenizerConfig = policy.Files.TokenizerConfig.With templates }
    }

let private template =
    "{% for message in messages %}<think> {{ message.role }} {{ message.content | trim }} </think>{% endfor %}{% if add_generation_prompt %} <answer>{% endif %}"

[<Fact>]
let ``a prompt stands in the policy's chat template, its question as plain text`` () =
    use policy = warmPolicy()
    let frame = policy |> withTemplate(Some template) |> PromptFrame.ofPolicy None
    Assert.Equal({ Before = "<think> user "; After = " </think> <answer>"; Trims = true }, frame)
    let question = atlas.Value.Train[0]
    let pieces = (PromptFrame.around frame atlas.Value.Environment).Prompt question
    Assert.Contains(Piece.Plain question.Text, pieces)
    Assert.Equal(Piece.Markup frame.Before, List.head pieces)
    Assert.Equal(Piece.Markup frame.After, List.last pieces)

[<Fact>]
let ``a prompt is the text that the template writes of it, trimmed or not`` () =
    use policy = warmPolicy()
    let prompts = [
        [ Piece.Markup "Question: "; Piece.Plain "who? "; Piece.Markup "\n" ]
        [ Piece.Markup " \n"; Piece.Plain " \u001c"; Piece.Plain "\twho? " ]
        [ Piece.Plain "who?" ]
        [ Piece.Plain "\n"; Piece.Markup " " ]
    ]
    for template in [ template; template.Replace(" | trim", "") ] do
        let policy = withTemplate (Some template) policy
        let frame = PromptFrame.ofPolicy None policy
        for pieces in prompts do
            let environment = {
                new IEnvironment with
                    member _.Prompt _ = pieces
                    member _.StopTexts = []
                    member _.Act(_, _) = failwith "not asked"
            }
            let text = List.map Piece.text >> String.concat ""
            let message = ChatMessage("user", text pieces)
            let expected = policy.Files.TokenizerConfig.RenderChat([ message ], addGenerationPrompt = true)
            Assert.Equal(expected, text((PromptFrame.around frame environment).Prompt atlas.Value.Train[0]))

[<Fact>]
let ``without a template nothing stands around it but the tokenizer's special tokens`` () =
    use policy = warmPolicy()
    Assert.Equal({ Before = ""; After = ""; Trims = false }, policy |> withTemplate None |> PromptFrame.ofPolicy None)

[<Fact>]
let ``a template that leaves the message out is refused`` () =
    use policy = warmPolicy()
    let error =
        Assert.Throws<InvalidDataException>(fun () -> policy |> withTemplate(Some "hello") |> PromptFrame.ofPolicy None |> ignore)
    Assert.Contains("chat template", error.Message)

[<Fact>]
let ``rollouts of such a task begin with the frame's tokens`` () =
    use policy = warmPolicy()
    let policy = withTemplate (Some template) policy
    let task = { atlas.Value with AsChat = true }
    let episodes = [| atlas.Value.Train[0], Seed.ofInt 1 |]
    let trajectory = (LearningTask.rollouts task (SamplingOptions.at 1.0) policy episodes CancellationToken.None)[0]
    match trajectory.Segments with
    | Prompt tokens :: _ -> Assert.StartsWith("<think>", policy.Tokenizer.Decode tokens)
    | _ -> failwith "no prompt"
