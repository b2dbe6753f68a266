namespace Levee.Training.Records

open Levee
open Levee.Algorithms.Diagnosis
open Levee.Training.Learning

/// The content of a good state, which a run can roll back to, besides its tensors.
type SavedGood = { Step: int; Phases: PhaseState; Updates: int list }

/// The content of a run's state besides its tensors.
type StateContent = {
    /// The version of this layout; another one cannot be read.
    Format: int
    Arm: string
    Seed: int
    Step: int
    Stopped: bool
    Streaks: int list
    /// The states of the recipe's controllers, by name.
    Controllers: Map<string, float[]>
    Phases: PhaseState
    Updates: int list
    Good: SavedGood list
    /// Length in bytes of the run's file of trajectories as text. Whatever follows is cut off before the run goes on.
    Trajectories: int64
    /// The good responses of the policy's own that the run is measured by.
    Own: Trajectory[]
}

/// A state on the disk that was found sound.
type SavedState = { Folder: string; Content: StateContent }

/// The state of a run between two steps as a folder, `step-12`: `state.safetensors`, `state.json`, and `SHA256SUMS` of both, which `sha256sum -c` checks.
///
/// It holds neither a place in the data nor generators of random numbers, because both follow from the step: which questions are asked, what is sampled and
/// how it is shuffled derive from the plan's seed and the number of the step alone. So a run that goes on from a state comes to the same metrics and weights,
/// bit for bit, as if it had never stopped.
[<RequireQualifiedAccess>]
module State =
    /// The name of the file of checksums, as `sha256sum -c` reads it.
    val sumsName: string

    /// The name of the file of what a state holds besides its tensors.
    val contentName: string

    /// The number of a run's states that are kept: the newest, and one to use where the newest is damaged.
    val kept: int

    /// Saves the state of a run into a new folder of `states`, and removes all others but the one before. Everything is written to a folder beside it first, and to the
    /// disk, so that whenever the process or the machine dies there is a whole state: this one or the one before. `trajectories` is the length of the
    /// run's trajectories as text. Raises `IOException` where the disk is full or cannot be written.
    val save: states: string -> run: RunId -> trajectories: int64 -> state: RunState -> unit

    /// The newest sound state of a run in `states`, if there is one, and what is wrong with each newer one: which file, and what.
    val latest: states: string -> run: RunId -> SavedState option * string list

    /// Brings a run that was just started to a saved state of it, bit for bit, in place. Raises `InvalidDataException` where the state is of another
    /// recipe or policy.
    val restore: saved: SavedState -> state: RunState -> RunState
