namespace Levee

/// A stream of random numbers as a value: a 64-bit key from which other keys and numbers are derived (SplitMix64, Steele, Lea
/// and Flood 2014). Nothing is hidden or mutated, so a draw depends on its key alone and not on what else was drawn, in which
/// order, or on which thread.
[<Struct>]
type Seed = private Seed of uint64

[<RequireQualifiedAccess>]
module Seed =
    let private golden = 0x9E3779B97F4A7C15UL

    let private mix (z: uint64) =
        let z = (z ^^^ (z >>> 30)) * 0xBF58476D1CE4E5B9UL
        let z = (z ^^^ (z >>> 27)) * 0x94D049BB133111EBUL
        z ^^^ (z >>> 31)

    /// The seed of a whole run.
    let ofInt (number: int) = Seed(mix(uint64 number + golden))

    /// A child seed; children of different index, or of different parents, are independent.
    let derive (index: int) (Seed key) = Seed(mix(key + golden * (uint64(uint32 index) + 2UL)))

    /// A child seed by name.
    let named (name: string) seed = name |> Seq.fold (fun seed letter -> derive (int letter) seed) seed

    /// A uniform number in [0, 1) with 53 random bits.
    let uniform seed =
        let (Seed key) = seed
        float(mix(key + golden) >>> 11) * (1.0 / 9007199254740992.0)

    /// A uniform integer in [0, n); n at least 1.
    let below n seed = int(uniform seed * float n)

    /// A uniformly chosen element.
    let pick (items: 'a[]) seed = items[below items.Length seed]

    /// The items in a uniformly random order (Fisher-Yates).
    let shuffle (items: 'a[]) seed =
        let result = Array.copy items
        for i in result.Length - 1 .. -1 .. 1 do
            let j = below (i + 1) (derive i seed)
            let kept = result[i]
            result[i] <- result[j]
            result[j] <- kept
        result

    /// A seed for torch's own generators.
    let toInt64 (Seed key) = int64(key >>> 1)
