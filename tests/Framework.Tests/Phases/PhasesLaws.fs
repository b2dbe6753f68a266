module Levee.Tests.PhasesLaws

open System
open System.IO
open System.Text.Json
open FsCheck
open FsCheck.FSharp
open Levee
open Xunit

let private unmeasured: Vitals = {
    Step = 0
    Reward = None
    LogLikelihood = None
    GradientNorm = None
    Entropy = None
    LargestRatio = None
}

let private states options vitals = Seq.scan (Phases.observe options) Phases.start vitals |> Seq.tail |> List.ofSeq

let private history vitals = (Phases.fold Phases.defaults vitals).History

let private shown (phases: (Phase * int) list) = phases |> List.map fst

// Laws, over runs short enough that random ones go through every phase. All numbers are sums of powers of two: scaling and shifting them is exact.

let private brisk = {
    Phases.defaults with
        Window = 2
        Enter = 2
        Leave = 3
        RewardRise = 0.125
        LikelihoodRise = 0.0625
        LikelihoodFall = 0.125
        LikelihoodDrop = 0.25
        MeaningfulReward = 0.125
}

let private runs =
    let measured unit highest =
        Gen.frequency [ 1, Gen.constant None; 7, Gen.choose(0, highest) |> Gen.map(fun k -> Some(unit * float k)) ]
    let vitals =
        gen {
            let! reward = measured 0.125 8
            let! likelihood = measured -0.0625 8
            let! gradient = Gen.frequency [ 15, measured 0.25 12; 1, Gen.elements [ Some nan; Some infinity ] ]
            let! entropy = measured 0.25 8
            let! ratio = measured 1.0 30
            // A stretch of equal steps, since what flickers shows no phase.
            let! length = Gen.choose(1, 6)
            return
                List.replicate length {
                    unmeasured with
                        Reward = reward
                        LogLikelihood = likelihood
                        GradientNorm = gradient
                        Entropy = entropy
                        LargestRatio = ratio
                }
        }
    // Even steps, so that others fit between them.
    vitals |> Gen.listOf |> Gen.map(List.concat >> List.mapi(fun k step -> { step with Step = 2 * (k + 1) }))

let private holds (law: Vitals list -> bool) = Check.QuickThrowOnFailure(Prop.forAll (Arb.fromGen runs) law)

let private sameHistory options change =
    holds(fun run -> (Phases.fold brisk run).History = (Phases.fold options (List.map change run)).History)

[<Fact>]
let ``the laws are tried on runs that go through every phase`` () =
    let seen = Gen.sampleWithSeed (Rnd 1UL) 50 100 runs |> Seq.collect(Phases.fold brisk >> _.History >> shown) |> Set.ofSeq
    Assert.Equal<Set<Phase>>(Set.ofList Phase.all, seen)

[<Fact>]
let ``what is said at a step does not depend on what comes after it`` () =
    Check.QuickThrowOnFailure(
        Prop.forAll (Arb.fromGen(Gen.zip runs runs)) (fun (run, other) ->
            let half = run.Length / 2
            let otherwise = List.truncate half run @ List.skip (min half other.Length) other
            (Phases.fold brisk (List.truncate half run)).Equals(List.item half (Phases.start :: states brisk otherwise))
            || otherwise.Length < half)
    )

[<Fact>]
let ``history only grows, by one phase at a time, and ends with the current one`` () =
    holds(fun run ->
        Phases.start :: states brisk run
        |> List.pairwise
        |> List.forall(fun (before, after) ->
            let fresh = after.History |> List.skip before.History.Length
            List.truncate before.History.Length after.History = before.History
            && fresh =
                if after.Phase = before.Phase then
                    []
                else
                    [ after.Phase, after.Since ]))

[<Fact>]
let ``each phase begins after the one before it, and not after it was entered`` () =
    holds(fun run ->
        states brisk run
        |> List.forall(fun state ->
            let begins = List.map snd state.History
            state.Since <= state.Step
            && List.last state.History = (state.Phase, state.Since)
            && List.pairwise begins |> List.forall(fun (a, b) -> a < b)))

