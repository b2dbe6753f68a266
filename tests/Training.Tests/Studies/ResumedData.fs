/// A run goes on over the data that it was begun with, and says so where they are others.
module Levee.Tests.ResumedData

open System
open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Nodes
open System.Threading
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace
open Xunit
open Levee.Tests.World

/// The tiny world with a corpus and a file behind it.
let private environment (corpus: Document list) =
    let inner, index = TinyWorld.writing.Environment, SqliteRetriever.InMemory corpus
    {
        new IEnvironment with
            member _.Prompt question = inner.Prompt question
            member _.StopTexts = inner.StopTexts
            member _.Act(actions, cancellation) = inner.Act(actions, cancellation)
        interface IFingerprinted with
            member _.Fingerprint = Fingerprinted.ofSource index
    }

let private corpus = [ { Id = "1"; Title = "a"; Text = "yes" }; { Id = "2"; Title = "b"; Text = "no" } ]

let private facts (folder: string) = Path.Combine(folder, "facts.jsonl")
let private origin (folder: string) = Path.Combine(folder, "origin")

let private task folder = { TinyWorld.writing with Environment = environment corpus; Files = [ facts folder ] }

let private study (task: LearningTask) start count = {
    TinyWorld.study count with
        Task = task
        Start = start
        Arms = [ (TinyWorld.study count).Arms.Head ]
}

let private options (folder: string) = TinyWorld.options(Path.Combine(folder, "runs"))

let private begin' (folder: string) =
    File.WriteAllText(facts folder, "one\n")
    use policy = TinyWorld.policy(Seed.ofInt 3)
    Policy.save (origin folder) policy
    let begun = study (task folder) (Checkpoint(origin folder)) 3
    let outcome = Study.run (options folder) begun CancellationToken.None
    Assert.Empty outcome.Failed
    outcome.Folder

/// Goes on in a folder; gives what was told.
let private goOn accept (folder: RunFolder) (study: Experiment) =
    let told = ResizeArray<string>()
    let sink = {
        new IProgressSink with
            member _.Started(_, _) = ()
            member _.Step _ = ()
            member _.Message text = told.Add text
            member _.Finished _ = ()
            member _.Dispose() = ()
    }
    let options = { TinyWorld.options folder.Path with AcceptChanges = accept }
    let outcome = Study.resumeShowing (fun _ -> sink) options folder study CancellationToken.None
    Assert.Empty outcome.Failed
    List.ofSeq told

let private replace (path: string) (text: string) (other: string) =
    let before = File.ReadAllText path
    Assert.Contains(text, before)
    File.WriteAllText(path, before.Replace(text, other))

/// The changes of the data by name: each with its effect on a task, and the text that the refusal has to name.
let private changes: Map<string, (string -> LearningTask -> LearningTask) * string> =
    let onDisk work =
        fun folder task ->
            work folder
            task
    Map.ofList [
        "fewer questions",
        ((fun _ task -> { task with Train = task.Train[..3] }), "the questions to train on: expected 6 questions, SHA-256")
        "another answer",
        ((fun _ task -> { task with HeldOut = task.HeldOut |> Array.map(fun q -> { q with GoldenAnswers = [ "no" ] }) }),
         "the held-out questions: expected 6 questions")
        "another corpus", ((fun _ task -> { task with Environment = environment(List.rev corpus) }), "the search index: expected SHA-256")
        "another file", (onDisk(fun folder -> File.AppendAllText(facts folder, "two\n")), "facts.jsonl: expected 4 bytes")
        "no file", (onDisk(fun folder -> File.Delete(facts folder)), "facts.jsonl: expected 4 bytes, SHA-256")
        "other weights",
        (onDisk(fun folder ->
            use policy = TinyWorld.policy(Seed.ofInt 4)
            Policy.save (origin folder) policy),
         "model.safetensors: expected")
        "another tokenizer",
        (onDisk(fun folder -> replace (Path.Combine(origin folder, "tokenizer.json")) "\"yes\"" "\"aye\""), "tokenizer.json: expected")
        "a template",
        (onDisk(fun folder -> File.WriteAllText(Path.Combine(origin folder, "chat_template.jinja"), "{{ messages[0].content }}")),
         "chat_template.jinja: expected none; found")
    ]

let names = TheoryData<string>(changes.Keys)

[<Theory; MemberData(nameof names)>]
let ``changed data are named and refused, and accepted where the user says so, for good and on the record`` (name: string) =
    use folder = new TemporaryFolder()
    let change, expected = changes[name]
    let run = begin' folder.Path
    let later = study (change folder.Path (task folder.Path)) (Checkpoint(origin folder.Path)) 3
    let before = File.ReadAllText run.Configuration
    let error = Assert.Throws<InvalidDataException>(fun () -> goOn false run later |> ignore)
    Assert.Contains(expected, error.Message)
    Assert.Contains("--accept-changes", error.Message)
    Assert.Equal(before, File.ReadAllText run.Configuration)
    let told = goOn true run later
    Assert.Contains(told, fun line -> line.StartsWith "changed, and accepted: " && line.Contains expected)
    let accepted = (nonNull(JsonNode.Parse(File.ReadAllText run.Configuration)))["acceptedChanges"]
    Assert.Contains(expected, (nonNull accepted).ToJsonString(JsonSerializerOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)))
    let event = (EventLines.read run.Events).Lines |> Assert.Single
    Assert.Equal(("changed data", 3), (event.Phase, event.Step))
    Assert.Contains(expected, event.Message)
    Assert.DoesNotContain(goOn false run later, fun line -> line.Contains "accepted")
    Assert.Single (EventLines.read run.Events).Lines |> ignore

