namespace Levee.Training

open System
open System.Collections.Concurrent
open System.IO
open System.Threading
open Levee
open Levee.Algorithms
open Levee.Algorithms.Diagnosis
open Levee.Interop.HuggingFace
open Levee.Policies
open Levee.Policies.Transformer
open Levee.Policies.Weights
open Levee.Training.Learning
open Levee.Training.Measuring
open Levee.Training.Records
open Levee.Training.Report
open Levee.Training.Report.Drawing
open Levee.Training.Studies
open Levee.Training.Tasks
open Levee.Training.Terminal
open TorchSharp

/// How a study is run; nothing here changes its numbers but `Threads` and `Device`.
type StudyOptions = {
    /// Folder that run folders are made in.
    Out: string
    /// Runs at a time.
    Workers: int
    /// Threads of each tensor operation.
    Threads: int
    /// Where policies are trained, by torch's name, such as "cpu" or "cuda:0".
    Device: string
    /// Steps between the states that are saved; one is saved besides when a run ends or is cancelled.
    SaveEvery: int
    /// The script that runs the study, where one does.
    Script: ScriptCall option
    /// Whether a run goes on although its data are not those that it was begun with.
    AcceptChanges: bool
}

[<RequireQualifiedAccess>]
module StudyOptions =
    /// A run folder under `runs`, as many runs at a time as there are processors, one thread each.
    let defaults = {
        Out = "runs"
        Workers = Environment.ProcessorCount
        Threads = 1
        Device = "cpu"
        SaveEvery = 10
        Script = None
        AcceptChanges = false
    }

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
        | Taught(policies, _) -> fun seed -> folder.WarmStart(origin policies seed)

    /// What of a step could not be judged, in a sentence: how many trajectories, and the first of their faults.
    let private unjudged (step: StepReport) =
        match List.distinct step.Unjudged with
        | [] -> None
        | faults ->
            let first = faults |> List.truncate 3 |> String.concat "; "
            let more = if faults.Length > 3 then "; and others" else ""
            Some $"{step.Unjudged.Length} of the trajectories sampled could not be judged and were left out: {first}{more}"

    /// What a reader of the console should know of a step besides its numbers.
    let private remarks (step: StepReport) = [
        let metric name = Map.tryFind name step.Metrics |> Option.defaultValue 0.0
        if metric MetricName.updatesSkipped > 0.0 then
            $"{metric MetricName.updatesSkipped} update(s) skipped, loss or gradient not finite"
        for message in Option.toList(unjudged step) do
            message
        if step.Step = 1 && metric MetricName.lldsInert >= 1.0 - 1e-6 then
            "LLDS is inert: at every update its reference is the current policy. Make more than one update a rollout, or take an older reference."
        for event in step.Events do
            $"{Phase.name event.Phase} since step {event.Since}: {event.Message}"
    ]

    let private eventLine run (event: PhaseEvent) : EventLine = {
        Run = run
        Step = event.Step
        Phase = Phase.name event.Phase
        Since = event.Since
        Message = event.Message
    }

    let private unjudgedLine run (step: StepReport) message : EventLine = {
        Run = run
        Step = step.Step
        Phase = EventLine.Unjudged
        Since = step.Step
        Message = message
    }

    /// That a run goes on over data which are not those that it was begun with.
    let private acceptedLine run (state: SavedState option) (changes: string list) : EventLine =
        let step = state |> Option.map _.Content.Step |> Option.defaultValue 0
        let changes = String.concat " | " changes
        {
            Run = run
            Step = step
            Phase = "changed data"
            Since = step
            Message = $"went on, as the user accepted: {changes}"
        }

    let private barLine run step (bar: LldBar) : BarLine = {
        Run = run
        Step = step
        QuestionId = bar.Question.Id
        Question = bar.Question.Text
        Correct = bar.Correct
        Incorrect = bar.Incorrect
        Change = Some bar.Change |> Option.filter Double.IsFinite
    }

    /// The policy that a run begins with: that of a folder, or an adapter beside it.
    let private load (options: TrainingOptions) device seed folder =
        let dtype = Precision.dtype options.Precision
        match options.Adapter with
        | None -> Policy.load dtype device folder
        | Some adapter ->
            use frozen = Policy.loadFrozen dtype device folder
            Policy.adapt adapter folder (Seed.named "adapter" seed) frozen

    let private train
        (device: torch.Device)
        (folder: RunFolder)
        (experiment: Experiment)
        saveEvery
        start
        (metrics: MetricsWriter)
        (bars: BarsWriter)
        (log: JsonLinesWriter<EventLine>)
        (sink: IProgressSink)
        (cancellation: CancellationToken)
        (run: RunId, arm: Arm)
        (saved: SavedState option)
        =
        let options = arm.Training
        let seed = Seed.ofInt run.Seed |> Seed.named "run"
        use policy = load options device seed (start run.Seed)
        let plan = { Task = experiment.Task; Recipe = arm.Recipe; Options = options; Seed = seed }
        use samples = new StreamWriter(folder.Trajectories run, append = true)
        use events = new TensorBoardWriter(folder.TensorBoard run, DateTimeOffset.Now)
        // What a state stands for is on the disk before the state is.
        let save state =
            metrics.Sync()
            bars.Sync()
            log.Sync()
            (samples.BaseStream :?> FileStream).Flush(flushToDisk = true)
            State.save (folder.States run) run samples.BaseStream.Length state
        let report (step: StepReport) state =
            let line = { Step = step.Step; Arm = run.Arm; Seed = run.Seed; Values = step.Metrics }
            metrics.Write line
            events.Write(line, DateTimeOffset.Now)
            step.Bars |> Array.iter(barLine run step.Step >> bars.Write)
            sink.Step line
            for message in remarks step do
                sink.Message $"{run}: step {step.Step}: {message}"
            unjudged step |> Option.iter(unjudgedLine run step >> log.Write)
            for event in step.Events do
                log.Write(eventLine run event)
                if event.Action = PhaseAction.Snapshot then
                    Policy.save (folder.PolicyAt(run, step.Step)) policy
            if step.Bars.Length > 0 then
                let worst = step.Bars |> Array.minBy _.Change
                let text = Diagnosis.explain options.Temperature policy worst
                let heading = $"== step {step.Step}: {worst.Question.Text} (%.2f{worst.Change} nats) ==\n\n"
                File.WriteAllText(folder.Displacement(run, step.Step), heading + text + "\n")
            if step.Step = 1 || step.Step % 25 = 0 || step.Step = options.Steps then
                samples.Write(Readable.sample policy.Tokenizer options.GroupSize 2 step.Step step.Trajectories)
                samples.Flush()
            if step.Step % saveEvery = 0 then
                save state
        sink.Started(run, options.Steps)
        try
            let first = Reinforce.start plan policy |> Option.foldBack State.restore saved
            let last = Reinforce.advance plan report cancellation first
            if last.Step > first.Step && last.Step % saveEvery <> 0 then
                save last
            Reinforce.dispose last
            if not(Reinforce.isDone plan last) then
                cancellation.ThrowIfCancellationRequested()
        finally
            Policy.save (folder.Policy run) policy
            sink.Finished run

    /// The largest number of steps of any arm.
    let steps (experiment: Experiment) = experiment.Arms |> List.map(fun arm -> arm.Training.Steps) |> List.max

    /// Writes the report of a run folder from what stands in it, and gives the arms' summaries.
    let private report (folder: RunFolder) (experiment: Experiment) (notes: string list) =
        let runs = ofArms experiment
        let content: ReportContent = {
            Title = experiment.Name
            Question = experiment.Question
            Arms = experiment.Arms |> List.map(fun arm -> arm.Name, Recipe.formula arm.Recipe)
            Plan = runs |> List.map(fun (run, arm) -> run, arm.Training.Steps)
            Lines = (Metrics.read folder.Metrics).Lines
            Bars = (BarLines.read folder.Bars).Lines
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

    /// What a report says of events: all of the phases, and of trajectories that could not be judged the first in each run.
    let private eventNotes (events: EventLine list) = [
        for _, lines in events |> List.filter _.IsUnjudged |> List.groupBy _.Run do
            let others =
                if lines.Length > 1 then
                    $"; so were some at {lines.Length - 1} later steps"
                else
                    ""
            string lines.Head + others
        for event in events do
            if not event.IsUnjudged then
                string event
    ]

    /// The newest sound state of each run, and what is to be said of it.
    let private findStates (folder: RunFolder) runs =
        let found = [ for run, _ in runs -> run, State.latest (folder.States run) run ]
        let tell (run: RunId, (saved: SavedState option, damaged)) = [
            for problem in damaged do
                $"{run}: a damaged state is passed over: {problem}"
            match saved with
            | Some state -> $"{run}: goes on from step {state.Content.Step}"
            | None when not(List.isEmpty damaged) -> $"{run}: no state is sound: starts again from the beginning"
            | None -> ()
        ]
        Map.ofList [ for run, (saved, _) in found -> run, saved ], List.collect tell found

    /// Cuts what was written back to the states that are gone on from.
    let private cutBack (folder: RunFolder) (states: Map<RunId, SavedState option>) =
        let at whole part run = Map.tryFind run states |> Option.flatten |> Option.map part |> Option.defaultValue whole
        for file in [ folder.Metrics; folder.Bars; folder.Events ] do
            CutBack.lines (at 0 _.Content.Step) file
        for run in states.Keys do
            CutBack.bytes (at 0L _.Content.Trajectories run) (folder.Trajectories run)

    /// A study whose chat templates write one moment from beginning to end.
    let private dated moment (experiment: Experiment) = {
        experiment with
            Task = { experiment.Task with Date = Some(Moment.ofTime moment) }
    }

    let private undated (experiment: Experiment) = { experiment with Task = { experiment.Task with Date = None } }

    /// What is outside of a run folder and a study depends on.
    let private outside (experiment: Experiment) = [
        yield! Fingerprints.ofTask experiment.Task
        match experiment.Start with
        | Checkpoint folder -> yield! Fingerprints.ofPolicy folder
        | Taught _ -> ()
        for folder in experiment.Arms |> List.collect(fun arm -> References.folders(Recipe.needs arm.Recipe)) |> List.distinct do
            yield! Fingerprints.ofPolicy folder
    ]

    /// The policies that a run folder's own teaching made.
    let private taught (folder: RunFolder) (experiment: Experiment) = [
        match experiment.Start with
        | Checkpoint _ -> ()
        | Taught(policies, _) ->
            for index in experiment.Seeds |> List.map(origin policies) |> List.distinct do
                for fingerprint in Fingerprints.ofPolicy(folder.WarmStart index) do
                    { fingerprint with Of = Path.GetRelativePath(folder.Path, fingerprint.Of) }
    ]

    /// A study that is begun or gone on with, and what is to be said of its data.
    type private Undertaking = {
        Experiment: Experiment
        /// The fingerprints of what is outside of the run folder.
        Data: Fingerprint list
        /// Changes of the data that the user accepts.
        Accepted: string list
        Messages: string list
    }

    /// How the data differ from what was recorded of them, and what is to be said where nothing was. What the folder's own teaching made is compared where it
    /// is still there: what is not is taught again, to the same.
    let private changesSince (folder: RunFolder) experiment data recorded =
        match recorded with
        | None ->
            [],
            [
                "What the data were when this run began was not recorded, by an earlier version: they are not compared. It is from now on."
            ]
        | Some(recorded: Fingerprint list) ->
            let folderOf (fingerprint: Fingerprint) = Path.GetDirectoryName fingerprint.Of
            let isTaught (fingerprint: Fingerprint) = fingerprint.Of.StartsWith("warm-start", StringComparison.Ordinal)
            let ours, others = List.partition isTaught recorded
            let found = taught folder experiment
            let both = Set.intersect (set(List.map folderOf ours)) (set(List.map folderOf found))
            let compared = List.filter(fun fingerprint -> both.Contains(folderOf fingerprint))
            Fingerprints.changes (others @ compared ours) (data @ compared found), []

    /// Writes down what the data are that the runs of a folder go on from now on.
    let private record (folder: RunFolder) (undertaking: Undertaking) accepted =
        let experiment = undertaking.Experiment
        let data = undertaking.Data @ taught folder experiment
        let configuration = File.ReadAllText folder.Configuration |> Configuration.withData experiment.Task.Date data
        RunFolder.describe
            folder
            None
            (if List.isEmpty accepted then
                 configuration
             else
                 Configuration.withAccepted (Moment.now()) accepted configuration)

    /// Does what is left of a study.
    let private conduct
        (show: (RunId * int) list -> IProgressSink)
        (options: StudyOptions)
        (folder: RunFolder)
        (undertaking: Undertaking)
        (interruption: CancellationToken)
        =
        use _ = RunFolder.enter folder
        let experiment = undertaking.Experiment
        use limited = CancellationTokenSource.CreateLinkedTokenSource interruption
        Option.iter (fun (budget: TimeSpan) -> limited.CancelAfter budget) experiment.Budget
        let cancellation = limited.Token
        torch.set_num_threads options.Threads
        let device = Devices.named options.Device
        RunFolder.sweep folder
        let runs = ofArms experiment
        let states, messages = findStates folder runs
        cutBack folder states
        record folder undertaking undertaking.Accepted
        let plan = [ for run, arm in runs -> run, arm.Training.Steps ]
        let lessons =
            match experiment.Start with
            | Checkpoint _ -> []
            | Taught(policies, teaching) -> [
                for create in Option.toList experiment.Task.Beginner do
                    for index in experiment.Seeds |> List.map(origin policies) |> List.distinct do
                        // A policy appears there whole, once it is taught.
                        if not(Directory.Exists(folder.WarmStart index)) then
                            index, create, teaching
              ]
        let failed =
            use metrics = new MetricsWriter(folder.Metrics)
            use bars = new BarsWriter(folder.Bars)
            use log = new JsonLinesWriter<EventLine>(folder.Events, EventLines.format)
            use sink = show([ for index, _, teaching in lessons -> { Arm = "warm start"; Seed = index }, teaching.Steps ] @ plan)
            List.iter sink.Message (undertaking.Messages @ messages)
            if not undertaking.Accepted.IsEmpty then
                for run, _ in runs do
                    log.Write(acceptedLine run states[run] undertaking.Accepted)
            let failedLessons =
                [
                    for index, create, teaching in lessons ->
                        { Arm = "warm start"; Seed = index }, fun () -> teach folder experiment.Task create teaching sink cancellation index
                ]
                |> inParallel options.Workers
            if not failedLessons.IsEmpty then
                failedLessons
            else
                if not lessons.IsEmpty then
                    record folder undertaking []
                let start = starts folder experiment
                [
                    for run, arm in runs ->
                        run,
                        fun () ->
                            cancellation.ThrowIfCancellationRequested()
                            train device folder experiment options.SaveEvery start metrics bars log sink cancellation (run, arm) states[run]
                ]
                |> inParallel options.Workers
        let errors = [
            for run, error in failed do
                if not(isCancellation error) then
                    run, error.Message
        ]
        let cancelled = failed |> List.exists(snd >> isCancellation)
        let notes = [
            match experiment.Budget with
            | Some budget when cancelled && not interruption.IsCancellationRequested -> $"The budget of {budget} was used up."
            | _ when cancelled -> "The study was interrupted."
            | _ -> ()
            for run, message in errors do
                $"{run} failed: {message}"
            yield! eventNotes (EventLines.read folder.Events).Lines
        ]
        { Folder = folder; Arms = report folder experiment notes; Failed = errors; Cancelled = cancelled }

    /// That what the runs start from is there, before anything is written.
    let private checkStart (experiment: Experiment) =
        match experiment.Start with
        | Checkpoint folder -> (ModelFolder folder).Check()
        | Taught _ -> ()

    /// What a user should know of the files that the runs start from, a line each. Raises as loading them does.
    let notices (experiment: Experiment) =
        match experiment.Start with
        | Checkpoint folder -> Policy.notices folder
        | Taught _ -> []

    /// `run`, with `show` making what is told of the progress, given each run to come with its steps. Raises `IOException` that names what is missing
    /// where the policy to start from is not there.
    let runShowing show (options: StudyOptions) (experiment: Experiment) cancellation =
        checkStart experiment
        let experiment = dated (Option.defaultWith Moment.now experiment.Task.Date) experiment
        let data, message = Fingerprints.timed(fun () -> outside experiment)
        let folder = RunFolder.create options.Out experiment.Name DateTime.Now
        Configuration.onMachine options.Threads options.Device experiment
        |> Configuration.withData experiment.Task.Date data
        |> RunFolder.describe folder options.Script
        conduct show options folder { Experiment = experiment; Data = data; Accepted = []; Messages = [ message ] } cancellation

    /// Runs the experiment into a new folder, with its progress on the console. Cancelling stops every run after its current step and saves its state; what was
    /// done is in the folder, with a report. An error in one run does not stop the others.
    let run options experiment cancellation = runShowing StudyConsole.progress options experiment cancellation

    /// Goes on with an experiment that was stopped, however it was, in its folder: every run from its newest sound state, to the same metrics and weights as if
    /// nothing had happened. What is damaged is said and passed over. `show` as in `runShowing`. Raises `InvalidDataException` naming the first setting in
    /// which the experiment is not the one that was begun, or all data that are others than then unless `AcceptChanges` is set, and `IOException` where
    /// another process is at work in the folder.
    let resumeShowing show (options: StudyOptions) (folder: RunFolder) (experiment: Experiment) cancellation =
        let refuse problem remedy =
            raise(InvalidDataException $"{folder.Configuration}: {problem}A run goes on only as it was begun: {remedy}.")
        let begun = File.ReadAllText folder.Configuration
        // Earlier versions fixed no moment; theirs is the one at which the run began.
        let moment = Configuration.date begun |> Option.defaultWith(fun () -> File.GetLastWriteTimeUtc folder.Configuration)
        let experiment = dated (Option.defaultValue moment experiment.Task.Date) experiment
        let isRecorded = (Configuration.date begun).IsSome
        let now = Configuration.onMachine options.Threads options.Device (if isRecorded then experiment else undated experiment)
        for difference in Option.toList(Configuration.difference begun now) do
            refuse $"{difference}. " "bring the setting back, or start a new run"
        let data, message = Fingerprints.timed(fun () -> outside experiment)
        let changes, notRecorded = changesSince folder experiment data (Configuration.fingerprints begun)
        if not changes.IsEmpty && not options.AcceptChanges then
            let list = changes |> List.map(fun change -> $"\n  {change}") |> String.concat ""
            refuse
                $"the run was begun over other data:{list}\n"
                "bring the data back, start a new run, or go on over what is there now with --accept-changes, which is written down"
        let undertaking = {
            Experiment = experiment
            Data = data
            Accepted = changes
            Messages = [
                message
                yield! notRecorded
                for change in changes do
                    $"changed, and accepted: {change}"
            ]
        }
        conduct show options folder undertaking cancellation

    /// `resumeShowing` on the console.
    let resume options folder experiment cancellation = resumeShowing StudyConsole.progress options folder experiment cancellation
