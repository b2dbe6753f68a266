namespace Levee.Training.Learning

open System
open System.Threading
open Levee
open Levee.Algorithms
open Levee.Algorithms.Diagnosis
open Levee.Algorithms.Objectives
open Levee.Policies
open Levee.Policies.Weights
open TorchSharp

type Rates = { PolicyRate: float; CriticRate: float }

type UpdatePlan = { Options: TrainingOptions; Objective: Objective; Rates: Rates; OnPolicy: bool }

type Mismatch = { MeanDifference: float; LargestDifference: float; Kl: float }

type UpdateReport = {
    Applied: bool
    GradientNorm: float
    CriticGradientNorm: float option
    Entropy: float
    LargestRatio: float
    Mismatch: Mismatch option
    Metrics: (string * float) list
}

[<RequireQualifiedAccess>]
module Update =
    /// The sums over micro-batches.
    type private Tally = {
        Value: float
        EntropySum: float
        Tokens: float
        LargestRatio: float
        Difference: float
        LargestDifference: float
        Kl: float
        Metrics: Map<string, float>
    }

    let private none = {
        Value = 0.0
        EntropySum = 0.0
        Tokens = 0.0
        LargestRatio = 0.0
        Difference = 0.0
        LargestDifference = 0.0
        Kl = 0.0
        Metrics = Map.empty
    }

    let private largestRatio (part: Batch) logProb =
        let logRatio = Tensors.keep part.Mask (logProb - part.LogProbOld)
        exp(logRatio.max().ToDouble())

    let private addMetrics metrics more =
        (metrics, more)
        ||> List.fold(fun metrics (name, value) -> metrics |> Map.change name (fun sum -> Some(Option.defaultValue 0.0 sum + value)))

    let private addMismatch (part: Batch) (logProb: torch.Tensor) tally =
        let clean = Tensors.keep part.Mask
        let trainer, sampler = clean logProb, clean part.LogProbSampled
        let difference = clean((trainer.exp() - sampler.exp()).abs())
        {
            tally with
                Difference = tally.Difference + difference.sum().ToDouble()
                LargestDifference = max tally.LargestDifference (difference.max().ToDouble())
                Kl = tally.Kl + (sampler - trainer).sum().ToDouble()
        }

    /// Adds the gradient of one micro-batch to the parameters' and what it measured to the tally.
    let private accumulate plan judge learner (part: Batch) tally =
        let settings = TrainingOptions.scoring plan.Options
        let scored = Scoring.forward settings learner.Policy part.Trajectories
        let valued =
            learner.Critic |> Option.map(fun critic -> critic.Critic, Critic.forward settings critic.Critic part.Trajectories)
        let observed: Scored option =
            if plan.Objective.Needs.Contains ObservationScores then
                Some(part.Trajectories |> Array.map Trajectory.observed |> Scoring.forward settings learner.Policy)
            else
                None
        let part =
            if plan.OnPolicy && plan.Options.Update.ExactFirstUpdate then
                { part with LogProbOld = scored.LogProb }
            else
                part
        let forward = {
            LogProb = scored.LogProb
            Entropy = scored.Entropy
            Values = valued |> Option.map(fun (_, valued) -> valued.Values)
            Observations = observed |> Option.map _.LogProb
        }
        let gradient = Objective.differentiate plan.Objective judge part forward
        Scoring.backward scored gradient.LogProb gradient.Entropy
        Option.map2 (fun observed gradient -> Scoring.backward observed gradient None) observed gradient.Observations
        |> Option.defaultValue()
        Option.map2 (fun (critic, valued) -> Critic.backward critic valued) valued gradient.Values |> Option.defaultValue()
        {
            tally with
                Value = tally.Value + gradient.Value
                EntropySum = tally.EntropySum + (Tensors.maskedSum part.Mask scored.Entropy).ToDouble()
                Tokens = tally.Tokens + part.Mask.sum().ToDouble()
                LargestRatio = max tally.LargestRatio (largestRatio part scored.LogProb)
                Metrics = addMetrics tally.Metrics gradient.Metrics
        }
        |> if plan.OnPolicy then
               addMismatch part scored.LogProb
           else
               id

    let private zeroGradients learner =
        Parameters.zeroGradient learner.Policy.Parameters
        learner.Critic |> Option.iter(fun critic -> Critic.zeroGradient critic.Critic)

    /// The factor that shortens a gradient of length `norm` to the longest allowed; at most 1.
    let private scale (options: TrainingOptions) norm = min 1.0 (options.Optimiser.ClipNorm / (norm + 1e-6))

    let private norm (gradients: torch.Tensor seq) = gradients |> Seq.sumBy(fun g -> Optimiser.norm g ** 2.0) |> sqrt

    let private updateCritic (options: TrainingOptions) rate norm (critic: CriticLearner) =
        let step optimiser (values, gradient) = Optimiser.step options.Optimiser.AdamW rate (scale options norm) values gradient optimiser
        { critic with Optimisers = List.map2 step critic.Optimisers (Critic.trained critic.Critic) }

    let run (plan: UpdatePlan) (cancellation: CancellationToken) learner (whole: Batch) =
        use _ = torch.NewDisposeScope()
        let options, rates = plan.Options, plan.Rates
        let values, gradient = Learner.trained options.Update.FreezeEmbedding learner.Policy
        zeroGradients learner
        let judge = plan.Objective.Loss whole
        // Rows of like length together: less padding, the same sum.
        let parts =
            [| 0 .. whole.Trajectories.Length - 1 |]
            |> Array.sortBy(fun r -> Trajectory.length whole.Trajectories[r])
            |> Array.chunkBySize options.Memory.MicroBatchSize
        let tally =
            (none, parts)
            ||> Array.fold(fun tally rows ->
                use _ = torch.NewDisposeScope()
                cancellation.ThrowIfCancellationRequested()
                accumulate plan judge learner (Batch.rows rows whole) tally)
        let policyNorm = norm [ gradient ]
        let criticNorm = learner.Critic |> Option.map(fun critic -> Critic.trained critic.Critic |> List.map snd |> norm)
        let sound = Double.IsFinite tally.Value && Double.IsFinite policyNorm && Option.forall Double.IsFinite criticNorm
        let tokens = max 1.0 tally.Tokens
        let report = {
            Applied = sound
            GradientNorm = policyNorm
            CriticGradientNorm = criticNorm
            Entropy = tally.EntropySum / tokens
            LargestRatio = tally.LargestRatio
            Mismatch =
                if plan.OnPolicy then
                    Some {
                        MeanDifference = tally.Difference / tokens
                        LargestDifference = tally.LargestDifference
                        Kl = tally.Kl / tokens
                    }
                else
                    None
            Metrics = Map.toList tally.Metrics
        }
        if sound then
            let references = References.beforeUpdate learner.Policy learner.References
            let optimiser =
                Optimiser.step options.Optimiser.AdamW rates.PolicyRate (scale options policyNorm) values gradient learner.Optimiser
            let critic = Option.map2 (updateCritic options rates.CriticRate) criticNorm learner.Critic
            References.afterUpdate learner.Policy references
            { learner with Optimiser = optimiser; Critic = critic; References = references }, report
        else
            learner, report
