// Does plain GRPO unlearn how to search, and does LLDS keep it from doing so?
//
// Quick size: GRPO with and without LLDS at a learning rate that is too high, two seeds, from the warm-started policy kept in data/warm-start. `--full`: the
// same for longer, five seeds on three policies taught afresh, with a KL as a control, and both arms again at a learning rate that suits GRPO.
//
// Unlike the paper: a policy of 150,000 parameters over a real but small world, word-level tokens whose embeddings stay as the warm start left them, a short
// prompt, and a larger lambda. The learning rate of the stress was chosen on seed 1 and the policy in data/warm-start; neither is in the full size.
#load "levee.fsx"

open System.IO
open Levee

let data = Path.Combine(__SOURCE_DIRECTORY__, "data")

let grpo = Recipes.grpo
let llds = grpo + 3.0 * Llds.penalty Llds.overAllTokens
let kl = grpo + 0.1 * Kl.toReference K3

let suiting options = { TrainingOptions.learningRate 3e-4 options with Steps = 300 }

let stress options = {
    options with
        Update.FreezeEmbedding = true
        Optimiser.Schedule = { options.Optimiser.Schedule with Peak = 1e-3; WarmUp = 0.2 }
        Measuring.PerSample = Some { PerSampleOptions.defaults with Every = 70; Questions = 24 }
}

let asked = "At a learning rate that is too high for it, does GRPO lose what it has learnt, and does LLDS keep it?"

let quick () =
    experiment "collapse" {
        question asked
        task(Tasks.atlas data)
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training stress
        steps 140
        seeds [ 1; 2 ]
        arm "GRPO" grpo
        arm "GRPO + LLDS" llds
    }

let full () =
    experiment "collapse" {
        question asked
        task(Tasks.atlas data)
        start(Taught(3, Tasks.teaching))
        training stress
        steps 200
        seeds [ 11..15 ]
        arm "GRPO" grpo
        arm "GRPO + LLDS" llds
        arm "GRPO + KL" kl
        armWith "GRPO, rate 3e-4" grpo suiting
        armWith "GRPO + LLDS, rate 3e-4" llds suiting
    }

Script.main(fun isFull -> [ if isFull then full() else quick() ])
