namespace Levee.Algorithms.Estimators

open Levee.Algorithms
open Levee.Algorithms.Formulas

/// The result of an estimator for some rollouts.
type Estimates = {
    /// [trajectory][token] advantage of each action token.
    Advantages: float[][]
    /// [trajectory][token] the values that the critic should have given, where the estimator uses a critic.
    Returns: float[][] option
}

/// Turns rewards into advantages.
type Estimator = {
    /// How, for configurations and reports; `Term.name "mine"` for one of a script's own.
    Term: Term
    Needs: Set<Need>
    /// True when a trajectory is compared with its own group alone. Then a group without signal has advantages of exactly 0, and whitening leaves them so.
    /// Any other estimator compares over the whole step, or with a critic.
    IsGroupRelative: bool
    /// Rewards that it asks for besides the outcome; a trainer looks before the estimate whether each gives a number.
    Parts: RewardPart list
    /// Raises `ArgumentException` for a trajectory that was not judged.
    Estimate: Rollouts -> Estimates
} with

    /// The term in one line.
    member this.Formula = Term.text this.Term
