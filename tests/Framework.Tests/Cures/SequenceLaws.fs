/// Surrogates of trust regions and of whole sequences, and the entropy controller, against sums done by hand.
module Levee.Tests.SequenceLaws

open System
open Levee
open Xunit
open Levee.Tests.Examples

/// A case whose tokens had and have these probabilities.
let private moved (old: float[][]) (now: float[][]) advantage =
    let logs = Array.map(Array.map log)
    let zeros, ones = old |> Array.map(Array.map(fun _ -> 0.0)), old |> Array.map(Array.map(fun _ -> 1.0))
    plain (logs old) (logs now) zeros advantage ones zeros (Array.map (fun _ -> 1.0) advantage) (Array.map (fun _ -> 0.0) advantage)

let private nearAll (expected: float[][]) actual =
    (expected, actual) ||> Array.iter2(Array.iter2(fun e (a: float) -> Assert.Equal(e, a, 9)))

[<Fact>]
let ``DPPO weighs by the capped ratio, and by nothing where the probability left the trust region`` () =
    // Moves of 0.3, 0.1, 0.18 and 0.099; of -0.3, -0.1, 0.3 and -0.001. Ratios of 2.5, 1.2, 19 and 100; 0.4, 5/6, 2.5 and 0.5.
    let old = [| [| 0.2; 0.5; 0.01; 0.001 |]; [| 0.5; 0.6; 0.2; 0.002 |] |]
    let now = [| [| 0.5; 0.6; 0.19; 0.1 |]; [| 0.2; 0.5; 0.5; 0.001 |] |]
    let case = moved old now [| 1.0; -1.0 |]
    let dppo = Surrogate.dppo { Low = 0.2; High = 0.2; Cap = 20.0 }
    let value, gradient = differentiate dppo case
    let weights = [| [| 0.0; 1.2; 19.0; 20.0 |]; [| 0.0; -5.0 / 6.0; -2.5; -0.5 |] |]
    nearAll (weights |> Array.map(Array.map(fun w -> -w / 8.0))) gradient
    Assert.Equal(-(Array.map2 (Array.map2(fun w p -> w * log p)) weights now |> Array.sumBy Array.sum) / 8.0, value, 9)
    let _, _, gradients = gradients dppo case
    Assert.Equal(3.0 / 8.0, gradients.Metrics |> List.find(fst >> (=) "actor/pg_clipfrac") |> snd, 9)

[<Fact>]
let ``VESPO weighs a response by the kernel of its whole ratio`` () =
    // W = 0.24 / 0.25 = 0.96: 0.96^2 e^0.12 = 1.0391011 and 0.96^3 e^0.08 = 0.9584231.
    let old, now = Array.replicate 2 [| 0.5; 0.5 |], Array.replicate 2 [| 0.6; 0.4 |]
    let _, gradient = differentiate Surrogate.vespo (moved old now [| 1.0; -2.0 |])
    let praised, blamed = 1.0391010984, 0.9584230671
    for expected, found in [ -praised / 4.0, gradient[0][1]; 2.0 * blamed / 4.0, gradient[1][0] ] do
        Assert.Equal(expected, found, 7)

[<Fact>]
let ``LUSPO is each response's clipped sequence ratio times its length`` () =
    forSeeds 8 (fun seed ->
        let case = random seed
        let rows = [| 0 .. case.Mask.Length - 1 |] |> Array.filter(fun r -> Array.sum case.Mask[r] > 0.0)
        let ofRow r =
            let length = Array.sum case.Mask[r]
            let ratio =
                Array.map3 (fun m p q -> m * (p - q)) case.Mask[r] case.LogProb[r] case.Old[r]
                |> Array.sum
                |> fun sum -> exp(sum / length)
            let clipped = ratio |> max 0.8 |> min 1.28
            -length * min (ratio * case.Advantage[r]) (clipped * case.Advantage[r])
        let value = differentiate (Surrogate.luspo(Clip.asymmetric 0.2 0.28)) case |> fst
        Assert.Equal(Array.averageBy ofRow rows, value, 9))

[<Fact>]
let ``an entropy target moves its coefficient a step towards it, and pays nothing above it`` () =
    let coefficient = Coefficient.entropyTarget target
    let controller = Need.controllers coefficient.Needs |> List.exactlyOne
    let next state entropy =
        Controller.next (entropy |> Option.map(fun e -> "actor/entropy", e) |> Option.toList |> Map.ofList) [ controller ] state
    // 0.2; then 0.3; at most 0.3; above the target c is 0.2 and counts for nothing; 0.1; 0; at least 0; nothing measured; 0.1; at the target it stays.
    let measured = [ Some 0.4; Some 0.1; Some 0.9; Some 0.9; Some 0.9; Some 0.9; None; Some nan; Some 0.2; Some 0.5 ]
    let values =
        (Controller.start [ controller ], measured)
        ||> List.scan next
        |> List.map(fun state -> Math.Round((Controller.values [ controller ] state)["entropy_target"], 9))
    Assert.Equal<float list>([ 0.2; 0.3; 0.3; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.1; 0.1 ], values)
    let refused (options: EntropyTarget) =
        Assert.Contains("out of range", Assert.Throws<ArgumentException>(fun () -> Coefficient.entropyTarget options |> ignore).Message)
    refused { target with Target = -1.0 }
    refused { target with Delta = 0.0 }
    refused { target with Start = 0.4 }
