module Levee.Tests.AdvantageLaws

open System
open FsCheck
open FsCheck.FSharp
open Levee
open Xunit

let private rewards =
    Gen.choose(0, 10)
    |> Gen.map(fun tenths -> float tenths / 10.0)
    |> Gen.nonEmptyListOf
    |> Gen.map List.toArray
    |> Arb.fromGen

let private holds (law: float[] -> bool) = Check.QuickThrowOnFailure(Prop.forAll rewards law)

[<Fact>]
let ``advantages of a group of two or more sum to zero`` () =
    holds(fun rewards -> rewards.Length = 1 || abs(Array.sum(Advantage.groupRelative rewards)) < 1e-9)

[<Fact>]
let ``permuting a group permutes its advantages`` () =
    holds(fun rewards ->
        let back = Advantage.groupRelative(Array.rev rewards) |> Array.rev
        Array.forall2 (fun (a: float) b -> abs(a - b) < 1e-9) (Advantage.groupRelative rewards) back)

[<Fact>]
let ``a higher reward never has a lower advantage`` () =
    holds(fun rewards ->
        let advantages = Advantage.groupRelative rewards
        Array.allPairs [| 0 .. rewards.Length - 1 |] [| 0 .. rewards.Length - 1 |]
        |> Array.forall(fun (i, j) -> rewards[i] <= rewards[j] || advantages[i] > advantages[j]))

[<Fact>]
let ``shifting all rewards changes nothing`` () =
    holds(fun rewards ->
        rewards.Length = 1
        || Array.forall2
            (fun (a: float) b -> abs(a - b) < 1e-6)
            (Advantage.groupRelative rewards)
            (Advantage.groupRelative(Array.map ((+) 3.0) rewards)))

[<Fact>]
let ``equal rewards give no signal`` () =
    for reward in [ 0.0; 1.0; 0.1 ] do
        Assert.All(Advantage.groupRelative(Array.replicate 5 reward), fun a -> Assert.True(abs a < 1e-9))

[<Fact>]
let ``a group of one keeps its reward`` () = Assert.Equal(1.0 / (1.0 + 1e-6), (Advantage.groupRelative [| 1.0 |])[0], 12)
