// Every recipe on one world: what do they learn from the same start, with the same questions, at one learning rate? `dotnet fsi build.fsx run variants`
//
// One learning rate does not suit all of them: a table of who learns what here, not a ranking of methods. RLOO and REINFORCE++ are made for one update a
// rollout; here all have six.
#load "levee.fsx"

open System.IO
open Levee

let data = Path.Combine(__SOURCE_DIRECTORY__, "data")

Script.main(fun isFull -> [
    experiment "variants" {
        question "What does each recipe learn on Atlas from the same start, at one learning rate?"
        task(Tasks.atlas data)
        start(Checkpoint(Path.Combine(data, "warm-start")))
        training(fun options -> { options with Update.FreezeEmbedding = true })
        learningRate 3e-4
        steps(if isFull then 300 else 60)
        seeds(if isFull then [ 1..3 ] else [ 1 ])
        arm "GRPO" Recipes.grpo
        arm "Search-R1" Recipes.searchR1
        arm "Dr.GRPO" (Recipes.drGrpo 120.0)
        arm "DAPO" Recipes.dapo
        arm "GSPO" Recipes.gspo
        arm "CISPO" Recipes.cispo
        arm "RLOO" Recipes.rloo
        arm "REINFORCE++" Recipes.reinforcePlusPlus
        arm "PPO" Recipes.ppo
        arm "LLDS" Recipes.llds
        arm "LLDS, released" Recipes.lldsReleased
        arm "LLDS-MA" Recipes.lldsMa
        arm "GSPO + LLDS" Recipes.gspoLlds
    }
])
