/// The checker that users have for objectives of their own: it passes what is right and finds what is wrong.
module Levee.Tests.LawsLaws

open System
open Levee
open Levee.Algorithms.Formulas
open Xunit
open Levee.Tests.Examples

[<Fact>]
let ``the library's own objectives break no law`` () =
    for objective in differentiable do
        Assert.Empty(Laws.violations objective)

let private broken loss : Objective = { Term = Term.name "mine"; Needs = Set.empty; Loss = loss }

let private lawsOf objective = Laws.violations objective |> List.map _.Law

let private value t = { Value = t; Metrics = [] }

[<Fact>]
let ``a constant taken for a variable is found`` () =
    let stopped =
        broken(fun whole part forward -> value(Aggregation.over TokenMean whole part (forward.LogProb * forward.LogProb.detach())))
    Assert.Contains("the gradient is the finite difference", lawsOf stopped)

[<Fact>]
let ``a denominator counted on the part is found`` () =
    let wrong =
        broken(fun _ part forward -> value(Tensors.maskedSum part.Mask forward.LogProb / Tensors.atLeastOne(part.Mask.sum())))
    Assert.Equal<string list>([ "micro-batches add up" ], lawsOf wrong)

[<Fact>]
let ``padding that leaks in is found`` () =
    let leaking =
        broken(fun whole part forward -> value((forward.LogProb * part.Mask).sum() / Tensors.atLeastOne(whole.Mask.sum())))
    Assert.Contains("padding does not matter", lawsOf leaking)

[<Fact>]
let ``a division by nothing is found`` () =
    let dividing = broken(fun whole part forward -> value(Tensors.maskedSum part.Mask forward.LogProb / whole.Mask.sum()))
    Assert.Equal<string list>([ "nothing gives nothing" ], lawsOf dividing)

[<Fact>]
let ``check passes an objective on, or says what is wrong with it`` () =
    Assert.Equal("reinforce(TokenMean)", (Laws.check Surrogate.reinforce).Formula)
    let dividing = broken(fun whole part forward -> value(Tensors.maskedSum part.Mask forward.LogProb / whole.Mask.sum()))
    let error = Assert.Throws<ArgumentException>(fun () -> Laws.check dividing |> ignore)
    Assert.Contains("atLeastOne", error.Message)
