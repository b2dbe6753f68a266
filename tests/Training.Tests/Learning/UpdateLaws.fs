module Levee.Tests.UpdateLaws

open System
open System.Threading
open Levee
open TorchSharp
open Xunit
open Levee.Tests.World

let private grpo = Recipes.grpo.Objective

let private grpoWithLlds = grpo + 3.0 * Llds.penalty Llds.overAllTokens

let private rates = { PolicyRate = 1e-3; CriticRate = 1e-3 }

/// The weights of a copy of the policy after one update.
let private updated options objective onPolicy (policy: Policy) (trajectories: Trajectory[]) =
    use copy = Policy.load torch.float32 torch.CPU (IO.Path.Combine(data, "warm-start"))
    let advantages =
        trajectories |> Array.chunkBySize 4 |> Array.collect(Array.map _.Reward >> Baseline.standardise Deviation.sample)
    use _ = torch.NewDisposeScope()
    let batch = Batch.create torch.float32 torch.CPU trajectories advantages
    let plan = { Options = options; Objective = objective; Rates = rates; OnPolicy = onPolicy }
    let learner, report = Update.run plan CancellationToken.None (Learner.start options Set.empty copy) batch
    Learner.dispose learner
    weights copy, report

let private episodes =
    lazy
        (use policy = warmPolicy()
         rollouts policy 4 4)

[<Fact>]
let ``micro-batches of any size make the same update`` () =
    use policy = warmPolicy()
    // Before any update the ratio is rounding alone, which would open gates without a threshold one way or the other.
    let objective = grpo + 3.0 * Llds.penalty { Llds.overAllTokens with Threshold = 1e-3 }
    let reference, whole = updated { small with Memory.MicroBatchSize = 100 } objective false policy episodes.Value
    for size in [ 1; 3; 8 ] do
        let actual, report = updated { small with Memory.MicroBatchSize = size } objective false policy episodes.Value
        Assert.Equal(whole.GradientNorm, report.GradientNorm, 1e-4 * whole.GradientNorm)
        // AdamW's first step is the gradient's sign: where a gradient is rounding alone its sign is too.
        let apart = (reference, actual) ||> Array.map2(fun a b -> if abs(a - b) > 1e-5f then 1.0 else 0.0) |> Array.average
        Assert.True(apart < 0.01, $"micro-batch {size}: {apart:P2} of the weights differ")

[<Fact>]
let ``packing and checkpointing make the same update`` () =
    use policy = warmPolicy()
    let reference, whole = updated small grpo false policy episodes.Value
    for packing, checkpointing in [ true, false; false, true; true, true ] do
        let options = { small with Memory.Packing = packing; Memory.GradientCheckpointing = checkpointing }
        let actual, report = updated options grpo false policy episodes.Value
        Assert.Equal(whole.GradientNorm, report.GradientNorm, 1e-4 * whole.GradientNorm)
        let apart = (reference, actual) ||> Array.map2(fun a b -> if abs(a - b) > 1e-5f then 1.0 else 0.0) |> Array.average
        Assert.True(apart < 0.01, $"packing {packing}, checkpointing {checkpointing}: {apart:P2} of the weights differ")

[<Fact>]
let ``before any update the sampler's log-probabilities are the policy's, up to rounding`` () =
    use policy = warmPolicy()
    let logProb, mask = Scoring.logProbs (Scoring.at 1.0) policy episodes.Value
    use _ = torch.NewDisposeScope()
    let batch = Batch.create torch.float32 torch.CPU episodes.Value (Array.replicate episodes.Value.Length 0.0)
    let apart = (Tensors.keep mask (logProb - batch.LogProbOld)).abs().max().ToSingle()
    Assert.InRange(apart, 0.0f, 1e-4f)

[<Fact>]
let ``on policy the ratio is exactly one and LLDS is exactly nothing`` () =
    use policy = warmPolicy()
    let _, report = updated small grpoWithLlds true policy episodes.Value
    let metric name = report.Metrics |> List.find(fst >> (=) name) |> snd
    Assert.Equal(1.0, report.LargestRatio)
    Assert.Equal(0.0, metric "llds/loss")
    Assert.Equal(0.0, metric "llds/gate_share")
    Assert.Equal(0.0, metric "actor/pg_clipfrac")

[<Fact>]
let ``a value that is not finite changes no weight and is reported`` () =
    use policy = warmPolicy()
    let before = weights policy
    for poison in [ nan; infinity ] do
        let poisoned = {
            grpo with
                Loss =
                    fun whole part forward ->
                        let loss = grpo.Loss whole part forward
                        { loss with Value = loss.Value * poison }
        }
        let after, report = updated small poisoned false policy episodes.Value
        Assert.False report.Applied
        Assert.Equal<float32[]>(before, after)

[<Fact>]
let ``a gradient that is not finite changes no weight either`` () =
    use policy = warmPolicy()
    // The value of sqrt at zero is finite, its slope is not.
    let cliff = {
        grpo with
            Loss =
                fun _ part forward -> {
                    Value = (Tensors.keep part.Mask (forward.LogProb - forward.LogProb.detach())).abs().sqrt().sum()
                    Metrics = []
                }
    }
    let after, report = updated small cliff false policy episodes.Value
    Assert.False report.Applied
    Assert.Equal<float32[]>(weights policy, after)

