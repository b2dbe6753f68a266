namespace Levee

open TorchSharp

/// Where the penalty is on, given d = log pi_old - log pi (positive where a token became less likely).
[<RequireQualifiedAccess>]
type Gate =
    /// On every token (arXiv 2512.04220, Eq. 9).
    | Token
    /// On all tokens of an action whose d sums to more than the threshold (Eq. 4, the paper's default).
    | Action
    /// On all tokens of a response whose d sums to more than the threshold (Eq. 10).
    | Response

/// What the summed penalty is divided by.
[<RequireQualifiedAccess>]
type Normaliser =
    /// All action tokens of the mini-batch, preserved or not: the released code, which the published lambda belongs to.
    | AllTokens
    /// All action tokens of preserved responses (Eq. 9 and 10).
    | PreservedTokens
    /// Each preserved response's penalty over its own tokens, then the mean over preserved responses (Eq. 4).
    | PerResponse

/// Which tokens are to be kept likely.
[<RequireQualifiedAccess>]
type Preserve =
    /// Advantage at least zero: correct responses and those of groups without signal (the paper's Y_pre).
    | NonNegative
    /// Advantage above zero.
    | Positive

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
    /// What a gate's sum of d must exceed, in nats; at least 0.
    Threshold: float
    AnswerWeight: AnswerWeight
}

/// LLDS: a penalty that acts only where the likelihood of what should stay likely falls (arXiv 2512.04220, section 5).
[<RequireQualifiedAccess>]
module Llds =
    /// Action gate, all-token normaliser, A >= 0, no threshold, no answer weight.
    let defaults = {
        Gate = Gate.Action
        Normaliser = Normaliser.AllTokens
        Preserve = Preserve.NonNegative
        Threshold = 0.0
        AnswerWeight = AnswerWeight.Fixed 1.0
    }

    /// LLDS-MA with the paper's schedule of the answer weight.
    let multiAction = { defaults with AnswerWeight = AnswerWeight.Paper }

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
        batch.Mask * Tensors.indicator batch.Mask wanted

    /// [R, N] 1 where the gate is open; `d` [R, N] is zero on tokens that are not preserved. A constant.
    let private gate options (part: Batch) (d: torch.Tensor) =
        let isOpen (sums: torch.Tensor) = Tensors.above options.Threshold sums |> Tensors.indicator d
        match options.Gate with
        | Gate.Token -> torch.ones_like d
        | Gate.Response -> (isOpen(d.sum(1L, keepdim = true))).expand_as d
        | Gate.Action ->
            let actions = part.Action.max().ToInt64() + 1L
            let sums = torch.zeros([| d.shape[0]; actions |], dtype = d.dtype, device = d.device).scatter_add(1L, part.Action, d)
            (isOpen sums).gather(1L, part.Action)

    /// What divides the penalty [R, N] of a part, counted on the whole mini-batch.
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

    /// The penalty: the normalised sum over gated, preserved tokens of w * max(0, log pi_old - log pi). It is zero, and so is its gradient,
    /// wherever likelihood did not fall; in particular while pi = pi_old, so it acts from the second update after a rollout on.
    /// Metrics: `llds/loss`, `llds/gate_share` (share of preserved tokens behind an open gate), `llds/penalised_share` (share of all action tokens
    /// that are penalised). Raises `ArgumentException` on a negative threshold or answer weight.
    let penalty options =
        if not(options.Threshold >= 0.0) then
            invalidArg (nameof options) $"An LLDS threshold of {options.Threshold} is out of range: give 0 or more."
        match options.AnswerWeight with
        | AnswerWeight.Fixed beta when not(beta >= 0.0) ->
            invalidArg (nameof options) $"An LLDS answer weight of {beta} is out of range: give 0 or more."
        | _ -> ()
        {
            Formula =
                $"llds(gate={options.Gate}, normaliser={options.Normaliser}, preserve={options.Preserve}, threshold={options.Threshold}, answer={options.AnswerWeight})"
            Needs = Set.empty
            Loss =
                fun whole ->
                    let normalise = normalise options whole
                    let keptTokens = Tensors.atLeastOne((preserved options.Preserve whole).sum())
                    let allTokens = Tensors.atLeastOne(whole.Mask.sum())
                    let beta = answerWeight options.AnswerWeight whole
                    fun part forward ->
                        let kept = preserved options.Preserve part
                        let d = Tensors.keep kept (part.LogProbOld - forward.LogProb)
                        let gate = gate options part (d.detach()) * kept
                        let weight = torch.where(Tensors.above 0.0 part.Answer, beta, torch.ones_like beta)
                        let penalty = d.relu() * gate * weight
                        let value = normalise kept penalty
                        {
                            Value = value
                            Metrics = [
                                "llds/loss", value.detach()
                                "llds/gate_share", gate.sum() / keptTokens
                                "llds/penalised_share", (penalty.detach() |> Tensors.above 0.0 |> Tensors.indicator gate).sum() / allTokens
                            ]
                        }
        }
