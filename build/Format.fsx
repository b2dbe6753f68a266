/// One style for all sources: Fantomas for F#, `dotnet format` for C#, both after .editorconfig.
module Format

open Shell

let private csharp isCheck =
    let verify = if isCheck then [ "--verify-no-changes" ] else []
    let exclude = [ "--exclude"; "artifacts"; "runs" ]
    runIn root "dotnet" [ "format"; "whitespace"; "."; "--folder"; yield! exclude; yield! verify ]

let private fsharp isCheck =
    let check = if isCheck then [ "--check" ] else []
    runIn root "dotnet" [ "fantomas"; yield! check; yield! Projects.files [ ".fs"; ".fsi"; ".fsx" ] ]

/// Formats all files, or only says which ones would change. Returns the exit code.
let run (isCheck: bool) =
    require "dotnet tool restore" "dotnet" [ "tool"; "restore" ] |> ignore
    let codes = [ fsharp isCheck; csharp isCheck ]

    if List.forall ((=) 0) codes then
        say "format" (if isCheck then "all files are in style" else "done")
        0
    elif isCheck then
        fail "Some files are not in style. Put them right with: dotnet fsi build.fsx format"
    else
        fail "Some files could not be formatted."
