namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

[<RequireQualifiedAccess>]
type Gate =
    | Token
    | Action
    | Segment
    | Response

[<RequireQualifiedAccess>]
type Normaliser =
    | AllTokens
    | PreservedTokens
    | PerResponse

[<RequireQualifiedAccess>]
type Preserve =
    | NonNegative
    | Positive
    | Correct

[<RequireQualifiedAccess>]
type AnswerWeight =
    | Fixed of beta: float
    | Paper
    | Released

type LldsOptions = {
    Gate: Gate
    Normaliser: Normaliser
    Preserve: Preserve
    Reference: Reference
    Threshold: float
    AnswerWeight: AnswerWeight
}

[<RequireQualifiedAccess>]
module Llds =
    let paper = {
        Gate = Gate.Action
        Normaliser = Normaliser.PerResponse
        Preserve = Preserve.NonNegative
        Reference = Reference.Sampling
        Threshold = 0.0
        AnswerWeight = AnswerWeight.Fixed 1.0
    }

    let defaults = paper

    let overAllTokens = { paper with Normaliser = Normaliser.AllTokens }

    let released = { overAllTokens with Gate = Gate.Segment }

    let multiAction = { paper with AnswerWeight = AnswerWeight.Paper }

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