[<Fact>]
let ``a phase is left for a milder one only after it has not shown for long enough`` () =
    holds(fun run ->
        let changes =
            Phases.start :: states brisk run
            |> List.map _.Phase
            |> List.indexed
            |> List.pairwise
            |> List.filter(fun ((_, before), (_, after)) -> before <> after)
            |> List.map(fun (_, change) -> change)
        List.pairwise changes
        |> List.forall(fun ((entered, before), (left, after)) -> after > before || left - entered >= brisk.Leave))

[<Fact>]
let ``a step that is seen again changes nothing, whatever it says the second time`` () =
    holds(fun run ->
        let again = run |> List.collect(fun step -> [ step; { step with Reward = Some 0.0; LogLikelihood = Some -9.0 } ])
        (Phases.fold brisk run).Equals(Phases.fold brisk again))

[<Fact>]
let ``a step without a measurement changes nothing but the step`` () =
    holds(fun run ->
        let between = run |> List.collect(fun step -> [ step; { unmeasured with Step = step.Step + 1 } ])
        let expected = Phases.fold brisk run
        { expected with Step = if run.IsEmpty then -1 else expected.Step + 1 }.Equals(Phases.fold brisk between))

[<Fact>]
let ``a measurement that is not finite counts as missing, except for the gradient norm`` () =
    let spoilt value = value |> Option.orElse(Some nan)
    holds(fun run ->
        let spoil (step: Vitals) = {
            step with
                Reward = spoilt step.Reward
                LogLikelihood = step.LogLikelihood |> Option.orElse(Some -infinity)
                Entropy = spoilt step.Entropy
                LargestRatio = step.LargestRatio |> Option.orElse(Some infinity)
        }
        (Phases.fold brisk run).Equals(Phases.fold brisk (List.map spoil run)))

[<Fact>]
let ``gradient norm, entropy and ratio count against their own baselines, in any unit`` () =
    let times factor = Option.map((*) factor)
    sameHistory brisk (fun step -> {
        step with
            GradientNorm = times 4.0 step.GradientNorm
            Entropy = times 0.5 step.Entropy
            LargestRatio = times 8.0 step.LargestRatio
    })

[<Fact>]
let ``shifting all log-likelihoods changes nothing`` () =
    sameHistory brisk (fun step -> { step with LogLikelihood = step.LogLikelihood |> Option.map(fun value -> value - 2.0) })

[<Fact>]
let ``rewards can be in any unit that the thresholds are in too`` () =
    sameHistory { brisk with RewardRise = 4.0 * brisk.RewardRise; MeaningfulReward = 4.0 * brisk.MeaningfulReward } (fun step -> {
        step with
            Reward = step.Reward |> Option.map((*) 4.0)
    })

[<Fact>]
let ``no phase is told without what it is told by`` () =
    let never phases change =
        holds(fun run ->
            (Phases.fold brisk (List.map change run)).History |> List.forall(fun (phase, _) -> not(List.contains phase phases)))
    never [ Phase.Stagnation; Phase.Collapse ] (fun step -> { step with Reward = None })
    never [ Phase.Stagnation; Phase.Decay; Phase.Acceleration ] (fun step -> { step with LogLikelihood = None })
    never [ Phase.Acceleration ] (fun step -> { step with GradientNorm = None; Entropy = None; LargestRatio = None })

[<Fact>]
let ``what is remembered does not grow with the run`` () =
    holds(fun run ->
        states brisk run
        |> List.collect(fun state -> [ state.Reward; state.LogLikelihood; state.GradientNorm; state.Entropy; state.LargestRatio ])
        |> List.forall(fun track -> track.Early.Length <= brisk.Window && track.Recent.Length <= 3 * brisk.Window))

// Drawn curves, with the default options.

/// The curve through some points (step, value), straight between them and flat outside.
let private through (points: (int * float) list) step =
    match List.tryFindBack (fun (at, _) -> at <= step) points, List.tryFind (fun (at, _) -> at > step) points with
    | Some(a, low), Some(b, high) -> low + (high - low) * float(step - a) / float(b - a)
    | Some(_, value), None
    | None, Some(_, value) -> value
    | None, None -> invalidArg (nameof points) "A curve needs a point."

