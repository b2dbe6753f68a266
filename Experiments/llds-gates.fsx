// Which gate of LLDS keeps what GRPO has learnt: every token, the action (the paper's choice), or the whole response? `dotnet fsi build.fsx run llds-gates`
//
// Quick size: one seed at the learning rate that is too high for GRPO, from the policy in data/warm-start. `--full`: five seeds, longer.
#load "levee.fsx"

open System.IO
open Levee

let data = Path.Combine(__SOURCE_DIRECTORY__, "data")

let llds gate = Recipes.grpo + 3.0 * Llds.penalty { Llds.overAllTokens with Gate = gate }

Script.main(fun isFull -> [
    experiment "llds-gates" {
        question "Which gate of LLDS keeps what GRPO has learnt, at a learning rate that is too high for GRPO?"
        task(Tasks.atlas data)
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training(fun options -> { options with Update.FreezeEmbedding = true })
        learningRate 1e-3
        warmUp 0.2
        steps(if isFull then 200 else 100)
        seeds(if isFull then [ 1..5 ] else [ 1 ])
        arm "GRPO" Recipes.grpo
        arm "token gate" (llds Gate.Token)
        arm "action gate" (llds Gate.Action)
        arm "response gate" (llds Gate.Response)
    }
])
