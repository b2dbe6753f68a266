namespace Levee.Algorithms.Estimators

open Levee.Algorithms
open Levee.Algorithms.Formulas

/// What an estimator makes of rollouts.
type Estimates = {
    /// [trajectory][token] advantage of each action token.
    Advantages: float[][]
    /// [trajectory][token] what the critic's values should have been, where the estimator uses a critic.
    Returns: float[][] option
}

/// Turns rewards into advantages. `Formula` says in one line how, for configurations and reports.
type Estimator = { Formula: string; Needs: Set<Need>; Estimate: Rollouts -> Estimates }