let private flat value = [ 1, value ]

type private Drawn = {
    Rewards: (int * float) list
    Likelihoods: (int * float) list
    Gradients: (int * float) list
    Entropies: (int * float) list
}

let private steady = { Rewards = flat 0.4; Likelihoods = flat -0.4; Gradients = flat 1.0; Entropies = flat 0.6 }

let private draw length curves = [
    for step in 1..length do
        {
            Step = step
            Reward = Some(through curves.Rewards step)
            LogLikelihood = Some(through curves.Likelihoods step)
            GradientNorm = Some(through curves.Gradients step)
            Entropy = Some(through curves.Entropies step)
            LargestRatio = Some 2.0
        }
        : Vitals
]

let private noisy seed (vitals: Vitals list) =
    let noise name step = 2.0 * Seed.uniform(Seed.ofInt seed |> Seed.named name |> Seed.derive step) - 1.0
    let shaken name size (step: Vitals) = Option.map(fun value -> value + size * noise name step.Step)
    vitals
    |> List.map(fun step -> {
        step with
            Reward = step.Reward |> shaken "reward" 0.1 step
            LogLikelihood = step.LogLikelihood |> shaken "likelihood" 0.05 step
            GradientNorm = step.GradientNorm |> shaken "gradient" 0.5 step
            Entropy = step.Entropy |> shaken "entropy" 0.3 step
    })

/// The paper's Fig. 2: reward rises over a flat likelihood; slow decay from 60; from 140 likelihood plunges and gradients surge; reward falls from 170.
let private asInThePaper =
    draw 220 {
        Rewards = [ 20, 0.3; 60, 0.5; 120, 0.6; 170, 0.6; 190, 0.1 ]
        Likelihoods = [ 60, -0.4; 140, -0.6; 160, -1.6 ]
        Gradients = [ 140, 1.0; 160, 6.0 ]
        Entropies = [ 140, 0.6; 160, 1.8 ]
    }

let private beginsNear tolerance expected found =
    Assert.Equal<Phase list>(Phase.Healthy :: List.map fst expected, shown found)
    for (_, expected), (_, step) in List.zip expected (List.tail found) do
        Assert.InRange(step, expected - tolerance, expected + tolerance)

[<Fact>]
let ``the paper's phases are found in order, each near the step at which its curve crosses the threshold`` () =
    beginsNear 7 [ Phase.Stagnation, 40; Phase.Decay, 100; Phase.Acceleration, 144; Phase.Collapse, 182 ] (history asInThePaper)

[<Fact>]
let ``under noise the paper's phases are found too, each while its curve is in it`` () =
    for seed in 1..50 do
        match history(noisy seed asInThePaper) |> List.filter(fun (phase, _) -> phase > Phase.Stagnation) with
        | [ Phase.Decay, decay; Phase.Acceleration, acceleration; Phase.Collapse, collapse ] ->
            Assert.InRange(decay, 60, 139)
            Assert.InRange(acceleration, 140, 160)
            Assert.InRange(collapse, 170, 190)
        | found -> Assert.Fail $"seed {seed}: {found}"

[<Fact>]
let ``a run that stays as it is stays healthy`` () = Assert.Equal<(Phase * int) list>([ Phase.Healthy, 0 ], history(draw 500 steady))

[<Fact>]
let ``a run that learns while likelihood rises stays healthy, under noise too`` () =
    let learning = draw 200 { steady with Rewards = [ 10, 0.3; 200, 0.8 ]; Likelihoods = [ 10, -0.4; 100, -0.2; 200, -0.15 ] }
    Assert.Equal<Phase list>([ Phase.Healthy ], shown(history learning))
    for seed in 1..50 do
        Assert.Equal<Phase list>([ Phase.Healthy ], shown(history(noisy seed learning)))

[<Fact>]
let ``a dip of likelihood is a decay that ends`` () =
    let dip = { steady with Likelihoods = [ 50, -0.4; 60, -0.55; 90, -0.55; 100, -0.4 ] }
    beginsNear 7 [ Phase.Decay, 57; Phase.Healthy, 100 ] (history(draw 150 dip))

