/// Coefficients that follow what a run measures: their states against sums done by hand, and which of them are the same.
module Levee.Tests.ControllerLaws

open System
open Levee
open Xunit
open Levee.Tests.Examples

let private one (coefficient: Coefficient) = Need.controllers coefficient.Needs |> List.exactlyOne

/// The values of a coefficient's controller at the first step, and after each step of which a metric is told.
let private course (coefficient: Coefficient) metric measured =
    let controller = one coefficient
    let next state value =
        Controller.next (value |> Option.map(fun value -> metric, value) |> Option.toList |> Map.ofList) [ controller ] state
    (Controller.start [ controller ], measured)
    ||> List.scan next
    |> List.map(fun state -> (Controller.values [ controller ] state)[controller.Name])

[<Fact>]
let ``dual ascent follows its equation, and waits where the metric was not measured`` () =
    let dual = Coefficient.dualAscent { drift with Limit = 0.5; Rate = 2.0; Start = 0.25 }
    // 0.25 + 2 (1 - 0.5) = 1.25; + 2 (0.25 - 0.5) = 0.75; nothing; no number; + 2 (0 - 0.5) = -0.25, which is 0; + 2 (0.75 - 0.5) = 0.5.
    let measured = [ Some 1.0; Some 0.25; None; Some nan; Some 0.0; Some 0.75 ]
    Assert.Equal<float list>([ 0.25; 1.25; 0.75; 0.75; 0.75; 0.0; 0.5 ], course dual drift.Metric measured)

[<Fact>]
let ``a raised coefficient grows each time that its phase, or a worse one, is entered`` () =
    let raised = Coefficient.raisedAt Phase.Decay 3.0 (Coefficient.constant 0.2)
    let phases = [ 0.0; 2.0; 2.0; 4.0; 1.0; 1.0; 3.0; 0.0; 2.0 ]
    Assert.Equal<float list>([ 1.0; 1.0; 3.0; 3.0; 3.0; 3.0; 3.0; 9.0; 9.0; 27.0 ], course raised Phase.metric (List.map Some phases))
    Assert.Equal<float list>([ 1.0; 3.0; 3.0; 3.0 ], course raised Phase.metric [ Some 2.0; None; Some 2.0 ])

[<Fact>]
let ``a coefficient has the value of its controller on the clock, and the starting one where the clock has none`` () =
    let case = random(Seed.ofInt 6)
    let value = differentiate Surrogate.reinforce case |> fst
    let weighed (coefficient: Coefficient) = differentiate (coefficient * Surrogate.reinforce) case |> fst
    // Step 3 of 5; a drift of 0.3 and a factor of 2 are on the clock.
    Assert.Equal(0.3 * value, weighed(Coefficient.dualAscent drift), 12)
    Assert.Equal(0.1 * value, weighed(Coefficient.dualAscent { drift with Name = "another" }), 12)
    Assert.Equal(2.0 * 0.5 * value, weighed(Coefficient.raisedAt Phase.Decay 2.0 (Coefficient.linear 0.0 1.0)), 12)
    let twice = Coefficient.raisedAt Phase.Collapse 7.0 (Coefficient.raisedAt Phase.Decay 2.0 (Coefficient.constant 1.0))
    Assert.Equal(2.0 * value, weighed twice, 12)
    Assert.Equal<string list>([ "raised_collapse_7"; "raised_decay_2" ], Need.controllers twice.Needs |> List.map _.Name)

let private own () = Controller.create "mine" [| 1.0; 2.0 |] (fun state _ -> Array.map ((*) 2.0) state) Array.sum

[<Fact>]
let ``a controller of one's own has the state, step and value that it was given`` () =
    let start = [| 1.0; 2.0 |]
    let controller = Controller.create "mine" start (fun state metrics -> Array.append state [| metrics["x"] |]) Array.sum
    start[0] <- 9.0
    controller.Start[1] <- 9.0
    Assert.Equal<float list>([ 3.0; 8.0; 4.0 ], course (Coefficient.controlled controller) "x" [ Some 5.0; Some -4.0 ])
    Assert.Throws<ArgumentException>(fun () -> Controller.create " " [||] (fun state _ -> state) Array.sum |> ignore)
    |> ignore

[<Fact>]
let ``one controller in two places is one, and two of one name are refused`` () =
    let recipe (a: Coefficient) (b: Coefficient) = Recipes.grpo + a * Entropy.bonus + b * Kl.toReference K3
    let names recipe = Recipe.controllers recipe |> List.map _.Name
    let controller = own()
    Assert.Equal<string list>([ "mine" ], names(recipe (Coefficient.controlled controller) (Coefficient.controlled controller)))
    // Those of the library are the same where their settings are.
    Assert.Equal<string list>([ "drift" ], names(recipe (Coefficient.dualAscent drift) (Coefficient.dualAscent drift)))
    let raised factor value = Coefficient.raisedAt Phase.Decay factor (Coefficient.constant value)
    Assert.Equal<string list>([ "raised_decay_2" ], names(recipe (raised 2.0 0.1) (raised 2.0 0.2)))
    Assert.Equal<string list>([ "raised_decay_2"; "raised_decay_3" ], names(recipe (raised 2.0 0.1) (raised 3.0 0.1)))
    let refused a b (name: string) =
        let error = Assert.Throws<ArgumentException>(fun () -> Recipe.validate(recipe a b))
        Assert.Contains($"2 different controllers are named '{name}'", error.Message)
        Assert.Contains("a name of its own", error.Message)
    refused (Coefficient.controlled(own())) (Coefficient.controlled(own())) "mine"
    refused (Coefficient.dualAscent drift) (Coefficient.dualAscent { drift with Limit = 0.02 }) "drift"
    refused (Coefficient.dualAscent { drift with Name = "mine" }) (Coefficient.controlled controller) "mine"

[<Fact>]
let ``settings of controllers out of range are refused with a remedy`` () =
    let refused (word: string) (make: unit -> Coefficient) =
        Assert.Contains(word, Assert.Throws<ArgumentException>(fun () -> make() |> ignore).Message)
    refused "a rate above 0" (fun () -> Coefficient.dualAscent { drift with Rate = 0.0 })
    refused "a finite limit" (fun () -> Coefficient.dualAscent { drift with Limit = nan })
    refused "give 0 or more" (fun () -> Coefficient.dualAscent { drift with Start = -0.1 })
    refused "give one" (fun () -> Coefficient.dualAscent { drift with Name = "" })
    refused "above 0" (fun () -> Coefficient.raisedAt Phase.Decay 0.0 (Coefficient.constant 1.0))
    refused "stagnation" (fun () -> Coefficient.raisedAt Phase.Healthy 2.0 (Coefficient.constant 1.0))

[<Fact>]
let ``a formula of an earlier version says what took the alarm's place`` () =
    let error = Assert.Throws<FormatException>(fun () -> Reading.objective "alarmed(0.2) * entropyBonus" |> ignore)
    Assert.Contains("raisedAt(Decay, 2, ...)", error.Message)
