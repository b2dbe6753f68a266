/// One style for all sources: Fantomas for F#, `dotnet format` for C#, both after .editorconfig; and no blank lines within a declaration.
module Format

open System.IO
open Shell

let private csharp isCheck =
    let verify = if isCheck then [ "--verify-no-changes" ] else []
    let exclude = [ "--exclude"; "artifacts"; "runs" ]
    runIn root "dotnet" [ "format"; "whitespace"; "."; "--folder"; yield! exclude; yield! verify ]

let private sources () = Projects.files [ ".fs"; ".fsi"; ".fsx" ]

let private fsharp isCheck =
    let check = if isCheck then [ "--check" ] else []
    runIn root "dotnet" [ "fantomas"; yield! check; yield! sources() ]

let private blankLines isCheck =
    let untidy = [
        for file in sources() do
            let text = File.ReadAllText(inRepository file)
            let tidy = BlankLines.tidy text
            if tidy <> text then
                file, tidy
    ]
    for file, tidy in untidy do
        if isCheck then
            say "format" $"{file} has a blank line within a declaration"
        else
            File.WriteAllText(inRepository file, tidy)
    if isCheck && not untidy.IsEmpty then 1 else 0

/// Formats all files, or only says which ones would change. Returns the exit code.
let run (isCheck: bool) =
    require "dotnet tool restore" "dotnet" [ "tool"; "restore" ] |> ignore
    let codes = [ fsharp isCheck; blankLines isCheck; csharp isCheck ]
    if List.forall ((=) 0) codes then
        say "format" (if isCheck then "all files are in style" else "done")
        0
    elif isCheck then
        fail "Some files are not in style. Put them right with: dotnet fsi build.fsx format"
    else
        fail "Some files could not be formatted."