[<Fact>]
let ``a dip that does not last is not seen`` () =
    let dip = {
        steady with
            Likelihoods = [ 50, -0.4; 51, -2.0; 53, -2.0; 54, -0.4 ]
            Rewards = [ 50, 0.4; 51, 0.0; 53, 0.0; 54, 0.4 ]
    }
    Assert.Equal<Phase list>([ Phase.Healthy ], shown(history(draw 150 dip)))

[<Fact>]
let ``what hovers about a threshold does not flicker`` () =
    let hovering = {
        steady with
            Likelihoods = (50, -0.4) :: [ for k in 0..20 -> 60 + 10 * k, (if k % 2 = 0 then -0.52 else -0.48) ]
    }
    Assert.Equal<Phase list>([ Phase.Healthy; Phase.Decay ], shown(history(draw 260 hovering)))

[<Fact>]
let ``a collapse can be recovered from`` () =
    beginsNear
        7
        [ Phase.Collapse, 56; Phase.Healthy, 109 ]
        (history(draw 160 { steady with Rewards = [ 50, 0.6; 60, 0.1; 100, 0.1; 110, 0.6 ] }))

[<Fact>]
let ``a fall of reward is no collapse while the best was next to nothing`` () =
    Assert.Equal<Phase list>([ Phase.Healthy ], shown(history(draw 100 { steady with Rewards = [ 30, 0.09; 40, 0.0 ] })))

[<Fact>]
let ``however far likelihood falls, it is no acceleration without a surge; a gradient that is not finite is one`` () =
    let falling = draw 100 { steady with Likelihoods = [ 30, -0.4; 60, -1.4 ] }
    let broken =
        falling
        |> List.map(fun step ->
            if step.Step > 50 then
                { step with GradientNorm = Some nan }
            else
                step)
    Assert.Equal<Phase list>([ Phase.Healthy; Phase.Decay ], shown(history falling))
    beginsNear 1 [ Phase.Decay, 38; Phase.Acceleration, 51 ] (history broken)

[<Fact>]
let ``a fall that quickens under a surge is an acceleration before it has gone far`` () =
    let far = { Phases.defaults with LikelihoodDrop = 10.0 }
    let surging likelihoods = draw 120 { steady with Likelihoods = likelihoods; Entropies = [ 60, 0.6; 65, 1.8 ] }
    let phases likelihoods = shown (Phases.fold far (surging likelihoods)).History
    Assert.Contains(Phase.Acceleration, phases [ 30, -0.4; 60, -0.5; 80, -1.0 ])
    Assert.DoesNotContain(Phase.Acceleration, phases [ 30, -0.4; 80, -1.0 ])

[<Fact>]
let ``a setting out of range is refused by name`` () =
    let refused name options =
        let error = Assert.Throws<ArgumentException>(fun () -> Phases.fold options [] |> ignore)
        Assert.Contains($" {name} of ", error.Message)
    let good = Phases.defaults
    refused "Window" { good with Window = 0 }
    refused "Enter" { good with Enter = 0 }
    refused "Leave" { good with Leave = good.Enter - 1 }
    refused "Ease" { good with Ease = 0.0 }
    refused "Ease" { good with Ease = 1.5 }
    refused "RewardRise" { good with RewardRise = 0.0 }
    refused "LikelihoodRise" { good with LikelihoodRise = nan }
    refused "LikelihoodFall" { good with LikelihoodFall = -0.1 }
    refused "LikelihoodDrop" { good with LikelihoodDrop = good.LikelihoodFall / 2.0 }
    refused "Faster" { good with Faster = 0.9 }
    refused "Surge" { good with Surge = 1.0 }
    refused "RatioSurge" { good with RatioSurge = infinity }
    refused "RewardLoss" { good with RewardLoss = 1.0 }
    refused "MeaningfulReward" { good with MeaningfulReward = 0.0 }
    Phases.validate good

// Recorded curves: 200 steps of Experiments/collapse.fsx at its quick size, seeds 1, 3 and 4 of both arms; one run a line, a list for each metric.

