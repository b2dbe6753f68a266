// Runs an experiment again from the config.json of a run: the same arms, settings and seeds, and so the same result.
//
//     dotnet fsi build.fsx run runs/collapse-20260101-120000/config.json
#load "levee.fsx"

open Levee

Script.main(fun _ -> Setting.refuse "Nothing to run again: give --from and the config.json of a run.")