[<Fact>]
let ``a longer gradient is cut back to the norm asked for`` () =
    use policy = warmPolicy()
    // With one update AdamW divides the gradient's length out, so the moments tell.
    let momentNorm clip =
        use copy = Policy.load torch.float32 torch.CPU (IO.Path.Combine(data, "warm-start"))
        use _ = torch.NewDisposeScope()
        let batch = Batch.create torch.float32 torch.CPU episodes.Value (Array.replicate episodes.Value.Length 1.0)
        let plan = {
            Options = { small with Optimiser.ClipNorm = clip }
            Objective = Surrogate.negativeLogLikelihood
            Rates = rates
            OnPolicy = false
        }
        let learner, report = Update.run plan CancellationToken.None (Learner.start small Set.empty copy) batch
        let norm = learner.Optimiser.FirstMoment.norm().ToDouble() / (1.0 - Optimiser.adamW.Beta1)
        Learner.dispose learner
        norm, report.GradientNorm
    let free, norm = momentNorm 1e9
    Assert.Equal(norm, free, 1e-3 * norm)
    let cut, sameNorm = momentNorm(norm / 4.0)
    Assert.Equal(norm, sameNorm, 6)
    Assert.Equal(norm / 4.0, cut, 1e-3 * norm)

[<Fact>]
let ``cancelling an update leaves the weights alone`` () =
    use policy = warmPolicy()
    let before = weights policy
    use _ = torch.NewDisposeScope()
    let batch = Batch.create torch.float32 torch.CPU episodes.Value (Array.replicate episodes.Value.Length 1.0)
    let learner = Learner.start small Set.empty policy
    let plan = { Options = small; Objective = grpo; Rates = rates; OnPolicy = false }
    Assert.Throws<OperationCanceledException>(fun () -> Update.run plan (CancellationToken true) learner batch |> ignore)
    |> ignore
    Assert.Equal<float32[]>(before, weights policy)
    Learner.dispose learner

[<Fact>]
let ``a frozen embedding stays bit for bit, and the rest moves`` () =
    use policy = warmPolicy()
    let embedding = int(policy.Parameters.Embedding.numel())
    let before = weights policy
    let after, report = updated { small with Update.FreezeEmbedding = true } grpoWithLlds false policy episodes.Value
    Assert.True report.Applied
    Assert.Equal<float32[]>(before[.. embedding - 1], after[.. embedding - 1])
    Assert.NotEqual<float32[]>(before[embedding..], after[embedding..])

/// The gradient that micro-batches of a size leave of so many times the same trajectory, with a critic's.
let private gradients precision (options: TrainingOptions) count size =
    use policy = Policy.load precision torch.CPU (IO.Path.Combine(data, "warm-start"))
    use _ = torch.NewDisposeScope()
    let options = { options with Memory.MicroBatchSize = size }
    let trajectories = Array.replicate count episodes.Value[0]
    let batch: Batch = {
        Batch.create torch.float32 torch.CPU trajectories (Array.replicate count 1.0) with
            Returns = Some(torch.ones([| int64 count; int64(Trajectory.actionTokens trajectories[0]) |]))
            ValuesOld = Some(torch.zeros([| int64 count; int64(Trajectory.actionTokens trajectories[0]) |]))
    }
    let learner = Learner.start options (Set.singleton CriticValues) policy
    let objective = Surrogate.negativeLogLikelihood + ValueLoss.clipped 0.5
    let plan = {
        Options = options
        Objective = objective
        Rates = { PolicyRate = 0.0; CriticRate = 0.0 }
        OnPolicy = false
    }
    let learner, report = Update.run plan CancellationToken.None learner batch
    Assert.True report.Applied
    let copy (gradient: torch.Tensor) = gradient.``to``(torch.float64).data<float>().ToArray()
    let found = copy(snd(Learner.trained false policy)) :: (Critic.trained learner.Critic.Value.Critic |> List.map(snd >> copy))
    Learner.dispose learner
    found

let private distance (a: float[]) (b: float[]) =
    sqrt(Array.sum(Array.map2 (fun x y -> (x - y) ** 2.0) a b) / Array.sumBy (fun x -> x * x) a)

[<Fact>]
let ``in bfloat16 many micro-batches add up to the gradient of one`` () =
    // The mean over equal trajectories is one's gradient; divided by a power of two nothing is rounded differently.
    for checkpointing in [ false; true ] do
        let options = { small with Memory.GradientCheckpointing = checkpointing }
        let one = gradients torch.bfloat16 options 1 1
        let many = gradients torch.bfloat16 options 512 1
        // A fresh critic's transformer has none yet: its output is zero.
        for one, many in List.zip one many |> List.filter(fst >> Array.exists((<>) 0.0)) do
            Assert.InRange(distance one many, 0.0, 1e-4)
        // Added up in bfloat16 itself the sum stands still half way: 1/512 no longer counts beside a half.
        let inHalf =
            use _ = torch.NewDisposeScope()
            let share = (torch.tensor(one.Head) / 512.0).``to`` torch.bfloat16
            let sum = torch.zeros_like share
            for _ in 1..512 do
                sum.add_ share |> ignore
            (sum.``to`` torch.float64).data<float>().ToArray()
        Assert.True(distance one.Head inHalf > 0.1, "bfloat16 itself loses nothing here")
