module Levee.Tests.Oracles

open System
open System.IO

/// The folder with the reference's expected values: the environment's LEVEE_ORACLES, else the repository's own copy.
let folder =
    match Environment.GetEnvironmentVariable "LEVEE_ORACLES" with
    | null
    | "" -> Path.Combine(Repository.root, "tests", "oracles")
    | folder -> folder

/// The path of one of its files.
let file name = Path.Combine(folder, name)
