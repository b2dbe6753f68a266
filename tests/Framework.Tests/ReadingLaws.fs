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
let ``the text of a term of the library is read back to the term`` () =
    for objective in objectives do
        Assert.Equal(objective.Term, Formula.parse objective.Formula)
    for estimator in AdvantageLaws.estimators do
        Assert.Equal(estimator.Term, Formula.parse estimator.Formula)

let private plain, bonus = Surrogate.reinforce, Entropy.bonus

[<Fact>]
let ``a product of a sum is a product, and a sum of sums is one sum`` () =
    let both = plain + bonus
    Assert.Equal(Term.Product(Term.Number 0.5, Term.Sum [ plain.Term; bonus.Term ]), (0.5 * both).Term)
    Assert.Equal(Term.Sum [ plain.Term; plain.Term; bonus.Term; bonus.Term ], (plain + both + bonus).Term)
    for objective, formula in
        [
            0.5 * both, "0.5 * (reinforce(TokenMean) + entropyBonus)"
            2.0 * (0.5 * plain), "2 * 0.5 * reinforce(TokenMean)"
            2.0 * (0.5 * both), "2 * (0.5 * (reinforce(TokenMean) + entropyBonus))"
            0.5 * both + bonus, "0.5 * (reinforce(TokenMean) + entropyBonus) + entropyBonus"
            0.5 * Objective.withoutTruncated both, "0.5 * (withoutTruncated(reinforce(TokenMean) + entropyBonus))"
            Objective.withoutTruncated(0.5 * both) + bonus, "withoutTruncated(0.5 * (reinforce(TokenMean) + entropyBonus)) + entropyBonus"
            Coefficient.raisedAt Phase.Collapse 1.5 (Coefficient.cosine 1e-7 3e20) * both,
            "raisedAt(Collapse, 1.5, cosine(1E-07, 3E+20)) * (reinforce(TokenMean) + entropyBonus)"
            Coefficient.dualAscent { drift with Name = "a \"quoted\" name" } * plain,
            "dualAscent(\"a \\\"quoted\\\" name\", \"actor/ppo_kl\", limit=0.01, rate=5, start=0.1) * reinforce(TokenMean)"
        ] do
        Assert.Equal(formula, objective.Formula)
        Assert.Equal(objective.Term, Formula.parse formula)

[<Fact>]
let ``a name that reads as a sum is a name still`` () =
    let mine = Objective.ofTokens "near + far" "mine" TokenMean (fun _ forward -> forward.LogProb)
    Assert.Equal(Term.Product(Term.Number 2.0, Term.name "near + far"), (2.0 * mine).Term)
    Assert.Equal("2 * (near + far) + entropyBonus", (2.0 * mine + bonus).Formula)
    let rising = Coefficient.ofProgress "base + slope" id
    Assert.Equal(Term.Product(Term.name "base + slope", bonus.Term), (rising * bonus).Term)
    Assert.Equal("(base + slope) * entropyBonus", (rising * bonus).Formula)
    let spaced = Objective.ofTokens "toward the start" "mine" TokenMean (fun _ forward -> forward.LogProb)
    Assert.Equal("0.5 * toward the start", (0.5 * spaced).Formula)

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

[<Fact>]
let ``every choice of groups of the library is read back from its formula`` () =
    for choice, formula in
        [
            GroupChoice.all, "all"
            GroupChoice.dynamicSampling 7, "dynamicSampling(rounds=7)"
            GroupChoice.variance 0.15 3, "variance(threshold=0.15, rounds=3)"
            GroupChoice.varianceTopP 0.9, "varianceTopP(share=0.9)"
        ] do
        Assert.Equal(formula, choice.Formula)
        let again = Reading.groups formula
        Assert.Equal(choice.Term, again.Term)
        Assert.Equal(choice.Rounds, again.Rounds)
        AdvantageLaws.holdsOf(fun rollouts -> Array.map choice.Keep rollouts.Groups = Array.map again.Keep rollouts.Groups)
        AdvantageLaws.holdsOf(fun rollouts -> choice.Among rollouts.Groups = again.Among rollouts.Groups)
    let error =
        Assert.Throws<FormatException>(fun () -> Reading.groups (GroupChoice.ofGroups "medium" 2 (fun _ -> true)).Formula |> ignore)
    Assert.Contains("no choice of groups 'medium'; it has all, dynamicSampling, variance, varianceTopP", error.Message)
    Assert.Contains("run that script", error.Message)

[<Theory>]
[<InlineData "models/teacher">]
[<InlineData "">]
[<InlineData "a + b, (c) = \"d\" * 2">]
[<InlineData "C:\\models\\7B\\">]
[<InlineData "déjà vu/文">]
let ``a reference in a folder is read back from the formula, whatever its path`` (folder: string) =
    let reference = Reference.Folder folder
    let objective = 0.5 * (Kl.toward reference K2 + Llds.penalty { Llds.paper with Reference = reference }) + bonus
    let again = Reading.objective objective.Formula
    Assert.Equal(objective.Term, again.Term)
    Assert.Equal<Set<Need>>(objective.Needs, again.Needs)
    Assert.Contains(ReferencePolicy reference, again.Needs)
    let alone = 2.0 * Kl.toward reference K1
    Assert.StartsWith("2 * kl(K1, Folder(\"", alone.Formula)
    Assert.Equal(alone.Term, Formula.parse alone.Formula)
    let estimator = Advantage.grpo |> TokenRewards.kl K3 reference 0.1
    Assert.Equal<Set<Need>>(estimator.Needs, (Reading.estimator estimator.Formula).Needs)

[<Theory>]
[<InlineData("kl(K1, Folder(\"a))", "at character 15, '\"a))': the quote is not closed")>]
[<InlineData("kl(K1, Folder(3))", "Folder takes a text in quotes")>]
[<InlineData("kl(K1, UpdatesAgo(\"3\"))", "UpdatesAgo takes numbers")>]
[<InlineData("\"kl\"", "is no objective")>]
let ``a text where none belongs, or none where one does, is refused`` (formula: string) (problem: string) =
    let error = Assert.Throws<FormatException>(fun () -> Reading.objective formula |> ignore)
    Assert.Contains(problem, error.Message)
