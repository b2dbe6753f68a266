namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

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
    let paper = {
        Gate = Gate.Action
        Normaliser = Normaliser.PerResponse
        Preserve = Preserve.NonNegative
        Reference = Reference.Sampling
        Threshold = 0.0
        AnswerWeight = AnswerWeight.Fixed 1.0
    }

    /// The paper's.
    let defaults = paper

    /// The paper's gate under the released code's normaliser, all action tokens of the mini-batch.
    let overAllTokens = { paper with Normaliser = Normaliser.AllTokens }

    /// The released code, which the published lambda of 0.2 belongs to.
    let released = { overAllTokens with Gate = Gate.Segment }

    /// LLDS-MA (Eq. 5) with the paper's schedule of the answer weight.
    let multiAction = { paper with AnswerWeight = AnswerWeight.Paper }

    /// LLDS-MA with the released code's schedule.
    let multiActionReleased = { released with AnswerWeight = AnswerWeight.Released }

    /// beta of a mini-batch.
    let private answerWeight weight (whole: Batch) =
        let searches () = whole.Searches.mean()
        match weight with
        | AnswerWeight.Fixed beta -> torch.full_like(whole.Searches.sum(), Tensors.scalar beta)
        | AnswerWeight.Paper -> searches() * 0.5 |> Tensors.clamp 0.0 1.0
        | AnswerWeight.Released -> searches() - 1.0 |> Tensors.clamp 0.0 1.0

    /// [R, N] 1 on the tokens to be kept likely.
    let private preserved preserve (batch: Batch) =
        let wanted =
            match preserve with
            | Preserve.NonNegative -> Tensors.notBelow 0.0 batch.Advantage
            | Preserve.Positive -> Tensors.above 0.0 batch.Advantage
            | Preserve.Correct -> (Tensors.above 0.0 batch.Reward).unsqueeze(1L)
        batch.Mask * Tensors.indicator batch.Mask wanted

    /// int64 [R, N]: runs of marked tokens within an action, numbered from 1 in each row; 0 where unmarked.
    let private segments (kept: torch.Tensor) (action: torch.Tensor) =
        let marked = action * kept.``to``(torch.int64)
        let width = marked.shape[1]
        let before = torch.cat([| torch.zeros_like(marked.narrow(1L, 0L, 1L)); marked.narrow(1L, 0L, width - 1L) |], 1L)
        let isStart = (marked.ne before).logical_and(marked.gt(Tensors.scalar 0.0))
        isStart.``to``(torch.int64).cumsum(1L) * kept.``to``(torch.int64)

    /// [R, N] 1 where the gate is open; `d` [R, N] is zero on tokens that are not preserved. A constant.
    let private gate options (part: Batch) (kept: torch.Tensor) (d: torch.Tensor) =
        let isOpen (sums: torch.Tensor) = Tensors.above options.Threshold sums |> Tensors.indicator d
        let bySumOver (stretch: torch.Tensor) =
            let count = stretch.max().ToInt64() + 1L
            let sums = torch.zeros([| d.shape[0]; count |], dtype = d.dtype, device = d.device).scatter_add(1L, stretch, d)
            (isOpen sums).gather(1L, stretch)
        match options.Gate with
        | Gate.Token -> torch.ones_like d
        | Gate.Response -> (isOpen(d.sum(1L, keepdim = true))).expand_as d
        | Gate.Action -> bySumOver part.Action
        | Gate.Segment -> bySumOver(segments kept part.Action)

    /// Sums the penalty [R, N] of a part and divides it by the normaliser, which is counted on the whole mini-batch.
    let private normalise options (whole: Batch) =
        let kept = preserved options.Preserve whole
        let inKept = kept.sum(1L)
        let all = Tensors.atLeastOne(whole.Mask.sum())
        let ofPreserved = Tensors.atLeastOne(kept.sum())
        let responses = Tensors.atLeastOne((Tensors.above 0.0 inKept |> Tensors.indicator kept).sum())
        fun (keptInPart: torch.Tensor) (penalty: torch.Tensor) ->
            match options.Normaliser with
            | Normaliser.AllTokens -> penalty.sum() / all
            | Normaliser.PreservedTokens -> penalty.sum() / ofPreserved
            | Normaliser.PerResponse -> (penalty.sum(1L) / Tensors.atLeastOne(keptInPart.sum(1L))).sum() / responses

    let private check options =
        if not(options.Threshold >= 0.0) then
            Setting.refuse $"An LLDS threshold of {options.Threshold} is out of range: give 0 or more."
        match options.AnswerWeight with
        | AnswerWeight.Fixed beta when not(beta >= 0.0) ->
            Setting.refuse $"An LLDS answer weight of {beta} is out of range: give 0 or more."
        | _ -> ()
        match options.Reference with
        | Reference.UpdatesAgo updates when updates < 1 ->
            Setting.refuse $"An LLDS reference {updates} updates ago is out of range: give 1 or more."
        | Reference.MovingAverage decay when not(decay > 0.0 && decay < 1.0) ->
            Setting.refuse $"An LLDS reference averaged with decay {decay} is out of range: give a number between 0 and 1."
        | _ -> ()

    let private term options =
        Term.Call(
            "llds",
            [
                Term.keyed "gate" (Term.ofCase options.Gate)
                Term.keyed "normaliser" (Term.ofCase options.Normaliser)
                Term.keyed "preserve" (Term.ofCase options.Preserve)
                if options.Reference <> Reference.Sampling then
                    Term.keyed "reference" (Term.ofCase options.Reference)
                Term.number "threshold" options.Threshold
                Term.keyed "answer" (Term.ofCase options.AnswerWeight)
            ]
        )

    /// The penalty: the normalised sum over gated, preserved tokens of w * max(0, d), d = log pi_reference - log pi (arXiv 2512.04220, Eq. 4, 5, 9 and 10).
    /// It is zero, and so is its gradient, wherever likelihood did not fall; in particular while pi = pi_reference: with the sampling policy as reference it
    /// acts from the second update after a rollout on.
    ///
    /// Metrics: `llds/loss`; `llds/gate_share`, the share of preserved tokens behind an open gate; `llds/penalised_share` and `llds/penalised_tokens`, the
    /// share and number of action tokens that are penalised; `llds/inert`, the share of preserved tokens whose likelihood is exactly the
    /// reference's: 1 says that the penalty is inert because reference and current policy are the same.
    ///
    /// Raises `ArgumentException` on an option out of range.
    let penalty options : Objective =
        check options
        Objective.create (term options) (Batch.needs options.Reference) (fun whole ->
            let normalise = normalise options whole
            let keptTokens = Tensors.atLeastOne((preserved options.Preserve whole).sum())
            let allTokens = Tensors.atLeastOne(whole.Mask.sum())
            let beta = answerWeight options.AnswerWeight whole
            fun part forward ->
                let kept = preserved options.Preserve part
                let d = Tensors.keep kept (Batch.logProb options.Reference part - forward.LogProb)
                let gate = gate options part kept (d.detach()) * kept
                let weight = torch.where(Tensors.above 0.0 part.Answer, beta, torch.ones_like beta)
                let penalty = d.relu() * gate * weight
                let value = normalise kept penalty
                let penalised = (penalty.detach() |> Tensors.above 0.0 |> Tensors.indicator gate).sum()
                let unmoved = (d.detach().eq(Tensors.scalar 0.0) |> Tensors.indicator kept) * kept
                {
                    Value = value
                    Metrics = [
                        "llds/loss", value.detach()
                        "llds/gate_share", gate.sum() / keptTokens
                        "llds/penalised_share", penalised / allTokens
                        "llds/penalised_tokens", penalised
                        "llds/inert", unmoved.sum() / keptTokens
                    ]
                })
