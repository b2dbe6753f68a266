namespace Levee.Algorithms.Objectives

open Levee.Algorithms
open Levee.Algorithms.Estimators
open Levee.Algorithms.Formulas

/// The point that a run has reached, for coefficients that change while it trains.
type Clock = {
    /// The step, from 1.
    Step: int
    /// Steps of the whole run.
    Steps: int
    /// The factor that the phase alarm puts on the coefficients that follow it; 1 while it is silent.
    Alarm: float
}

/// A number that may change while a run trains: `Coefficient.linear 0.0 0.2 * objective`.
type Coefficient = {
    /// How, for configurations and reports; `Term.name "mine"` for one of a script's own.
    Term: Term
    Needs: Set<Need>
    At: Clock -> float
} with

    /// The term in one line.
    member this.Formula = Term.text this.Term

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
        between "cosine" first last (fun progress -> last + (first - last) * 0.5 * (1.0 + cos(System.Math.PI * progress)))

    /// A coefficient times the phase alarm: unchanged while the alarm is silent, more once a phase has raised it (`PhaseAction.RaiseCoefficients`).
    let alarmed (coefficient: Coefficient) : Coefficient = {
        Term = Term.Call("alarmed", [ Term.argument coefficient.Term ])
        Needs = coefficient.Needs.Add PhaseAlarm
        At = fun clock -> clock.Alarm * coefficient.At clock
    }
