module Levee.Policies.Tests.StopConditionLaws

open System
open System.Text
open FsCheck
open FsCheck.FSharp
open Xunit
open Levee

/// A tokenizer whose tokens are bytes: a letter may span several.
let private bytes = {
    new ITokenizer with
        member _.Encode pieces =
            let tokens = pieces |> List.map Piece.text |> String.concat "" |> Encoding.UTF8.GetBytes |> Array.map int
            { Tokens = tokens; IsPlain = Array.create tokens.Length false }
        member _.Decode tokens = tokens |> Array.map byte |> Encoding.UTF8.GetString
        member _.VocabularySize = 256
        member _.IdOf _ = None
}

let private texts =
    gen {
        let letters = Gen.elements [ "a"; "b"; "é"; "語"; "🙂"; "\n" ]
        let text low high =
            Gen.choose(low, high) |> Gen.bind(fun count -> Gen.listOfLength count letters) |> Gen.map(String.concat "")
        let! count = Gen.choose(0, 3)
        let! stops = Gen.listOfLength count (text 1 3)
        let! written = text 1 40
        return stops, written
    }

[<Fact>]
let ``a text is over with the token that completes a stop text, and not before`` () =
    Check.QuickThrowOnFailure(
        Prop.forAll (Arb.fromGen texts) (fun (stops, written) ->
            let tokens = bytes.Encode(written, false)
            let stop = StopCondition(bytes, [], stops)
            let ends = [ for stop in stops -> written.IndexOf(stop, StringComparison.Ordinal), stop ]
            let expected =
                ends
                |> List.filter(fun (start, _) -> start >= 0)
                |> List.map(fun (start, stop) -> Encoding.UTF8.GetByteCount written[.. start + stop.Length - 1])
                |> List.sort
                |> List.tryHead
            seq { 1 .. tokens.Length } |> Seq.tryFind(fun count -> stop.Reached tokens[.. count - 1]) = expected)
    )

[<Fact>]
let ``a stop token ends a text, and a token that the tokenizer lacks does not`` () =
    let stop = StopCondition(bytes, [ 300; 10 ], [ "x" ])
    Assert.Equal<bool list>([ true; true; false; true ], [ for token in [ 300; 10; 301; int 'x' ] -> stop.Reached [| 5; token |] ])
