namespace Levee.Policies

/// The rooms that a script works in come with `open Levee`: referring to this assembly opens them.
module internal PolicyRooms =
    [<assembly: AutoOpen("Levee.Policies")>]
    [<assembly: AutoOpen("Levee.Policies.Weights")>]
    [<assembly: AutoOpen("Levee.Policies.Sampling")>]
    do ()
