module Levee.Tests.TrainJourney

open System.IO
open Levee
open Levee.Tests.World
open Xunit

let private data = Path.Combine(Repository.root, "Experiments", "data")

let private small = {
    TrainingOptions.defaults with
        Rollout.BatchSize = 2
        Rollout.GroupSize = 3
        Update.MiniBatchSize = 2
        Update.Epochs = 1
        Measuring.EvaluationQuestions = 2
}

let private configuration () =
    experiment "little" {
        question "Does it run?"
        task(Tasks.atlas data)
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training(fun _ -> small)
        steps 2
        seeds [ 1 ]
        arm "GRPO" Recipes.grpo
    }
    |> Configuration.toJson

[<Fact>]
let ``a configuration runs into a new folder, and the run goes on from there`` () =
    use folder = new TemporaryFolder()
    let file = folder.Write("config.json", configuration())
    let out = folder.File "runs"
    let output = succeeds [ "train"; file; "--output"; out; "--workers"; "1" ]
    Assert.Contains("Does it run?", output)
    Assert.Contains("Report:", output)
    let run = Directory.GetDirectories out |> Assert.Single
    Assert.True(File.Exists(Path.Combine(run, "report.html")))
    Assert.Equal(2, (File.ReadAllLines(Path.Combine(run, "metrics.jsonl"))).Length)
    Assert.Contains("Report:", succeeds [ "train"; "--resume"; run ])
    Assert.Equal(2, (File.ReadAllLines(Path.Combine(run, "metrics.jsonl"))).Length)

[<Fact>]
let ``a run whose data have changed is refused, and goes on where the changes are accepted`` () =
    use folder = new TemporaryFolder()
    let own = folder.File "data"
    Directory.CreateDirectory own |> ignore
    for name in [ "corpus.jsonl"; "train.jsonl"; "dev.jsonl"; "test.jsonl"; "vocabulary.txt" ] do
        File.Copy(Path.Combine(data, name), Path.Combine(own, name))
    let configuration = configuration().Replace(Path.Combine(data, "warm-start"), "START").Replace(data, own)
    let file = folder.Write("config.json", configuration.Replace("START", Path.Combine(data, "warm-start")))
    let out = folder.File "runs"
    succeeds [ "train"; file; "--output"; out ] |> ignore
    let run = Directory.GetDirectories out |> Assert.Single
    let questions = Path.Combine(own, "train.jsonl")
    File.WriteAllLines(questions, File.ReadAllLines questions |> Array.truncate 400)
    let errors = fails 1 [ "train"; "--resume"; run ]
    Assert.Contains($"{questions}: expected", errors)
    Assert.Contains("expected 2489 questions, SHA-256", errors)
    Assert.Contains("found 400 questions, SHA-256", errors)
    Assert.DoesNotContain("corpus.jsonl", errors)
    Assert.Contains("changed, and accepted: ", succeeds [ "train"; "--resume"; run; "--accept-changes" ])
    Assert.Contains("\"changed data\"", File.ReadAllText(Path.Combine(run, "events.jsonl")))
    Assert.Contains("Report:", succeeds [ "train"; "--resume"; run ])
    Assert.Contains("--accept-changes belongs to a run to go on with", fails 2 [ "train"; file; "--accept-changes" ])

[<Fact>]
let ``a run that failed names the command to go on with`` () =
    use folder = new TemporaryFolder()
    let start = policyIn folder
    let weights = Path.Combine(start, "model.safetensors")
    let bytes = File.ReadAllBytes weights
    // The last weights are no numbers.
    Array.fill bytes (bytes.Length - 4096) 4096 0xFFuy
    File.WriteAllBytes(weights, bytes)
    let file = folder.Write("config.json", configuration().Replace(Path.Combine(data, "warm-start"), start))
    let code, output, _ = levee [ "train"; file; "--output"; folder.File "runs" ]
    Assert.Equal(1, code)
    Assert.Contains("To go on: levee train --resume ", output)

[<Fact>]
let ``what is no configuration, or no option, is refused`` () =
    use folder = new TemporaryFolder()
    Assert.Contains("not", fails 1 [ "train"; folder.Write("config.json", "{}") ])
    let errors = fails 2 [ "train"; folder.Write("config.json", configuration()); "--wrokers"; "1" ]
    Assert.Contains("unknown option '--wrokers' for train. Did you mean --workers?", errors)
    Assert.Contains("unknown run ", fails 2 [ "train"; "--resume"; folder.File "none" ])
    Assert.Contains("--resume needs the run", fails 2 [ "train"; "--resume" ])

[<Fact>]
let ``a script runs with the options behind it, and its exit code counts`` () =
    use folder = new TemporaryFolder()
    let answer = folder.File "answer.txt"
    let script =
        folder.Write(
            "three.fsx",
            $"System.IO.File.WriteAllLines(@\"{answer}\", Array.append fsi.CommandLineArgs[1..] [| System.Environment.GetEnvironmentVariable \"LEVEE_RESUME\" |])\nexit 3\n"
        )
    let code, _, _ = levee [ "train"; script; "--steps"; "2" ]
    Assert.Equal(3, code)
    Assert.Equal<string[]>([| "--steps"; "2"; "levee train --resume" |], File.ReadAllLines answer |> Array.filter((<>) "--"))