let private recorded =
    let column (run: JsonElement) (name: string) = [
        for value in run.GetProperty(name).EnumerateArray() do
            if value.ValueKind = JsonValueKind.Null then
                None
            else
                Some(value.GetDouble())
    ]
    Map.ofList [
        for line in File.ReadLines(Path.Combine(Repository.root, "tests", "Framework.Tests", "curves", "collapse.jsonl")) do
            use json = JsonDocument.Parse line
            let run = json.RootElement
            let column = column run
            let reward, likelihood = column "critic/score/mean", column "lld/log_likelihood/correct"
            let gradient, entropy, ratio = column "actor/grad_norm", column "actor/entropy", column "actor/ratio_max"
            let vitals: Vitals list = [
                for k, step in List.indexed(column "step") do
                    {
                        Step = int step.Value
                        Reward = reward[k]
                        LogLikelihood = likelihood[k]
                        GradientNorm = gradient[k]
                        Entropy = entropy[k]
                        LargestRatio = ratio[k]
                    }
            ]
            (run.GetProperty("arm").GetString() |> string, run.GetProperty("seed").GetInt32()), vitals
    ]

let private seeds = [ 1; 3; 4 ]

[<Theory>]
[<InlineData(1, 57)>]
[<InlineData(3, 71)>]
[<InlineData(4, 44)>]
let ``recorded GRPO collapses`` seed step =
    let found = history recorded["GRPO", seed]
    Assert.Contains((Phase.Collapse, step), found)

[<Fact>]
let ``recorded GRPO recovers from its collapse in one run of three`` () =
    let last seed = history recorded["GRPO", seed] |> List.last |> fst
    Assert.Equal<Phase list>([ Phase.Collapse; Phase.Healthy; Phase.Collapse ], List.map last seeds)

[<Fact>]
let ``recorded GRPO shows none of the paper's earlier phases before it collapses: reward goes first`` () =
    for seed in seeds do
        let before = history recorded["GRPO", seed] |> shown |> List.takeWhile((<>) Phase.Collapse)
        Assert.Equal<Phase list>([ Phase.Healthy ], before)

/// The first step of the run of steps that is the first proof of a phase, whether or not a worse one hid it.
let private firstProof phase vitals =
    states Phases.defaults vitals
    |> List.tryPick(fun state ->
        Map.tryFind phase state.Showing |> Option.filter(fun run -> run.Steps >= Phases.defaults.Enter) |> Option.map _.From)

[<Theory>]
[<InlineData(1, 107, 153)>]
[<InlineData(3, 72, 72)>]
[<InlineData(4, 55, 115)>]
let ``recorded GRPO's likelihood decays and accelerates downwards only once reward has collapsed`` seed decay acceleration =
    Assert.Equal(Some decay, firstProof Phase.Decay recorded["GRPO", seed])
    Assert.Equal(Some acceleration, firstProof Phase.Acceleration recorded["GRPO", seed])

[<Fact>]
let ``recorded GRPO with LLDS gets no further than stagnation, and leaves it`` () =
    let found seed = history recorded["GRPO + LLDS", seed] |> shown
    Assert.Equal<Phase list>([ Phase.Healthy; Phase.Stagnation; Phase.Healthy ], found 1)
    Assert.Equal<Phase list>([ Phase.Healthy; Phase.Stagnation; Phase.Healthy ], found 3)
    Assert.Equal<Phase list>([ Phase.Healthy ], found 4)
    for seed in seeds do
        Assert.Equal(None, firstProof Phase.Decay recorded["GRPO + LLDS", seed])

[<Fact>]
let ``the recorded arms are told apart by levels over 10 to 20 steps and a loss of reward of 0.4 to 0.6`` () =
    for window in [ 10; 15; 20 ] do
        for loss in [ 0.4; 0.5; 0.6 ] do
            for KeyValue((arm, seed), vitals) in recorded do
                let found = (Phases.fold { Phases.defaults with Window = window; RewardLoss = loss } vitals).History |> shown
                Assert.True(
                    (arm = "GRPO") = List.contains Phase.Collapse found,
                    $"{arm}, seed {seed}, window {window}, loss {loss}: {found}"
                )
