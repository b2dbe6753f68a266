module Levee.Environments.Tests.TextAnalysisTests

open System
open System.IO
open System.Threading
open FsCheck
open FsCheck.FSharp
open Levee
open Xunit

let private document id title text = { Id = id; Title = title; Text = text }

let private find (retriever: SqliteRetriever) query =
    match (retriever :> IRetriever).Retrieve([| query |], 10, CancellationToken.None).GetAwaiter().GetResult() with
    | [| Ok documents |] -> documents |> Array.map _.Id |> List.ofArray
    | results -> failwith $"{results}"

let private world = [
    document "en" "\"Peru\"" "The capital of Peru is Lima 🦙"
    document "ja" "\"大阪\"" "大阪は日本の大きな都市です。GDPは3位、ｵｵｻｶ"
    document "zh" "\"上海\"" "上海是中国最大的城市"
    document "ko" "\"부산\"" "부산은 대한민국의 항구 도시이다"
    document "th" "\"เชียงใหม่\"" "เชียงใหม่เป็นเมืองทางภาคเหนือ"
    document "km" "\"ភ្នំពេញ\"" "ភ្នំពេញជារាជធានីនៃកម្ពុជា"
    document "my" "\"ရန်ကုန်\"" "ရန်ကုန်မြို့သည်မြန်မာနိုင်ငံ"
    document "ar" "\"بَغْدَاد\"" "بَغْدَادُ عَاصِمَةُ الــعِرَاق"
    document "he" "\"יְרוּשָׁלַיִם\"" "עִיר"
    document "el" "\"Αθήνα\"" "Η πρωτεύουσα"
]

[<Theory>]
[<InlineData("日本", "ja")>]
[<InlineData("大阪", "ja")>]
[<InlineData("オオサカ", "ja")>]
[<InlineData("GDP", "ja")>]
[<InlineData("ＧＤＰ", "ja")>]
[<InlineData("上海", "zh")>]
[<InlineData("海", "zh")>]
[<InlineData("부산", "ko")>]
[<InlineData("도시", "ko")>]
[<InlineData("เป็น", "th")>]
[<InlineData("เหนือ", "th")>]
[<InlineData("កម្ពុជា", "km")>]
[<InlineData("မြန်မာ", "my")>]
[<InlineData("بغداد", "ar")>]
[<InlineData("العراق", "ar")>]
[<InlineData("عــاصمة", "ar")>]
[<InlineData("ירושלים", "he")>]
[<InlineData("ΑΘΉΝΑ", "el")>]
[<InlineData("lima", "en")>]
[<InlineData("🦙", "en")>]
let ``Words are found in scripts with and without blanks between them`` (query: string, id: string) =
    use retriever = SqliteRetriever.InMemory world
    Assert.Equal(TextAnalysis.Pairs, retriever.Analysis)
    Assert.Equal<string list>([ id ], find retriever query)

[<Fact>]
let ``Any stretch of a text without blanks finds it`` () =
    let character = Gen.elements [ "日"; "本"; "の"; "カ"; "ー"; "𠮷"; "ก"; "รุ"; "ง"; "한" ]
    let text = Gen.nonEmptyListOf character |> Gen.map Array.ofList
    let stretch =
        gen {
            let! characters = text
            let! start = Gen.choose(0, characters.Length - 1)
            let! length = Gen.choose(1, characters.Length - start)
            return String.concat "" characters, String.concat "" (Array.sub characters start length)
        }
    Prop.forAll (Arb.fromGen stretch) (fun (text, stretch) ->
        use retriever = SqliteRetriever.InMemory [ document "other" "x" "Lima"; document "d" "y" $"A {text}, b." ]
        find retriever stretch = [ "d" ])
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``Points and tatweel do not count, in texts and in queries`` () =
    let plain, pointed = "محمد", "مُحَمَّــد"
    Assert.Equal<string[]>(TextAnalysis.query TextAnalysis.Pairs plain, TextAnalysis.query TextAnalysis.Pairs pointed)
    Assert.Equal(TextAnalysis.indexed TextAnalysis.Pairs plain, TextAnalysis.indexed TextAnalysis.Pairs pointed)
    // Hamza belongs to its letter.
    Assert.NotEqual<string>(TextAnalysis.indexed TextAnalysis.Pairs "\u0627", TextAnalysis.indexed TextAnalysis.Pairs "\u0627\u0654")

