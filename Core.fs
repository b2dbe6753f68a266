namespace Levee

open System
open System.Collections.Generic
open System.Threading
open TorchSharp

/// A question of the task, as FlashRAG's files have it.
type Question = {
    Id: string
    /// The question itself; ends in '?'.
    Text: string
    /// Every answer that counts as right; at least one.
    GoldenAnswers: string list
    /// The item's `metadata` object as JSON text; empty where the file has none.
    Metadata: string
}

/// A contiguous stretch of a trajectory's tokens, by its author. Training on tool output is unrepresentable: only an
/// `Action` carries log-probabilities.
type Segment =
    /// What the policy was given first.
    | Prompt of tokens: int[]
    /// What the policy wrote in one turn, token by token as sampled and never decoded and re-encoded, with the
    /// log-probability of each token under the policy that sampled it. Both arrays have the same length.
    | Action of tokens: int[] * logProb: float32[]
    /// What the environment inserted in answer to an action: context only.
    | Observation of tokens: int[]

/// Why a trajectory ended.
type EndReason =
    /// The policy gave an answer.
    | Answered
    /// The last allowed turn was used up without an answer.
    | TurnLimit
    /// The context had no room for another turn.
    | LengthLimit

/// One call of the search engine that was carried out.
type SearchCall = {
    /// The turn (0-based) whose action made the call.
    Turn: int
    Query: string
    /// Identifiers of the documents shown, best first; empty when the retriever failed.
    Documents: string list
    /// The retriever's error, where it failed; the episode went on without documents.
    Failure: string option
}

/// One sampled episode: a question, what was written and inserted, and how it was judged.
type Trajectory = {
    Question: Question
    /// One `Prompt`, then `Action`s and `Observation`s in turn; an `Observation` is always followed by an `Action`.
    Segments: Segment list
    /// Outcome reward of the whole trajectory.
    Reward: float
    End: EndReason
    /// The text of the final answer, where one was given.
    Answer: string option
    /// How many tokens at the end of the last action make up the final answer span, `<answer>` to `</answer>`; 0 without an answer.
    AnswerTokens: int
    /// For each action in order, how many tokens at its end make up a call of a tool, `<search>` to `</search>`; 0 where it made none.
    CallTokens: int list
    Searches: SearchCall list
    /// Actions that were neither a search nor an answer.
    InvalidActions: int
}

/// The trajectories sampled for one question.
type Group = Trajectory[]

/// A policy other than the one being trained, under which a batch's tokens are scored besides.
[<RequireQualifiedAccess>]
type Reference =
    /// The policy that sampled the batch: pi_old.
    | Sampling
    /// The policy as it was before training: the reference policy of a KL.
    | Initial
    /// The policy as it was so many updates ago, at least 1; the initial one while there were fewer.
    | UpdatesAgo of updates: int
    /// The exponential moving average of the weights over updates; each update keeps the share `decay` of it, in (0, 1).
    | MovingAverage of decay: float

/// What an objective or an estimator needs besides the trajectories themselves.
type Need =
    /// Log-probabilities under a reference policy.
    | ReferencePolicy of Reference
    /// Gradient through `Forward.Entropy`.
    | EntropyGradient
    /// A critic: its values, and for an objective their gradient.
    | CriticValues
    /// `Batch.LogProbOld` computed by the trainer instead of taken from the sampler.
    | TrainerLogProbs
    /// A coefficient that follows `Clock.Alarm`.
    | PhaseAlarm

/// The trajectories of a step as an advantage estimator sees them. Trajectories are numbered through all groups; numbers of tokens are those of
/// action tokens.
type Rollouts = {
    Groups: Group[]
    /// [trajectory][token] reward of each token besides the outcome: zero unless shaped.
    Shaping: float[][]
    /// [trajectory][token] log-probabilities under reference policies.
    LogProbReference: Map<Reference, float[][]>
    /// [trajectory][token] a critic's estimate of the return from before each token on, where there is a critic.
    Values: float[][] option
}