[<Fact>]
let ``a run with a teacher goes on over the same teacher alone, whose weights its states do not hold`` () =
    use folder = new TemporaryFolder()
    let teacher = Path.Combine(folder.Path, "teacher")
    let teach seed =
        use policy = TinyWorld.policy(Seed.ofInt seed)
        Policy.save teacher policy
    teach 8
    File.WriteAllText(facts folder.Path, "one\n")
    use policy = TinyWorld.policy(Seed.ofInt 3)
    Policy.save (origin folder.Path) policy
    let taught =
        let plain = study (task folder.Path) (Checkpoint(origin folder.Path)) 3
        let near (arm: Arm) = { arm with Recipe = arm.Recipe + 0.1 * Kl.toward (Reference.Folder teacher) K3 }
        { plain with Arms = List.map near plain.Arms }
    let outcome = Study.run (options folder.Path) taught CancellationToken.None
    Assert.Empty outcome.Failed
    let run = outcome.Folder
    let again = Configuration.ofJson "config.json" (Configuration.toJson { taught with Task = Tasks.atlas data })
    Assert.Equal(taught.Arms.Head.Recipe.Objective.Term, again.Arms.Head.Recipe.Objective.Term)
    goOn false run taught |> ignore
    let states = Directory.GetFiles(run.Path, "state.safetensors", SearchOption.AllDirectories)
    Assert.NotEmpty states
    for state in states do
        use file = SafetensorsFile.Open state
        Assert.DoesNotContain(file.Tensors.Keys, fun name -> name.Contains "reference")
    teach 9
    let error = Assert.Throws<InvalidDataException>(fun () -> goOn false run taught |> ignore)
    Assert.Contains(Path.Combine(teacher, "model.safetensors") + ": expected", error.Message)

[<Fact>]
let ``a run goes on over the same data, and says how long it looked at them`` () =
    use folder = new TemporaryFolder()
    let run = begin' folder.Path
    let told = goOn false run (study (task folder.Path) (Checkpoint(origin folder.Path)) 3)
    Assert.Contains(told, fun line -> line.Contains "fingerprints were taken in")
    Assert.False(File.ReadAllText(run.Configuration).Contains "acceptedChanges")

[<Fact>]
let ``a run of an earlier version goes on, with a line that says what is not known, and is recorded from then on`` () =
    use folder = new TemporaryFolder()
    let run = begin' folder.Path
    let root = (nonNull(JsonNode.Parse(File.ReadAllText run.Configuration))).AsObject()
    for name in [ "version"; "date"; "fingerprints"; "device" ] do
        Assert.True(root.Remove name)
    let arms = nonNull root["arms"]
    let arm = nonNull arms[0]
    let training = (nonNull arm["training"]).AsObject()
    // Settings stood side by side, and mini-batches were counted.
    for group in List.ofSeq training do
        match group.Value with
        | :? JsonObject as settings ->
            training.Remove group.Key |> ignore
            for setting in List.ofSeq settings do
                settings.Remove setting.Key |> ignore
                training[setting.Key] <- setting.Value
        | _ -> ()
    let rename (before: string) (earlier: string) =
        let value = training[before]
        Assert.True(training.Remove before)
        training[earlier] <- value
    rename "batchSize" "questions"
    rename "microBatchSize" "microBatch"
    rename "perSample" "lldProbe"
    Assert.True(training.Remove "miniBatchSize")
    training["miniBatches"] <- 2
    for name in [ "maxSequences"; "cudaGraphs"; "precision"; "packing"; "gradientCheckpointing"; "adapter" ] do
        Assert.True(training.Remove name)
    File.WriteAllText(run.Configuration, root.ToJsonString())
    let began = DateTime(2025, 3, 4, 5, 6, 7, DateTimeKind.Utc)
    File.SetLastWriteTimeUtc(run.Configuration, began)
    let again = study (task folder.Path) (Checkpoint(origin folder.Path)) 3
    Assert.Single(goOn false run again, fun (line: string) -> line.Contains "not recorded") |> ignore
    Assert.Equal(Some began, Configuration.date(File.ReadAllText run.Configuration))
    File.AppendAllText(facts folder.Path, "two\n")
    Assert.Throws<InvalidDataException>(fun () -> goOn false run again |> ignore) |> ignore