[<Theory>]
[<InlineData("ＡＺ９", "az9")>]
[<InlineData("ﾊﾟ", "パ")>]
[<InlineData("か\u3099", "が")>]
[<InlineData("ｳﾞ", "ヴ")>]
[<InlineData("ｱｰﾄ", "アート")>]
let ``Half and full width are one`` (one: string, other: string) =
    Assert.Equal<string[]>(TextAnalysis.query TextAnalysis.Pairs one, TextAnalysis.query TextAnalysis.Pairs other)

[<Fact>]
let ``A run is single characters and pairs, and a query of several characters their pairs`` () =
    Assert.Equal("GDP 増 加 増加 3 月", TextAnalysis.indexed TextAnalysis.Pairs "GDP増加、3月")
    Assert.Equal<string[]>([| "gdp"; "加中"; "増加" |], TextAnalysis.query TextAnalysis.Pairs "増加中 GDP")
    Assert.Equal<string[]>([| "増" |], TextAnalysis.query TextAnalysis.Pairs "増")

[<Fact>]
let ``Words leaves texts as they are`` () =
    Prop.forAll (ArbMap.defaults |> ArbMap.arbitrary<string>) (fun text ->
        TextAnalysis.indexed TextAnalysis.Words (string text) = string text)
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``No text and no query fails`` () =
    Prop.forAll (ArbMap.defaults |> ArbMap.arbitrary<string>) (fun text ->
        TextAnalysis.indexed TextAnalysis.Pairs (string text) |> ignore
        TextAnalysis.query TextAnalysis.Pairs (string text) |> Array.forall((<>) ""))
    |> Check.QuickThrowOnFailure

[<Fact>]
let ``The corpus's scripts choose the analysis`` () =
    let latin = [ for i in 1..99 -> document $"d{i}" "Περού, Перу" "naïve café, Straße, 1,000 ½ 🎉 – שלום سلام हिन्दी" ]
    use words = SqliteRetriever.InMemory latin
    Assert.Equal(TextAnalysis.Words, words.Analysis)
    use pairs = SqliteRetriever.InMemory(latin @ [ document "ja" "東" "" ])
    Assert.Equal(TextAnalysis.Pairs, pairs.Analysis)
    use few = SqliteRetriever.InMemory(latin @ latin @ [ document "ja" "東" "" ])
    Assert.Equal(TextAnalysis.Words, few.Analysis)
    use forced = SqliteRetriever.InMemory(latin, TextAnalysis.Pairs)
    Assert.Equal(TextAnalysis.Pairs, forced.Analysis)

[<Fact>]
let ``The description says what is found`` () =
    use pairs = SqliteRetriever.InMemory world
    Assert.Contains("single characters and pairs", pairs.Description)
    use words = SqliteRetriever.InMemory(world, TextAnalysis.Words)
    Assert.Contains("found by whole runs only", words.Description)
    Assert.Empty(find words "日本")
    Assert.Equal<string list>([ "en" ], find words "Lima")

[<Fact>]
let ``An index file keeps its analysis, and another one builds it anew`` () =
    let folder = Directory.CreateTempSubdirectory "levee-"
    try
        let path = Path.Combine(folder.FullName, "index.db")
        let using analysis = SqliteRetriever.Cached(path, world, ?analysis = analysis)
        (use first = using None in Assert.Equal<string list>([ "ja" ], find first "日本"))
        let written = File.GetLastWriteTimeUtc path
        (use again = using(Some TextAnalysis.Pairs) in Assert.Equal<string list>([ "ja" ], find again "日本"))
        Assert.Equal(written, File.GetLastWriteTimeUtc path)
        (use words = using(Some TextAnalysis.Words) in Assert.Empty(find words "日本"))
        (use back = using None in Assert.Equal<string list>([ "ja" ], find back "日本"))
    finally
        folder.Delete true

[<Fact>]
let ``Texts are given back whole, a NUL within`` () =
    let texts = document "nul" "東\000京" "before\000after"
    use retriever = SqliteRetriever.InMemory [ texts ]
    let found = (retriever :> IRetriever).Retrieve([| "after" |], 1, CancellationToken.None).Result
    Assert.Equal(Ok [| texts |], Array.head found)

[<Fact>]
let ``An empty corpus cannot be searched`` () =
    Assert.Throws<ArgumentException>(fun () -> SqliteRetriever.InMemory [] |> ignore) |> ignore
    let path = Path.Combine(Path.GetTempPath(), $"levee-{Guid.NewGuid()}.db")
    Assert.Throws<ArgumentException>(fun () -> SqliteRetriever.Cached(path, []) |> ignore) |> ignore
    Assert.False(File.Exists path)
