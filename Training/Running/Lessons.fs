namespace Levee.Training.Running

open Levee
open Levee.Policies
open Levee.Training.Learning
open Levee.Training.Records
open Levee.Training.Studies
open Levee.Training.Tasks

/// The policies that a study teaches before its runs, and which run starts from which.
[<RequireQualifiedAccess>]
module internal Lessons =
    /// Teaches the policy of a number, from its own seed, and saves it in the run folder.
    let teach (folder: RunFolder) task (create: Seed -> Policy) (teaching: WarmStartOptions) (sink: IProgressSink) cancellation index =
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
    let origin policies seed = ((seed % policies) + policies) % policies

    /// The folder that each seed's policy starts from.
    let starts (folder: RunFolder) (experiment: Experiment) =
        match experiment.Start with
        | Checkpoint path -> fun _ -> path
        | Taught(policies, _) -> fun seed -> folder.WarmStart(origin policies seed)
