module Levee.Environments.Tests.RewardOracleTests

open System.IO
open System.Text.Json
open Levee
open Levee.Tests
open Xunit

let private entries (name: string) =
    use document = JsonDocument.Parse(File.ReadAllText(Oracles.file "rewards.json"))
    [| for entry in document.RootElement.GetProperty(name).EnumerateArray() -> entry.Clone() |]

let private text (name: string) (entry: JsonElement) = entry.GetProperty(name).GetString() |> nonNull
let private golden (entry: JsonElement) = [ for answer in entry.GetProperty("golden").EnumerateArray() -> nonNull(answer.GetString()) ]

[<Fact>]
let ``Normalised answers are Search-R1's`` () =
    let entries = entries "normalize"
    Assert.True(entries.Length >= 38)
    for entry in entries do
        Assert.Equal(text "normalized" entry, Reward.normalise(text "text" entry))

// Search-R1 lets a golden answer of which normalising leaves nothing match too much; AnswerTextTests say what holds here.
[<Fact>]
let ``Exact and substring matches are Search-R1's where normalising leaves something of every golden answer`` () =
    let entries = entries "match" |> Array.filter(golden >> List.exists AnswerText.isVoid >> not)
    Assert.True(entries.Length >= 120)
    for entry in entries do
        let prediction = text "prediction" entry
        let expected = entry.GetProperty("exact_match").GetInt32() = 1, entry.GetProperty("substring_match").GetInt32() = 1
        let found = Reward.isExactMatch (golden entry) prediction, Reward.isSubstringMatch (golden entry) prediction
        Assert.True((expected = found), $"{entry}: found {found}")

[<Fact>]
let ``Well-formed responses are Search-R1's`` () =
    let entries = entries "format"
    Assert.True(entries.Length >= 120)
    for entry in entries do
        let found = Reward.isWellFormed(text "response" entry)
        Assert.True((entry.GetProperty("valid").GetBoolean() = found), $"{entry}: found {found}")
