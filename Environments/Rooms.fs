namespace Levee.Environments

/// The rooms that a script works in come with `open Levee`: referring to this assembly opens them.
module internal EnvironmentRooms =
    [<assembly: AutoOpen("Levee.Environments")>]
    [<assembly: AutoOpen("Levee.Environments.Search")>]
    [<assembly: AutoOpen("Levee.Environments.Atlas")>]
    do ()
