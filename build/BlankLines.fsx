/// Blank lines stand between declarations, never within one: Fantomas keeps those that it finds, so this takes them out.
module BlankLines

open System

/// Where a text of F# stands at the beginning of a line.
type private Place =
    | Code
    | Quoted
    | Verbatim
    | Triple
    | Comment of depth: int

/// The place after a line that began at a place.
let rec private after place (line: string) =
    let at (what: string) = line.StartsWith(what, StringComparison.Ordinal)
    let skip count next = after next (line.Substring count)
    match place with
    | _ when line = "" -> place
    | Code when at "\"\"\"" -> skip 3 Triple
    | Code when at "@\"" || at "$@\"" || at "@$\"" -> skip (line.IndexOf '"' + 1) Verbatim
    | Code when at "\"" -> skip 1 Quoted
    | Code when at "//" -> Code
    | Code when at "(*" && not(at "(*)") -> skip 2 (Comment 1)
    | Code when at "'\"'" || at "'\\" && line.Length > 3 -> skip 3 Code
    | Triple when at "\"\"\"" -> skip 3 Code
    | Verbatim when at "\"\"" -> skip 2 Verbatim
    | Verbatim when at "\"" -> skip 1 Code
    | Quoted when at "\\" && line.Length > 1 -> skip 2 Quoted
    | Quoted when at "\"" -> skip 1 Code
    | Comment depth when at "(*" -> skip 2 (Comment(depth + 1))
    | Comment 1 when at "*)" -> skip 2 Code
    | Comment depth when at "*)" -> skip 2 (Comment(depth - 1))
    | _ -> skip 1 place

let private indent (line: string) = line.Length - line.TrimStart(' ').Length

let private holders = [ "module "; "type "; "and "; "namespace "; "interface "; "#if"; "#else" ]

/// True when declarations stand under a line: it begins a module, a type, or what a type implements.
let private holdsDeclarations (line: string) =
    let text = line.Trim()
    List.exists (fun (holder: string) -> text.StartsWith(holder, StringComparison.Ordinal)) holders
    || text.EndsWith(" with", StringComparison.Ordinal) && text.StartsWith("}", StringComparison.Ordinal)
    || text.StartsWith("{ new ", StringComparison.Ordinal)
    || text.StartsWith("do", StringComparison.Ordinal) && text.Length = 2

/// The text without the blank lines that stand within a declaration.
let tidy (text: string) =
    let lines = text.Split '\n'
    let places = lines |> Array.scan after Code
    let isBlank i = places[i] = Code && String.IsNullOrWhiteSpace lines[i]
    let isWithin i =
        match Seq.tryFind (isBlank >> not) (seq { i + 1 .. lines.Length - 1 }) with
        | Some next when places[next] = Code && indent lines[next] > 0 ->
            let depth = indent lines[next]
            let isAbove k = places[k] = Code && not(isBlank k) && indent lines[k] < depth
            match Seq.tryFind isAbove (seq { i - 1 .. -1 .. 0 }) with
            | Some parent -> not(holdsDeclarations lines[parent])
            | None -> false
        | _ -> false
    [|
        for i in 0 .. lines.Length - 1 do
            if not(isBlank i && isWithin i) then
                lines[i]
    |]
    |> String.concat "\n"