/// What an estimator makes of rollouts.
type Estimates = {
    /// [trajectory][token] advantage of each action token.
    Advantages: float[][]
    /// [trajectory][token] what the critic's values should have been, where the estimator uses a critic.
    Returns: float[][] option
}

/// Turns rewards into advantages. `Formula` says in one line how, for configurations and reports.
type Estimator = { Formula: string; Needs: Set<Need>; Estimate: Rollouts -> Estimates }

/// Where a run stands, for coefficients that change while it trains.
type Clock = {
    /// The step, from 1.
    Step: int
    /// Steps of the whole run.
    Steps: int
    /// What the phase alarm multiplies coefficients by that follow it; 1 while it is silent.
    Alarm: float
}

/// What an objective may know of the sampled actions: R responses by N action tokens, padded at the right. Prompts and
/// observations are not in it. All tensors are constants (no gradient); float tensors share one dtype and device.
type Batch = {
    /// [R, N] log-probability of each token under the policy that sampled it (pi_old): the sampler's, or the trainer's own where an objective needs
    /// `TrainerLogProbs`.
    LogProbOld: torch.Tensor
    /// [R, N] log-probability of each token as the sampler reported it.
    LogProbSampled: torch.Tensor
    /// [R, N] log-probability under the reference policies that an objective needs.
    LogProbReference: Map<Reference, torch.Tensor>
    /// [R, N] advantage of each token.
    Advantage: torch.Tensor
    /// [R, N] the critic's value before each token when the batch was sampled, where there is a critic.
    ValueOld: torch.Tensor option
    /// [R, N] what that value should have been.
    Return: torch.Tensor option
    /// [R, N] 1 where a token stands, 0 in the padding.
    Mask: torch.Tensor
    /// [R, N] int64: which action of its response a token belongs to, from 1; 0 in the padding.
    Action: torch.Tensor
    /// [R, N] 1 on tokens of the final answer span.
    Answer: torch.Tensor
    /// [R] outcome reward.
    Reward: torch.Tensor
    /// [R] number of searches carried out.
    Searches: torch.Tensor
    /// [R] 1 where the context was full before the policy had answered.
    Truncated: torch.Tensor
    Clock: Clock
}

/// What the current policy says of a batch's tokens. All are leaves with respect to which an objective is differentiated.
type Forward = {
    /// [R, N] log-probability of each token under the current policy.
    LogProb: torch.Tensor
    /// [R, N] entropy in nats of the distribution each token was drawn from.
    Entropy: torch.Tensor
    /// [R, N] the critic's value before each token, where the objective needs a critic.
    Value: torch.Tensor option
}

/// What an objective makes of a batch: a scalar to minimise, and scalars measured on the way, by name. Every metric is, like
/// the value, a sum over the part divided by a count over the whole mini-batch, so that parts add up.
type Loss = { Value: torch.Tensor; Metrics: (string * torch.Tensor) list }

/// A number that may change while a run trains: `Coefficient.linear 0.0 0.2 * objective`.
type Coefficient = { Formula: string; Needs: Set<Need>; At: Clock -> float }

