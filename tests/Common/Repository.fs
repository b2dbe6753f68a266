module Levee.Tests.Repository

open System
open System.IO

/// The repository's root folder: the one with build.fsx above the test assembly.
let root =
    let rec above (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith $"There is no build.fsx in a folder above {AppContext.BaseDirectory}."
        | folder when File.Exists(Path.Combine(folder.FullName, "build.fsx")) -> folder.FullName
        | folder -> above folder.Parent
    above(DirectoryInfo AppContext.BaseDirectory)
