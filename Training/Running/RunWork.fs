namespace Levee.Training.Running

open System
open System.IO
open System.Threading
open Levee
open Levee.Algorithms
open Levee.Algorithms.Diagnosis
open Levee.Policies
open Levee.Policies.Weights
open Levee.Training.Learning
open Levee.Training.Measuring
open Levee.Training.Records
open Levee.Training.Studies
open TorchSharp

/// One run of a study.
[<RequireQualifiedAccess>]
module internal RunWork =
    /// The policy that a run begins with: that of a folder, or an adapter beside it.
    let private load (options: TrainingOptions) device seed folder =
        let dtype = Precision.dtype options.Precision
        match options.Adapter with
        | None -> Policy.load dtype device folder
        | Some adapter ->
            use frozen = Policy.loadFrozen dtype device folder
            Policy.adapt adapter folder (Seed.named "adapter" seed) frozen

    /// Trains from where the saved state stands, else from the beginning; what is measured goes to the files of the run folder.
    let train
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
            step.Bars |> Array.iter(StepLines.barLine run step.Step >> bars.Write)
            sink.Step line
            for message in StepLines.remarks step do
                sink.Message $"{run}: step {step.Step}: {message}"
            StepLines.unjudged step |> Option.iter(StepLines.unjudgedLine run step >> log.Write)
            for event in step.Events do
                log.Write(StepLines.eventLine run event)
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
