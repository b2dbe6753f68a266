module Levee.Tests.Repository

open System
open System.IO

/// The repository's root folder: the one with tests/oracles above the test assembly.
let root =
    let rec above (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith $"There is no tests/oracles in a folder above {AppContext.BaseDirectory}."
        | folder when Directory.Exists(Path.Combine(folder.FullName, "tests", "oracles")) -> folder.FullName
        | folder -> above folder.Parent
    above(DirectoryInfo AppContext.BaseDirectory)
