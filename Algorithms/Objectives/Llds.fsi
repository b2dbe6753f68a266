namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas

/// The condition under which the penalty is on, given d = log pi_reference - log pi (positive where a token became less likely).
[<RequireQualifiedAccess>]
type Gate =
    /// The penalty is on at every token (arXiv 2512.04220, Eq. 9).
    | Token

    /// The penalty is on at all tokens of an action whose d sums to more than the threshold (Eq. 4, the paper's default).
    | Action

    /// The penalty is on at all tokens of a run of preserved tokens within an action, where the run's d sums to more than the threshold: the released code.
    /// This is the same as `Action` where all tokens of an action have advantages on the same side of the preserving set, as under group-relative advantages.
    | Segment

    /// The penalty is on at all tokens of a response whose d sums to more than the threshold (Eq. 10).
    | Response

/// The number that the summed penalty is divided by.
[<RequireQualifiedAccess>]
type Normaliser =
    /// All action tokens of the mini-batch, preserved or not: the released code, which the published lambda belongs to.
    | AllTokens

    /// All action tokens of preserved responses (Eq. 9 and 10).
    | PreservedTokens

    /// Each preserved response's penalty over its own tokens, then the mean over preserved responses (Eq. 4).
    | PerResponse

/// The choice of the tokens that are to be kept likely.
[<RequireQualifiedAccess>]
type Preserve =
    /// Advantage at least zero: correct responses and those of groups without signal (the paper's Y_pre).
    | NonNegative

    /// Advantage above zero.
    | Positive

    /// Outcome reward above zero, whatever the advantage.
    | Correct

/// The weight of tokens of the final answer span; all others weigh 1. Less than 1 is LLDS-MA (Eq. 5).
[<RequireQualifiedAccess>]
type AnswerWeight =
    | Fixed of beta: float

    /// min(V / 2, 1) with V the mini-batch's mean number of searches: the paper.
    | Paper

    /// min(max(V - 1, 0), 1): the released code.
    | Released

type LldsOptions = {
    Gate: Gate
    Normaliser: Normaliser
    Preserve: Preserve
    /// The policy whose log-probabilities are to be kept; the sampling policy's in the paper.
    Reference: Reference
    /// The bound that a gate's sum of d must exceed, in nats; at least 0.
    Threshold: float
    AnswerWeight: AnswerWeight
}

/// LLDS: a penalty on tokens that should stay likely, which acts only where their likelihood falls (arXiv 2512.04220, section 5).
[<RequireQualifiedAccess>]
module Llds =
    /// The paper's LLDS (Eq. 4): action gate, each response's penalty over its own tokens, A >= 0, the sampling policy as reference, no threshold, no answer
    /// weight.
    val paper: LldsOptions

    /// The paper's.
    val defaults: LldsOptions

    /// The paper's gate under the released code's normaliser, all action tokens of the mini-batch.
    val overAllTokens: LldsOptions

    /// The released code, which the published lambda of 0.2 belongs to.
    val released: LldsOptions

    /// LLDS-MA (Eq. 5) with the paper's schedule of the answer weight.
    val multiAction: LldsOptions

    /// LLDS-MA with the released code's schedule.
    val multiActionReleased: LldsOptions

    /// The penalty: the normalised sum over gated, preserved tokens of w * max(0, d), d = log pi_reference - log pi (arXiv 2512.04220, Eq. 4, 5, 9 and 10).
    /// It is zero, and so is its gradient, wherever likelihood did not fall; in particular while pi = pi_reference: with the sampling policy as reference it
    /// acts from the second update after a rollout on.
    ///
    /// Metrics: `llds/loss`; `llds/gate_share`, the share of preserved tokens behind an open gate; `llds/penalised_share` and `llds/penalised_tokens`, the
    /// share and number of action tokens that are penalised; `llds/inert`, the share of preserved tokens whose likelihood is exactly the
    /// reference's: 1 says that the penalty is inert because reference and current policy are the same.
    ///
    /// Raises `ArgumentException` on an option out of range.
    val penalty: options: LldsOptions -> Objective
