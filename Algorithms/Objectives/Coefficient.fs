namespace Levee.Algorithms.Objectives

open System
open System.Globalization
open Levee
open Levee.Algorithms
open Levee.Algorithms.Diagnosis
open Levee.Algorithms.Formulas

/// The point that a run has reached, for coefficients that change while it trains.
type Clock = {
    /// The step, from 1.
    Step: int
    /// Steps of the whole run.
    Steps: int
    /// The values of controllers at this step, by name.
    Controls: Map<string, float>
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Clock =
    /// A step of a run of so many steps, in which every controller has the value that it starts with.
    let at step steps = { Step = step; Steps = steps; Controls = Map.empty }

    /// The only step of a run.
    let single = at 1 1

    /// The value of a controller; the one that it starts with where the clock does not say.
    let control (controller: Controller) clock =
        clock.Controls |> Map.tryFind controller.Name |> Option.defaultWith(fun () -> controller.Value controller.Start)

/// A number that may change while a run trains: `Coefficient.linear 0.0 0.2 * objective`.
type Coefficient = {
    /// How, for configurations and reports; `Term.name "mine"` for one of a script's own.
    Term: Term
    /// Among them the controllers that it follows.
    Needs: Set<Need>
    At: Clock -> float
} with

    /// The term in one line.
    member this.Formula = Term.text this.Term

/// The constraint metric <= limit, and how strongly a dual variable answers it.
type DualAscent = {
    /// The name of the controller.
    Name: string
    /// The metric that is to stay below the limit, by its name in `metrics.jsonl`.
    Metric: string
    Limit: float
    /// How much the coefficient grows a step for each unit by which the metric is above the limit; above 0.
    Rate: float
    /// The coefficient at the first step; at least 0.
    Start: float
}

/// The entropy that a run is to keep, and how strongly a coefficient answers it.
type EntropyTarget = {
    /// The mean entropy in nats below which entropy is rewarded; at least 0.
    Target: float
    /// How much the coefficient grows or falls a step; above 0.
    Delta: float
    /// The coefficient at the first step, from 0 to `Most`.
    Start: float
    /// The largest coefficient.
    Most: float
}

/// Coefficients of objectives that change while a run trains.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Coefficient =
    /// A coefficient that never changes.
    let constant (value: float) : Coefficient = { Term = Term.Number value; Needs = Set.empty; At = fun _ -> value }

    /// A function of the share of the run that is done, 0 at the first step and 1 at the last.
    let ofProgress formula (value: float -> float) : Coefficient = {
        Term = Term.name formula
        Needs = Set.empty
        At = fun clock -> value(float(clock.Step - 1) / float(max 1 (clock.Steps - 1)))
    }

    let private between name first last value = {
        ofProgress name value with
            Term = Term.Call(name, [ Term.argument(Term.Number first); Term.argument(Term.Number last) ])
    }

    /// A coefficient that goes from one value at the first step to another at the last, along a line.
    let linear (first: float) (last: float) = between "linear" first last (fun progress -> first + (last - first) * progress)

    /// A coefficient that goes from one value at the first step to another at the last, along half a cosine.
    let cosine (first: float) (last: float) =
        between "cosine" first last (fun progress -> last + (first - last) * 0.5 * (1.0 + cos(Math.PI * progress)))

    /// The value of a controller. A run saves the controller's state, so that it goes on from there after a stop, and measures the value at every step as
    /// `coefficient/NAME`. Rolling back leaves the state as it is. Two different controllers of one name in a recipe are refused.
    let controlled (controller: Controller) : Coefficient = {
        Term = controller.Term
        Needs = Set.singleton(Controlled controller)
        At = Clock.control controller
    }

    /// Dual ascent on the constraint metric <= limit: lambda becomes max(0, lambda + rate * (metric - limit)) after every step at which the metric was
    /// measured (Boyd et al. 2011, "Distributed optimization and statistical learning via ADMM", section 2.1 has it for an equality, where lambda may be
    /// negative). Weigh by it what brings the metric down. Raises `ArgumentException` on a setting out of range.
    let dualAscent (options: DualAscent) =
        if not(Double.IsFinite options.Limit && Double.IsFinite options.Rate && options.Rate > 0.0) then
            Setting.refuse
                $"Dual ascent on {options.Metric} <= {options.Limit} at a rate of {options.Rate} is out of range: give a finite limit and a rate above 0."
        if not(Double.IsFinite options.Start && options.Start >= 0.0) then
            Setting.refuse $"Dual ascent that starts at {options.Start} is out of range: give 0 or more."
        let next (state: float[]) metrics =
            match Map.tryFind options.Metric metrics with
            | Some measured -> [| max 0.0 (state[0] + options.Rate * (measured - options.Limit)) |]
            | None -> state
        let arguments = [
            Term.argument(Term.Text options.Name)
            Term.argument(Term.Text options.Metric)
            Term.number "limit" options.Limit
            Term.number "rate" options.Rate
            Term.number "start" options.Start
        ]
        Controller.ofTerm options.Name (Term.Call("dualAscent", arguments)) [| options.Start |] next Array.head |> controlled

    /// Adaptive entropy control, to weigh `Entropy.bonus` by: after every step c grows by `Delta` where the entropy (`actor/entropy`) is below the target and
    /// falls by it where it is above, within [0, Most]; the coefficient is c where the entropy is at most the target, and 0 where it is above (Skywork-OR1,
    /// arXiv 2505.22312; TRL's `use_adaptive_entropy`). A step without a finite entropy changes nothing. The coefficient is measured as
    /// `coefficient/entropy_target`. Raises `ArgumentException` on a setting out of range.
    let entropyTarget (options: EntropyTarget) =
        if not(options.Target >= 0.0 && Double.IsFinite options.Target && options.Delta > 0.0 && Double.IsFinite options.Delta) then
            Setting.refuse
                $"An entropy target of {options.Target} in steps of {options.Delta} is out of range: give a target of 0 or more, such as 0.2, and a step above 0, such as 0.005."
        if not(options.Start >= 0.0 && options.Start <= options.Most && Double.IsFinite options.Most) then
            Setting.refuse
                $"An entropy coefficient that starts at {options.Start} and is at most {options.Most} is out of range: give a start of 0 or more and a finite largest value that is not below it."
        let next (state: float[]) metrics =
            match Map.tryFind "actor/entropy" metrics with
            | Some entropy ->
                let step = float(sign(options.Target - entropy)) * options.Delta
                [|
                    state[0] + step |> max 0.0 |> min options.Most
                    (if entropy <= options.Target then 1.0 else 0.0)
                |]
            | None -> state
        let arguments = [
            Term.number "target" options.Target
            Term.number "delta" options.Delta
            Term.number "start" options.Start
            Term.number "most" options.Most
        ]
        Controller.ofTerm "entropy_target" (Term.Call("entropyTarget", arguments)) [| options.Start; 1.0 |] next (fun state ->
            state[0] * state[1])
        |> controlled

    /// The factor of all entries into a phase so far, and the number of the phase after the last step.
    let private raised (phase: Phase) (factor: float) =
        let bound = float(Phase.number phase)
        let next (state: float[]) metrics =
            match Map.tryFind Phase.metric metrics with
            | Some now when state[1] < bound && bound <= now -> [| state[0] * factor; now |]
            | Some now -> [| state[0]; now |]
            | None -> state
        let name = $"raised_{Phase.name phase}_" + factor.ToString("R", CultureInfo.InvariantCulture)
        let term = Term.Call("raised", [ Term.argument(Term.ofCase phase); Term.argument(Term.Number factor) ])
        Controller.ofTerm name term [| 1.0; 0.0 |] next Array.head

    /// A coefficient that is multiplied by a factor from the step on after which the run entered a phase, or a worse one, out of a milder one; once more
    /// each time that it does. The factor is measured as `coefficient/raised_PHASE_FACTOR`. Raises `ArgumentException` unless the factor is a finite number
    /// above 0 and the phase is one that can be entered.
    let raisedAt (phase: Phase) (factor: float) (coefficient: Coefficient) : Coefficient =
        if not(factor > 0.0 && Double.IsFinite factor) then
            Setting.refuse $"A coefficient multiplied by {factor} at a phase is out of range: give a factor above 0, such as 2."
        if phase = Phase.Healthy then
            Setting.refuse "A coefficient cannot be raised at health, in which every run begins: give a phase from stagnation on."
        let controller = raised phase factor
        {
            Term =
                Term.Call(
                    "raisedAt",
                    [
                        Term.argument(Term.ofCase phase)
                        Term.argument(Term.Number factor)
                        Term.argument coefficient.Term
                    ]
                )
            Needs = coefficient.Needs.Add(Controlled controller)
            At = fun clock -> Clock.control controller clock * coefficient.At clock
        }
