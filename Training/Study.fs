namespace Levee

open System
open System.Collections.Concurrent
open System.IO
open System.Threading
open Levee.Report
open TorchSharp

/// How a study is run; nothing here changes its numbers but `Threads`.
type StudyOptions = {
    /// Folder that run folders are made in.
    Out: string
    /// Runs at a time.
    Workers: int
    /// Threads of each tensor operation.
    Threads: int
}

[<RequireQualifiedAccess>]
module StudyOptions =
    /// A run folder under `runs`, as many runs at a time as there are processors, one thread each.
    let defaults = { Out = "runs"; Workers = Environment.ProcessorCount; Threads = 1 }

/// How a study ended.
type StudyOutcome = {
    Folder: RunFolder
    Arms: ArmSummary list
    /// Runs that ended with an error, with its message.
    Failed: (RunId * string) list
    /// Whether it was interrupted.
    Cancelled: bool
}

/// Runs an experiment: every arm with every seed, several at a time, into a run folder.
[<RequireQualifiedAccess>]
module Study =
    let private ofArms (experiment: Experiment) = [
        for seed in experiment.Seeds do
            for arm in experiment.Arms -> { Arm = arm.Name; Seed = seed }, arm
    ]

    /// Runs jobs on threads of their own, `workers` at a time, in order; gives the errors by job.
    let private inParallel workers (jobs: ('key * (unit -> unit)) list) =
        let waiting = ConcurrentQueue jobs
        let failed = ConcurrentQueue<'key * exn>()
        let rec work () =
            match waiting.TryDequeue() with
            | true, (key, job) ->
                try
                    job()
                with error ->
                    failed.Enqueue(key, error)
                work()
            | _ -> ()
        let threads = [ for _ in 1 .. min workers jobs.Length -> Thread(work, 16 * 1024 * 1024) ]
        for thread in threads do
            thread.Start()
        for thread in threads do
            thread.Join()
        List.ofSeq failed

    let private isCancellation (error: exn) = error :? OperationCanceledException

    let private teach
        (folder: RunFolder)
        task
        (create: Seed -> Policy)
        (teaching: WarmStartOptions)
        (sink: IProgressSink)
        cancellation
        index
        =
        let run = { Arm = "warm start"; Seed = index }
        sink.Started(run, teaching.Steps)
        let seed = Seed.ofInt index |> Seed.named "warm start"
        use policy = create(Seed.named "weights" seed)
        let report step loss =
            sink.Step { Step = step + 1; Arm = run.Arm; Seed = index; Values = Map.ofList [ "train/loss", loss ] }
        WarmStart.run teaching task (Seed.named "lessons" seed) report cancellation policy
        Policy.save (folder.WarmStart index) policy
        sink.Finished run

    /// Which of the policies taught a seed starts from.
    let private origin policies seed = ((seed % policies) + policies) % policies

    /// The folder that each seed's policy starts from.
    let private starts (folder: RunFolder) (experiment: Experiment) =
        match experiment.Start with
        | Checkpoint path -> fun _ -> path
        | Taught(policies, _, _) -> fun seed -> folder.WarmStart(origin policies seed)

    /// What a reader of the console should know of a step besides its numbers.
    let private remarks (step: StepReport) = [
        let metric name = Map.tryFind name step.Metrics |> Option.defaultValue 0.0
        if metric MetricName.updatesSkipped > 0.0 then
            $"{metric MetricName.updatesSkipped} update(s) skipped, loss or gradient not finite"
        if step.Step = 1 && metric MetricName.lldsInert >= 1.0 - 1e-6 then
            "LLDS is inert: at every update its reference is the current policy. Make more than one update a rollout, or take an older reference."
        for event in step.Events do
            $"{Phase.name event.Phase} since step {event.Since}: {event.Message}"
    ]

    let private train
        (folder: RunFolder)
        (experiment: Experiment)
        start
        (metrics: MetricsWriter)
        (sink: IProgressSink)
        cancellation
        (run: RunId, arm: Arm)
        =
        let options = arm.Adjust experiment.Training
        use policy = Policy.load torch.float32 torch.CPU (start run.Seed)
        let plan = {
            Task = experiment.Task
            Recipe = arm.Recipe
            Options = options
            Seed = Seed.ofInt run.Seed |> Seed.named "run"
        }
        use samples = new StreamWriter(folder.Trajectories run)
        let report (step: StepReport) =
            let line = { Step = step.Step; Arm = run.Arm; Seed = run.Seed; Values = step.Metrics }
            metrics.Write line
            sink.Step line
            for message in remarks step do
                sink.Message $"{run}: step {step.Step}: {message}"
            for event in step.Events do
                if event.Action = PhaseAction.Snapshot then
                    Policy.save (folder.PolicyAt(run, step.Step)) policy
            if step.Step = 1 || step.Step % 25 = 0 || step.Step = options.Steps then
                samples.Write(Readable.sample policy.Tokenizer options.GroupSize 2 step.Step step.Trajectories)
                samples.Flush()
        sink.Started(run, options.Steps)
        try
            Reinforce.run plan report cancellation policy
        finally
            Policy.save (folder.Policy run) policy
            sink.Finished run

    /// The largest number of steps of any arm.
    let steps (experiment: Experiment) = experiment.Arms |> List.map(fun arm -> (arm.Adjust experiment.Training).Steps) |> List.max

    /// Writes the report of a run folder from what stands in it, and gives the arms' summaries.
    let private report (folder: RunFolder) (experiment: Experiment) (notes: string list) =
        let runs = ofArms experiment
        let content: ReportContent = {
            Title = experiment.Name
            Question = experiment.Question
            Arms = experiment.Arms |> List.map(fun arm -> arm.Name, Recipe.formula arm.Recipe)
            Plan = runs |> List.map(fun (run, arm) -> run, (arm.Adjust experiment.Training).Steps)
            Lines = (Metrics.read folder.Metrics).Lines
            Configuration = File.ReadAllText folder.Configuration
            Samples = [
                for run, _ in runs do
                    let path = folder.Trajectories run
                    if File.Exists path then
                        { Caption = string run; Text = File.ReadAllText path }
            ]
            Notes = notes
        }
        Html.write folder.Report content
        Summary.arms (Summary.defaultWindow(steps experiment)) (experiment.Arms |> List.map _.Name) content.Lines

    /// Runs the experiment. Cancelling stops every run after its current update; what was done is in the folder, with a report. An error in one
    /// run does not stop the others. `show` makes what is told of the progress, given each run to come with its steps.
    let runShowing
        (show: (RunId * int) list -> IProgressSink)
        (options: StudyOptions)
        (experiment: Experiment)
        (cancellation: CancellationToken)
        =
        torch.set_num_threads options.Threads
        let folder = RunFolder.create options.Out experiment.Name DateTime.Now
        File.WriteAllText(folder.Configuration, Configuration.toJson options.Threads options.Workers experiment)
        let runs = ofArms experiment
        let plan = [ for run, arm in runs -> run, (arm.Adjust experiment.Training).Steps ]
        let lessons =
            match experiment.Start with
            | Checkpoint _ -> []
            | Taught(policies, create, teaching) -> [
                for index in experiment.Seeds |> List.map(fun seed -> origin policies seed) |> List.distinct -> index, create, teaching
              ]
        let failed =
            use metrics = new MetricsWriter(folder.Metrics)
            use sink = show([ for index, _, teaching in lessons -> { Arm = "warm start"; Seed = index }, teaching.Steps ] @ plan)
            let taught =
                [
                    for index, create, teaching in lessons ->
                        { Arm = "warm start"; Seed = index }, fun () -> teach folder experiment.Task create teaching sink cancellation index
                ]
                |> inParallel options.Workers
            if not taught.IsEmpty then
                taught
            else
                let start = starts folder experiment
                [
                    for run, arm in runs ->
                        run,
                        fun () ->
                            cancellation.ThrowIfCancellationRequested()
                            train folder experiment start metrics sink cancellation (run, arm)
                ]
                |> inParallel options.Workers
        let errors = [
            for run, error in failed do
                if not(isCancellation error) then
                    run, error.Message
        ]
        let cancelled = failed |> List.exists(snd >> isCancellation)
        let notes = [
            if cancelled then
                "The study was interrupted."
            for run, message in errors do
                $"{run} failed: {message}"
        ]
        { Folder = folder; Arms = report folder experiment notes; Failed = errors; Cancelled = cancelled }

    /// Runs the experiment with its progress on the console: `runShowing StudyConsole.progress`.
    let run options experiment cancellation = runShowing StudyConsole.progress options experiment cancellation
