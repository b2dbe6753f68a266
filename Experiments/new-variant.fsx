// A tutorial: a new objective, written, checked and compared. `dotnet fsi build.fsx run new-variant`
//
// Question: LLDS's penalty grows in proportion to how far a token fell. Does one that grows with the square, and so lets small falls pass, keep as much?
#load "levee.fsx"

open System.IO
open Levee

// 1. Write it. An objective says what it is called, what it needs, and what it makes of a part of a mini-batch. The denominator is counted on the whole.
let quadratic: Objective = {
    Term = Term.name "quadraticLlds"
    Needs = Set.empty
    Loss =
        fun whole ->
            let mean = Aggregation.over TokenMean whole
            fun part forward ->
                let fall = Tensors.keep part.Mask (part.LogProbOld - forward.LogProb) |> _.relu()
                let preserved = Tensors.notBelow 0.0 part.Advantage |> Tensors.indicator part.Mask
                let value = mean part (fall.square() * preserved)
                { Value = value; Metrics = [ "quadratic/loss", value.detach() ] }
}

// 2. Check it. The laws that training relies on, on random mini-batches: gradient, micro-batches, padding, nothing.
let checkedQuadratic = Laws.check quadratic

// 3. Compare it.
let data = Path.Combine(__SOURCE_DIRECTORY__, "data")

Script.main(fun isFull -> [
    experiment "new-variant" {
        question "Does a penalty on the square of the fall keep as much as LLDS's on the fall itself?"
        task(Tasks.atlas data)
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training(fun options -> { options with Update.FreezeEmbedding = true })
        learningRate 1e-3
        warmUp 0.2
        steps(if isFull then 200 else 40)
        seeds(if isFull then [ 1..5 ] else [ 1 ])
        arm "GRPO" Recipes.grpo
        arm "GRPO + LLDS" (Recipes.grpo + 3.0 * Llds.penalty Llds.overAllTokens)
        arm "GRPO + quadratic" (Recipes.grpo + 3.0 * checkedQuadratic)
    }
])