/// A training objective, in stages: given the whole mini-batch (for its denominators), it judges any part of its rows under
/// the current policy. Micro-batches of a mini-batch therefore add up to the mini-batch's value and gradient.
type Objective = {
    /// The objective in one line, as it was composed; for configurations and reports.
    Formula: string
    Needs: Set<Need>
    Loss: Batch -> Batch -> Forward -> Loss
} with

    /// Adds two objectives: values add, and so do metrics of the same name.
    static member (+)(a: Objective, b: Objective) =
        let merge (x: Loss) (y: Loss) =
            let shared, fresh = y.Metrics |> List.partition(fun (name, _) -> List.exists (fst >> (=) name) x.Metrics)
            let sum (name, value: torch.Tensor) =
                match List.tryFind (fst >> (=) name) shared with
                | Some(_, other) -> name, value + other
                | None -> name, value
            { Value = x.Value + y.Value; Metrics = List.map sum x.Metrics @ fresh }
        {
            Formula = $"{a.Formula} + {b.Formula}"
            Needs = a.Needs + b.Needs
            Loss =
                fun whole ->
                    let a, b = a.Loss whole, b.Loss whole
                    fun part forward -> merge (a part forward) (b part forward)
        }

    /// Weighs an objective by a coefficient of the mini-batch's clock: its value, not its metrics.
    static member (*)(coefficient: Coefficient, objective: Objective) = {
        Formula =
            if objective.Formula.Contains " + " then
                $"{coefficient.Formula} * ({objective.Formula})"
            else
                $"{coefficient.Formula} * {objective.Formula}"
        Needs = coefficient.Needs + objective.Needs
        Loss =
            fun whole ->
                let weight, judge = coefficient.At whole.Clock, objective.Loss whole
                fun part forward ->
                    let loss = judge part forward
                    { loss with Value = loss.Value * weight }
    }

    /// Weighs an objective: its value, not its metrics.
    static member (*)(weight: float, objective: Objective) : Objective =
        { Formula = string weight; Needs = Set.empty; At = fun _ -> weight } * objective

/// A way to train: how advantages are estimated, what is minimised, and which groups are trained on.
type Recipe = {
    Estimator: Estimator
    Objective: Objective
    /// Dynamic sampling (DAPO, arXiv 2503.14476, section 3.2): groups whose trajectories were all rewarded alike are dropped and other questions sampled in
    /// their place, in at most so many rounds of sampling a step. None keeps every group.
    SamplingRounds: int option
} with

    /// Adds a term to the recipe's objective.
    static member (+)(recipe: Recipe, objective: Objective) = { recipe with Objective = recipe.Objective + objective }

/// What a sampler is asked to write next for one episode.
type TurnRequest = {
    /// The episode's row in the session.
    Row: int
    /// Tokens to append to the episode's context before writing: the prompt the first time, the observation later.
    Context: int[]
    /// The largest number of tokens to write; at least 1.
    Limit: int
}

/// A turn that a sampler has written for an episode.
type WrittenTurn = {
    /// The episode's row in the session.
    Row: int
    /// The tokens as sampled, one at least.
    Tokens: int[]
    /// The log-probability of each token under the policy.
    LogProbs: float32[]
}

/// What a session has put through its model so far, in tokens; padding is not counted.
type SamplerWork = {
    /// Tokens of context that were read, and with each context but a row's first the last token written before it.
    Prefilled: int64
    /// Tokens of context that were not, as another row had begun with the same prompt.
    Shared: int64
    /// Tokens that were sampled.
    Sampled: int64
}

/// A policy writing a batch of episodes turn by turn, keeping the context of each between turns. Rows come and go independently: each is named when
/// it is to write, and given back when its turn is over.
type ISamplerSession =
    inherit IDisposable

    /// Takes up the turns asked for, beside those under way, and writes until half of all turns that have a place in the batch are over; gives back those
    /// that are, one at least, in order of row. Nothing is given back where no turn is under way. `ended` is asked after each token of a row whether the
    /// turn (its tokens so far) is over. A row that was given back and that the next call does not name has finished: its place is free.
    ///
    /// What is written depends on the calls alone, never on time. After cancellation the next call writes on, without naming the turns again.
    abstract Write: requests: TurnRequest[] * ended: (int -> IReadOnlyList<int> -> bool) * cancellation: CancellationToken -> WrittenTurn[]

    /// What has been done so far.
    abstract Work: SamplerWork

/// A policy as a rollout sees it.
type ISampler =
    /// Opens a session with one row a seed; the tokens of a row depend on its context and its seed alone, up to rounding.
    abstract Open: seeds: Seed[] -> ISamplerSession

    /// The largest number of tokens of context and writing together that a row may reach.
    abstract ContextLimit: int
