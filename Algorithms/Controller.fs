namespace Levee.Algorithms

open System
open Levee
open Levee.Algorithms.Formulas

/// A rule that moves a number while a run trains, by what the run measures. It has a state, which the run saves, and three functions without side effects.
/// `Controller.create` makes one; two are the same where they are one value, or of the library with the same settings.
[<Sealed>]
type Controller
    internal
    (name: string, term: Term, identity: Guid, start: float[], next: float[] -> Map<string, float> -> float[], value: float[] -> float) =
    /// What the state goes by in a run's saved state, and the value in its metrics: `coefficient/NAME`.
    member _.Name = name

    /// How, for configurations and reports.
    member _.Term = term

    /// The state of the first step.
    member _.Start = Array.copy start

    /// The state of the next step, from a step's own and its metrics as `metrics.jsonl` has them: what was not measured, or is no finite number, is not there.
    member _.Next state metrics : float[] = next state metrics

    /// The number that a state stands for.
    member _.Value state : float = value state

    member private _.Key = name, term, identity

    override this.Equals other =
        match other with
        | :? Controller as other -> this.Key = other.Key
        | _ -> false

    override this.GetHashCode() = hash this.Key

    override _.ToString() = Term.text term

    interface IComparable with
        member this.CompareTo other =
            match other with
            | :? Controller as other -> compare this.Key other.Key
            | _ -> 1

/// Making controllers.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Controller =
    let private named (name: string) =
        if String.IsNullOrWhiteSpace name then
            Setting.refuse "A controller has no name: give one, which names its metric and its saved state."
        name

    /// A controller of the library, which its term says in full.
    let internal ofTerm name term start next value = Controller(named name, term, Guid.Empty, start, next, value)

    /// A controller from its name, the state that it starts in, a function from a step's state and metrics to the state of the next step, and one from a state
    /// to the number that it stands for. Raises `ArgumentException` where the name is empty.
    let create name (start: float[]) next value = Controller(named name, Term.name name, Guid.NewGuid(), Array.copy start, next, value)

    /// The states of controllers at a run's first step, by name.
    let start (controllers: Controller list) = controllers |> List.map(fun controller -> controller.Name, controller.Start) |> Map.ofList

    /// The states of the next step, from a step's own and its metrics.
    let next (metrics: Map<string, float>) (controllers: Controller list) (states: Map<string, float[]>) =
        let metrics = metrics |> Map.filter(fun _ value -> Double.IsFinite value)
        controllers
        |> List.map(fun controller -> controller.Name, controller.Next states[controller.Name] metrics)
        |> Map.ofList

    /// The numbers that states stand for, by name.
    let values (controllers: Controller list) (states: Map<string, float[]>) =
        controllers |> List.map(fun controller -> controller.Name, controller.Value states[controller.Name]) |> Map.ofList
