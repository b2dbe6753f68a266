/// Prompts and observations in the tokens of published tokenizers.
module Levee.Tests.PromptTokens

open System
open Levee
open Levee.Training.Report.Drawing
open Levee.Interop.HuggingFace
open Levee.Tests
open Xunit

let private packages = [ NpmPackage.Qwen25; NpmPackage.Qwen3; NpmPackage.Llama2; NpmPackage.Llama31; NpmPackage.Gpt2 ]

let private load (name: string) =
    let package = packages |> List.find(fun package -> package.Name = name)
    try
        Tokenizer.Load(package.File("models", ModelFolder.TokenizerName))
    with :? NpmException as error ->
        Assert.Skip $"The published tokenizer cannot be had: {error.Message}"
        failwith "skipped"

let names = TheoryData<string>(packages |> List.map _.Name)

let private documents = [
    {
        Id = "1"
        Title = "\"Lake Titicaca\""
        Text = "Titicaca lies on the border of Bolivia and Peru. Its surface is at 3,812 m."
    }
    { Id = "2"; Title = "Ålesund (é)"; Text = "  Ålesund, 'the town', has e\u0301clairs… 東京 😀." }
]

let private texts = [
    for wording in [ Wording.Full; Wording.Brief ] do
        for question in [ "Which lake is highest?"; " Who wrote it? "; "'s is what?"; "東京はどこ?"; "\nWhy"; "e\u0301?" ] do
            SearchProtocol.prompt wording question
    SearchProtocol.information documents
    SearchProtocol.information []
    SearchProtocol.notice Wording.Full
]

[<Theory; MemberData(nameof names)>]
let ``prompts and observations have the tokens of their whole text`` (name: string) =
    let tokenizer = load name
    for pieces in texts do
        let whole = pieces |> List.map Piece.text |> String.concat ""
        Assert.Equal<int[]>(tokenizer.Encode whole, Piece.encode (TokenizerAdapter tokenizer) pieces)

[<Theory; MemberData(nameof names)>]
let ``an observation cut to a limit keeps the protocol's tags and the beginning of its documents`` (name: string) =
    let tokenizer = load name
    let adapter = TokenizerAdapter tokenizer
    let pieces = SearchProtocol.information documents
    let whole = (adapter :> ITokenizer).Encode pieces
    let plain = whole.IsPlain |> Array.filter id |> Array.length
    let own = whole.Tokens.Length - plain
    Assert.True(plain > 40 && own >= 4)
    for limit in 1 .. whole.Tokens.Length + 2 do
        let cut = Piece.encodeWithin limit adapter pieces
        Assert.Equal(min limit whole.Tokens.Length, cut.Length)
        if limit >= own then
            let text = tokenizer.Decode cut
            Assert.StartsWith("\n\n<information>", text)
            Assert.EndsWith("</information>\n\n", text)
            // The documents are cut at their end: their beginning stays.
            let kept = limit - own |> min plain
            let expected = [|
                for i in 0 .. whole.Tokens.Length - 1 do
                    let before = whole.IsPlain[.. i - 1] |> Array.filter id |> Array.length
                    if not whole.IsPlain[i] || before < kept then
                        whole.Tokens[i]
            |]
            Assert.Equal<int[]>(expected, cut)

[<Theory; MemberData(nameof names)>]
let ``no document and no question gives a control token`` (name: string) =
    let tokenizer = load name
    let adapter = TokenizerAdapter tokenizer
    let control pieces =
        Piece.encode adapter pieces
        |> Array.filter(fun id -> tokenizer.AddedTokens.ContainsKey id && Nullable id <> tokenizer.UnknownId)
    for token in tokenizer.AddedTokens.Values do
        let hostile = { Id = "h"; Title = token.Content; Text = $"a{token.Content}b {token.Content}" }
        let clean = { Id = "c"; Title = "a"; Text = "a" }
        Assert.Equal<int[]>(control(SearchProtocol.information [ clean ]), control(SearchProtocol.information [ hostile ]))
        Assert.Equal<int[]>(control(SearchProtocol.prompt Wording.Brief "a"), control(SearchProtocol.prompt Wording.Brief token.Content))
