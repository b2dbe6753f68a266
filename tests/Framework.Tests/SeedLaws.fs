module Levee.Tests.SeedLaws

open Levee
open Xunit

[<Fact>]
let ``a draw depends on its seed alone`` () =
    let draw () = Seed.ofInt 7 |> Seed.named "rollout" |> Seed.derive 3 |> Seed.uniform
    Assert.Equal(draw(), draw())
    Assert.NotEqual(draw(), Seed.ofInt 8 |> Seed.named "rollout" |> Seed.derive 3 |> Seed.uniform)

[<Fact>]
let ``numbers are uniform over [0, 1)`` () =
    let n, bins = 100_000, 20
    let counts = Array.zeroCreate<int> bins
    for k in 1..n do
        let u = Seed.uniform(Seed.derive k (Seed.ofInt 1))
        Assert.InRange(u, 0.0, 0.9999999999999999)
        counts[int(u * float bins)] <- counts[int(u * float bins)] + 1
    let expected = float n / float bins
    let chiSquare = counts |> Array.sumBy(fun c -> (float c - expected) ** 2.0 / expected)
    // 19 degrees of freedom: 43.8 is the 0.1% point.
    Assert.True(chiSquare < 43.8, $"chi-square {chiSquare}")

[<Fact>]
let ``a shuffle is a permutation and differs between seeds`` () =
    let items = [| 1..50 |]
    let a, b = Seed.shuffle items (Seed.ofInt 1), Seed.shuffle items (Seed.ofInt 2)
    Assert.Equal<int[]>(items, Array.sort a)
    Assert.NotEqual<int[]>(a, b)
    Assert.Equal<int[]>([| 1..50 |], items)
