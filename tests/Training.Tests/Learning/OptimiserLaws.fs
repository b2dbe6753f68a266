module Levee.Tests.OptimiserLaws

open Levee
open TorchSharp
open Xunit

/// AdamW on plain numbers, straight from the paper's algorithm.
let private reference options (rate: float) (scale: float) (gradients: float[][]) (start: float[]) =
    let n = start.Length
    let m, v = Array.zeroCreate n, Array.zeroCreate n
    let x = Array.copy start
    gradients
    |> Array.iteri(fun t gradient ->
        for i in 0 .. n - 1 do
            let g = scale * gradient[i]
            m[i] <- options.Beta1 * m[i] + (1.0 - options.Beta1) * g
            v[i] <- options.Beta2 * v[i] + (1.0 - options.Beta2) * g * g
            let first = m[i] / (1.0 - options.Beta1 ** float(t + 1))
            let second = v[i] / (1.0 - options.Beta2 ** float(t + 1))
            x[i] <- x[i] - rate * options.WeightDecay * x[i] - rate * first / (sqrt second + options.Epsilon))
    x

let private vector (values: float[]) = torch.tensor(values)

[<Fact>]
let ``AdamW does what its paper says`` () =
    for k in 1..10 do
        use _ = torch.NewDisposeScope()
        let seed = Seed.ofInt k
        let numbers name count = Array.init count (fun i -> 2.0 * Seed.uniform(seed |> Seed.named name |> Seed.derive i) - 1.0)
        let start = numbers "start" 7
        let gradients = Array.init 5 (fun t -> numbers $"gradient{t}" 7)
        let options = { Optimiser.adamW with WeightDecay = 0.1 }
        let values = vector start
        let state =
            (Optimiser.start values, gradients)
            ||> Array.fold(fun state gradient -> Optimiser.step options 0.01 0.5 values (vector gradient) state)
        Assert.Equal(5, state.Updates)
        (reference options 0.01 0.5 gradients start, values.data<float>().ToArray())
        ||> Array.iter2(fun expected actual -> Assert.Equal(expected, actual, 12))
        Optimiser.dispose state

[<Fact>]
let ``steps too small for half precision add up, and are rounded once`` () =
    use _ = torch.NewDisposeScope()
    let run (values: torch.Tensor) =
        let gradient = torch.ones_like values
        let state =
            (Optimiser.start values, [ 1..300 ])
            ||> List.fold(fun state _ -> Optimiser.step { Optimiser.adamW with WeightDecay = 0.0 } 1e-4 1.0 values gradient state)
        Optimiser.dispose state
    let wide = torch.tensor [| 1.0f; -2.0f; 0.5f |]
    let half = wide.``to`` torch.bfloat16
    run wide
    run half
    Assert.True((wide - Tensors.scalar 1.0).data<float32>()[0] < -0.02f)
    Assert.Equal<float32[]>(
        (wide.``to`` torch.bfloat16).``to``(torch.float32).data<float32>().ToArray(),
        half.``to``(torch.float32).data<float32>().ToArray()
    )

[<Fact>]
let ``the norm of many numbers, of half precision too, is exact to float32`` () =
    use _ = torch.NewDisposeScope()
    for dtype in [ torch.float32; torch.bfloat16 ] do
        let many = torch.full([| 5_000_000L |], Tensors.scalar 0.01).``to`` dtype
        let expected = many[0].ToDouble() * sqrt 5e6
        Assert.Equal(expected, Optimiser.norm many, 1e-5 * expected)

[<Fact>]
let ``the learning rate rises over the warm-up and then stays`` () =
    let schedule = { Peak = 2.0; WarmUp = 0.2; Decay = Constant }
    let rates = [ for step in 0..9 -> Schedule.at schedule 10 step ]
    Assert.Equal<float list>([ 1.0; 2.0; 2.0; 2.0; 2.0; 2.0; 2.0; 2.0; 2.0; 2.0 ], rates)

[<Fact>]
let ``no warm-up starts at the peak, and a cosine ends at its floor`` () =
    let schedule = { Peak = 1.0; WarmUp = 0.0; Decay = Cosine 0.1 }
    Assert.Equal(1.0, Schedule.at schedule 100 0, 12)
    Assert.Equal(0.55, Schedule.at schedule 100 50, 12)
    Assert.InRange(Schedule.at schedule 100 99, 0.1, 0.101)
