// How much LLDS is enough? The paper's Figure 8: lambda from 0 to 0.2 (there 0.01 only delays the collapse). `dotnet fsi build.fsx run llds-lambda`
//
// The sweep goes on to 3, the lambda of `collapse`, since Atlas takes more than the published 0.2: many updates of few tokens each.
#load "levee.fsx"

open System.IO
open Levee

let data = Path.Combine(__SOURCE_DIRECTORY__, "data")

Script.main(fun isFull -> [
    experiment "llds-lambda" {
        question "How large must LLDS's lambda be to keep what GRPO has learnt, at a learning rate that is too high for GRPO?"
        task(Tasks.atlas data)
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training(fun options -> { options with Update.FreezeEmbedding = true })
        learningRate 1e-3
        warmUp 0.2
        steps(if isFull then 200 else 100)
        seeds(if isFull then [ 1..5 ] else [ 1 ])
        sweep "lambda" [ 0.0; 0.01; 0.1; 0.2; 1.0; 3.0 ] (fun lambda -> Recipes.grpo + lambda * Llds.penalty Llds.overAllTokens)
    }
])
