namespace Levee.Training.Tasks

open System
open System.Threading
open Levee
open Levee.Environments
open Levee.Policies
open Levee.Policies.Sampling

/// A task to be learnt: questions, the world they are answered in, and a teacher's answers.
type LearningTask = {
    Name: string
    /// The folder that its data was read from.
    Folder: string
    /// The files that its questions and its world were read from; their content is looked at when a run begins and when it goes on.
    Files: string list
    /// Questions to train on.
    Train: Question[]
    /// Questions about what training never shows.
    HeldOut: Question[]
    Environment: IEnvironment
    /// True when prompts are put to a policy in its own chat template, where it has one, and with the special tokens of its tokenizer's file otherwise.
    AsChat: bool
    /// The moment, in UTC, that chat templates may write as today's date. A study takes the moment at which it begins where there is none; a template
    /// that writes the date is refused where there is none elsewhere.
    Date: DateTime option
    Rollout: RolloutOptions
    /// A demonstration of a question, flawed on purpose with the given probability, in the tokens of a policy's tokenizer. The log-probabilities of
    /// its actions are zero: nobody sampled them.
    Demonstrate: ITokenizer -> float -> Question -> Seed -> Segment list
    /// A fresh policy for the task, its weights drawn from the seed, where the task has one.
    Beginner: (Seed -> Policy) option
}

[<RequireQualifiedAccess>]
module LearningTask =
    /// A demonstration as a trajectory without reward.
    let demonstration (task: LearningTask) tokenizer flaws question seed : Trajectory = {
        Trajectory.empty with
            Question = question
            Segments = task.Demonstrate tokenizer flaws question seed
    }

    let private rolloutOptions (task: LearningTask) policy =
        if task.Rollout.StopTokens.IsEmpty then
            { task.Rollout with StopTokens = Policy.stopTokens policy }
        else
            task.Rollout

    /// Episodes of questions, each with its seed, in order, written by a policy. `told` gets the place and the trajectory of each as soon as it has
    /// ended.
    let rolloutsTelling
        (told: int -> Trajectory -> unit)
        (task: LearningTask)
        (sampling: SamplingOptions)
        (policy: Policy)
        (episodes: (Question * Seed)[])
        (cancellation: CancellationToken)
        =
        let environment =
            if task.AsChat then
                PromptFrame.around (PromptFrame.ofPolicy task.Date policy) task.Environment
            else
                task.Environment
        let sampler = Sampling.create sampling policy.Model
        Rollout.runTelling told (rolloutOptions task policy) policy.Tokenizer environment sampler episodes cancellation
        |> _.GetAwaiter().GetResult()

    /// `rolloutsTelling`, told at the end alone.
    let rollouts task sampling policy episodes cancellation = rolloutsTelling (fun _ _ -> ()) task sampling policy episodes cancellation

    /// A fresh policy for the task. Raises `InvalidOperationException` where the task has none.
    let beginner (task: LearningTask) seed =
        match task.Beginner with
        | Some create -> create seed
        | None -> invalidOp $"The task {task.Name} has no fresh policy: start from a checkpoint."
