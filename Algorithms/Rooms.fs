namespace Levee

/// The rooms that a script works in come with `open Levee`: referring to this assembly opens them.
module internal AlgorithmRooms =
    [<assembly: AutoOpen("Levee.Algorithms")>]
    [<assembly: AutoOpen("Levee.Algorithms.Formulas")>]
    [<assembly: AutoOpen("Levee.Algorithms.Estimators")>]
    [<assembly: AutoOpen("Levee.Algorithms.Objectives")>]
    [<assembly: AutoOpen("Levee.Algorithms.Diagnosis")>]
    do ()