[<Fact>]
let ``what a run's own teaching made is looked at too`` () =
    use folder = new TemporaryFolder()
    File.WriteAllText(facts folder.Path, "one\n")
    let taught = study (task folder.Path) (TinyWorld.study 3).Start 3
    let outcome = Study.run (options folder.Path) taught CancellationToken.None
    Assert.Empty outcome.Failed
    goOn false outcome.Folder taught |> ignore
    let weights = Path.Combine(outcome.Folder.WarmStart 1, "model.safetensors")
    let bytes = File.ReadAllBytes weights
    bytes[bytes.Length - 1] <- bytes[bytes.Length - 1] ^^^ 1uy
    File.WriteAllBytes(weights, bytes)
    let error = Assert.Throws<InvalidDataException>(fun () -> goOn false outcome.Folder taught |> ignore)
    Assert.Contains(Path.Combine("warm-start", "1", "model.safetensors"), error.Message)

// Every moment of a minute gives another prompt.
let private dated = "{{ ['a', 'b', 'c', 'd', 'e', 'f', '?', 'yes'][strftime_now('%S')|int % 8] }} {{ messages[0].content }}"

/// A policy that begins prompts with the date, and a study of it.
let private datedStudy (folder: string) =
    use policy = TinyWorld.policy(Seed.ofInt 3)
    let config = policy.Files.TokenizerConfig.With(ChatTemplates.Of dated)
    Policy.save (origin folder) { policy with Files = { policy.Files with TokenizerConfig = config } }
    study { TinyWorld.writing with AsChat = true } (Checkpoint(origin folder)) 6

let private weightsOf (folder: RunFolder) =
    File.ReadAllBytes(
        Directory.GetFiles(Path.Combine(folder.Path, "policies"), "model.safetensors", SearchOption.AllDirectories)
        |> Assert.Single
    )

[<Fact>]
let ``the moment that a template writes is fixed when a run begins, and is the same after it was stopped`` () =
    use folder = new TemporaryFolder()
    let study = datedStudy folder.Path
    use source = new CancellationTokenSource()
    let stopping = {
        new IProgressSink with
            member _.Started(_, _) = ()
            member _.Step line =
                if line.Step = 2 then
                    source.Cancel()
            member _.Message _ = ()
            member _.Finished _ = ()
            member _.Dispose() = ()
    }
    let stopped = Study.runShowing (fun _ -> stopping) (options folder.Path) study source.Token
    Assert.True stopped.Cancelled
    let date = Configuration.date(File.ReadAllText stopped.Folder.Configuration)
    Assert.InRange(DateTime.UtcNow - date.Value, TimeSpan.Zero, TimeSpan.FromMinutes 5.0)
    Thread.Sleep 1100
    goOn false stopped.Folder study |> ignore
    Assert.Equal(date, Configuration.date(File.ReadAllText stopped.Folder.Configuration))
    let at moment =
        Study.run (options folder.Path) { study with Task = { study.Task with Date = moment } } CancellationToken.None
    Assert.Equal<byte[]>(weightsOf (at date).Folder, weightsOf stopped.Folder)
    Assert.NotEqual<byte[]>(weightsOf (at(Some(date.Value.AddSeconds 1.0))).Folder, weightsOf stopped.Folder)

[<Fact>]
let ``a run begun at one moment does not go on at another`` () =
    use folder = new TemporaryFolder()
    let study = datedStudy folder.Path
    let at (text: string) = { study with Task = { study.Task with Date = Moment.tryParse text } }
    let outcome = Study.run (options folder.Path) (at "2024-07-26") CancellationToken.None
    let error =
        Assert.Throws<InvalidDataException>(fun () -> goOn false outcome.Folder (at "2024-07-27T01:00:00+02:00") |> ignore)
    Assert.Contains("date was \"2024-07-26T00:00:00Z\" and is now \"2024-07-26T23:00:00Z\"", error.Message)

[<Fact>]
let ``without a moment a template that writes one is refused`` () =
    use folder = new TemporaryFolder()
    let study = datedStudy folder.Path
    use policy = Policy.load TorchSharp.torch.float32 TorchSharp.torch.CPU (origin folder.Path)
    let episodes = [| study.Task.Train[0], Seed.ofInt 1 |]
    let error =
        Assert.Throws<InvalidDataException>(fun () ->
            LearningTask.rollouts study.Task (SamplingOptions.at 0.0) policy episodes CancellationToken.None |> ignore)
    Assert.Contains("writes the date (strftime_now), and none was given", error.Message)

[<Theory>]
[<InlineData("2024-07-26", "2024-07-26T00:00:00Z")>]
[<InlineData("2024-07-26T18:30", "2024-07-26T18:30:00Z")>]
[<InlineData("2024-07-26 18:30:05.75Z", "2024-07-26T18:30:05Z")>]
[<InlineData("2024-01-01T01:00:00+02:00", "2023-12-31T23:00:00Z")>]
[<InlineData("26 July 2024", "")>]
[<InlineData("07/26/2024", "")>]
[<InlineData("2024-13-01", "")>]
[<InlineData("", "")>]
let ``a moment is an ISO date or time, in UTC whatever the machine's zone`` (text: string) (expected: string) =
    Assert.Equal(expected, Moment.tryParse text |> Option.map Moment.text |> Option.defaultValue "")
