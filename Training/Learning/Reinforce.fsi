namespace Levee.Training.Learning

open System.Threading
open Levee
open Levee.Algorithms.Diagnosis
open Levee.Policies
open Levee.Training.Measuring

/// The results that a finished step leaves for the report.
type StepReport = {
    /// The step, from 1.
    Step: int
    /// The step's measurements, by name.
    Metrics: Map<string, float>
    /// The trajectories of the groups that the step trained on, with those that were left out because they could not be judged.
    Trajectories: Trajectory[]
    /// The faults of the trajectories, among all that were sampled, that could not be judged, in words.
    Unjudged: string list
    /// The per-sample measure of displacement after this step's updates, where it was due.
    PerSample: PerSampleChange[]
    /// The actions that were taken because the run entered a phase.
    Events: PhaseEvent list
}

/// A state to go back to.
type GoodState = { Step: int; Snapshot: Snapshot; Phases: PhaseState }

/// All that a run is between two steps.
type RunState = {
    /// Steps done.
    Step: int
    Learner: Learner
    Phases: PhaseState
    /// The states that the recipe's controllers have at the next step, by name.
    Controllers: Map<string, float[]>
    /// The states that can be gone back to, the latest first; kept where an action may roll back.
    Good: GoodState list
    /// For each stop rule, the number of measurements in a row that have met it.
    Streaks: int list
    /// True when an action or a stop rule has ended the run.
    Stopped: bool
    /// The demonstrations that the run is measured by; never changes.
    Probe: Probe
    /// Good responses of the policy's own, from the first step that had any; empty before.
    Own: Probe
}

/// Multi-turn reinforcement learning: rollouts, advantages, several updates against the policy that sampled them.
[<RequireQualifiedAccess>]
module Reinforce =
    /// One step: rollouts, updates, measurements, and what is done about the phase. The learner is updated in place. Cancellation is heeded while
    /// the step samples, before anything has changed, so that a step happens as a whole or not at all: it raises `OperationCanceledException` with the
    /// state as it was.
    val step: plan: RunPlan -> cancellation: CancellationToken -> state: RunState -> RunState * StepReport

    /// A run before its first step. The policy is updated in place from then on. Raises `ArgumentException` on plans out of range.
    val start: plan: RunPlan -> policy: Policy -> RunState

    /// True when there is nothing left to do.
    val isDone: plan: RunPlan -> state: RunState -> bool

    /// Frees all but the policy.
    val dispose: state: RunState -> unit

    /// Does the steps that are left, or those until cancelled, and gives the state after the last of them. `report` gets every step with the state
    /// after it. The state given is used up, and freed where a step or a report fails.
    val advance: plan: RunPlan -> report: (StepReport -> RunState -> unit) -> cancellation: CancellationToken -> state: RunState -> RunState

    /// Trains a policy in place. What happens depends on the plan and the policy alone: same seed, same machine, same threads, same result, bit for
    /// bit. `report` gets every step. Raises `ArgumentException` on plans out of range, `OperationCanceledException` when cancelled, with the policy as
    /// the last finished step left it.
    val run: plan: RunPlan -> report: (StepReport -> unit) -> cancellation: CancellationToken -> policy: Policy -> unit
