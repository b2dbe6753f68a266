module Levee.Tests.ReadingLaws

open System
open Levee
open Levee.Algorithms.Formulas
open Xunit
open Levee.Tests.Examples

[<Fact>]
let ``every objective of the library is read back from its formula, to the same formula, value and gradient`` () =
    let case = random(Seed.ofInt 7)
    for objective in objectives do
        let again = Reading.objective objective.Formula
        Assert.Equal(objective.Formula, again.Formula)
        Assert.Equal<Set<Need>>(objective.Needs, again.Needs)
        let value, gradient = differentiate objective case
        let value', gradient' = differentiate again case
        Assert.Equal(value, value')
        Assert.Equal<float[][]>(gradient, gradient')

[<Fact>]
let ``every estimator of the library is read back from its formula, to the same advantages`` () =
    for estimator in AdvantageLaws.estimators do
        if not(estimator.Formula.Contains "gdpo") then
            let again = Reading.estimator estimator.Formula
            Assert.Equal(estimator.Formula, again.Formula)
            Assert.Equal<Set<Need>>(estimator.Needs, again.Needs)
            AdvantageLaws.holdsOf(fun rollouts -> AdvantageLaws.advantagesOf estimator rollouts = AdvantageLaws.advantagesOf again rollouts)

[<Fact>]
let ``numbers keep every digit`` () =
    let weight = 0.1 + 0.2
    let objective = weight * Surrogate.clippedOver (SequenceSumOver(1.0 / 3.0)) (Clip.asymmetric 1e-7 3e-4)
    let again = Reading.objective objective.Formula
    let case = random(Seed.ofInt 7)
    Assert.Equal(objective.Formula, again.Formula)
    Assert.Equal(differentiate objective case |> fst, differentiate again case |> fst)

[<Theory>]
[<InlineData("", "a number or a name is missing")>]
[<InlineData("clipped(low=0.2, high=0.2, TokenMean", "')' is missing")>]
[<InlineData("reinforce(TokenMean) rloo", "should have ended here")>]
[<InlineData("reinforce(TokenMean) / 2", "'/' has no meaning here")>]
[<InlineData("reinforce(WordMean)", "none of TokenMean")>]
[<InlineData("clipped(high=0.2, TokenMean)", "'low' is missing")>]
[<InlineData("mine(3)", "no objective 'mine'")>]
[<InlineData("3", "3 alone is no objective")>]
[<InlineData("1.2.3 * nll", "no number")>]
let ``what cannot be read is refused, and said why`` (formula: string) (reason: string) =
    let error = Assert.Throws<FormatException>(fun () -> Reading.objective formula |> ignore)
    Assert.Contains(reason, error.Message)

[<Fact>]
let ``what a script wrote by itself is refused by name, with a remedy`` () =
    let mine = Surrogate.ofTokens "mine" TokenMean (fun part forward -> -part.Advantage * forward.LogProb, part.Mask)
    let error = Assert.Throws<FormatException>(fun () -> Reading.objective (Recipes.grpo + mine).Objective.Formula |> ignore)
    Assert.Contains("'mine'", error.Message)
    Assert.Contains("run that script", error.Message)
    let custom = Advantage.ofRewards "ownBaseline" id
    let error = Assert.Throws<FormatException>(fun () -> Reading.estimator custom.Formula |> ignore)
    Assert.Contains("'ownBaseline'", error.Message)

[<Fact>]
let ``numbers out of range are refused as in code`` () =
    Assert.Throws<ArgumentException>(fun () -> Reading.objective "clipped(low=2, high=0.2, TokenMean)" |> ignore) |> ignore
