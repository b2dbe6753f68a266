namespace Levee.Algorithms.Formulas

open System
open System.Globalization
open Microsoft.FSharp.Reflection

/// A formula: what objectives, estimators and coefficients are made of, for configurations and reports. `Term.text` writes it, `Formula.parse` reads it.
[<RequireQualifiedAccess>]
type Term =
    | Number of float
    /// A text, written in quotes: `Folder("models/teacher")`. A quote or a backslash within has a backslash in front.
    | Text of string
    /// A name with arguments, each perhaps by name: `clipped(low=0.2, high=0.2, TokenMean)`, `UpdatesAgo 2`, `rloo`. What a script wrote by itself is a
    /// name without arguments, of any characters.
    | Call of name: string * arguments: (string option * Term) list
    | Sum of Term list
    | Product of Term * Term

/// Making and writing formulas.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Term =
    /// A name without arguments, written as it stands.
    let name text = Term.Call(text, [])

    /// An argument by its place: `TokenMean` in `reinforce(TokenMean)`.
    let argument (term: Term) : string option * Term = None, term

    /// An argument by its name: `preserve=Positive`.
    let keyed key (term: Term) = Some key, term

    /// A number as an argument by its name: `low=0.2`.
    let number key value = keyed key (Term.Number value)

    /// A union case: `TokenMean`, `SequenceSumOver(64)`, `Masked(0.5, 5)`.
    let ofCase (value: 'union) =
        let case, fields = FSharpValue.GetUnionFields(value, typeof<'union>)
        let ofField (field: objnull) =
            match field with
            | :? string as text -> Term.Text text
            | number -> Term.Number(Convert.ToDouble(number, CultureInfo.InvariantCulture))
        Term.Call(case.Name, fields |> Array.map(ofField >> argument) |> List.ofArray)

    let private summands term =
        match term with
        | Term.Sum terms -> terms
        | other -> [ other ]

    /// The sum of two terms, in which sums are not nested.
    let add left right = Term.Sum(summands left @ summands right)

    let private readsAsSum term =
        match term with
        | Term.Sum _ -> true
        | Term.Call(name, []) -> name.Contains " + "
        | _ -> false

    /// True when a term is a sum, or has one within.
    let rec private holdsSum term =
        readsAsSum term
        || match term with
           | Term.Product(left, right) -> holdsSum left || holdsSum right
           | Term.Call(_, arguments) -> arguments |> List.exists(snd >> holdsSum)
           | _ -> false

    /// A term in one line; `Formula.parse` reads it back where every name is one word. A factor that is a sum, or a name that reads as one, stands in
    /// brackets.
    let rec text term =
        let bracketed isNeeded term = if isNeeded term then $"({text term})" else text term
        match term with
        | Term.Number number -> number.ToString("R", CultureInfo.InvariantCulture)
        | Term.Text text -> "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\""
        | Term.Call(name, []) -> name
        | Term.Call(name, arguments) ->
            let written (key, term) =
                match key with
                | Some key -> $"{key}={text term}"
                | None -> text term
            let arguments = arguments |> List.map written |> String.concat ", "
            $"{name}({arguments})"
        | Term.Sum terms -> terms |> List.map text |> String.concat " + "
        // Brackets around a sum further within are not needed: they keep the configurations of earlier runs the same to the letter.
        | Term.Product(left, right) -> $"{bracketed readsAsSum left} * {bracketed holdsSum right}"

/// Reading formulas: sums of products of numbers, texts and calls.
[<RequireQualifiedAccess>]
module Formula =
    type private Token =
        | Word of string
        | Digits of float
        | Quoted of string
        | Sign of char

    let private refuse (text: string) at (problem: string) =
        raise(FormatException $"The formula cannot be read at character {at + 1}, '{text.Substring(min at text.Length)}': {problem}.")

    let private isWord (letter: char) = Char.IsAsciiLetterOrDigit letter || letter = '_'

    /// The text in quotes that begins at a place, and the length of it all.
    let private quoted (text: string) start =
        let found = Text.StringBuilder()
        let rec read at =
            if at >= text.Length then
                refuse text start "the quote is not closed"
            else
                match text[at] with
                | '"' -> string found, at + 1 - start
                | '\\' when at + 1 < text.Length ->
                    found.Append text[at + 1] |> ignore
                    read(at + 2)
                | letter ->
                    found.Append letter |> ignore
                    read(at + 1)
        read(start + 1)

    /// The tokens with the places where they begin.
    let private tokens (text: string) =
        let rec read at found =
            let stretch (belongs: int -> bool) =
                Seq.initInfinite((+) at) |> Seq.takeWhile(fun i -> i < text.Length && belongs i) |> Seq.length
            if at >= text.Length then
                List.rev found
            else
                match text[at] with
                | ' ' -> read (at + 1) found
                | letter when Char.IsAsciiLetter letter ->
                    let length = stretch(fun i -> isWord text[i])
                    read (at + length) ((Word(text.Substring(at, length)), at) :: found)
                | letter when Char.IsAsciiDigit letter || letter = '-' || letter = '.' ->
                    let inNumber i =
                        Char.IsAsciiDigit text[i]
                        || Seq.contains text[i] ".Ee"
                        || (Seq.contains text[i] "+-" && (i = at || Seq.contains text[i - 1] "eE"))
                    let length = stretch inNumber
                    match Double.TryParse(text.AsSpan(at, length), NumberStyles.Float, CultureInfo.InvariantCulture) with
                    | true, number -> read (at + length) ((Digits number, at) :: found)
                    | _ -> refuse text at "this is no number"
                | '"' ->
                    let inner, length = quoted text at
                    read (at + length) ((Quoted inner, at) :: found)
                | letter when Seq.contains letter "()=,+*" -> read (at + 1) ((Sign letter, at) :: found)
                | letter -> refuse text at $"'{letter}' has no meaning here"
        read 0 []

    /// Reads a formula. Raises `FormatException` that says where and why it cannot be read.
    let parse (text: string) =
        let place rest = rest |> List.tryHead |> Option.map snd |> Option.defaultValue text.Length
        let expect sign rest =
            match rest with
            | (Sign found, _) :: rest when found = sign -> rest
            | rest -> refuse text (place rest) $"'{sign}' is missing"
        let rec sum rest =
            let first, rest = product rest
            let rec more terms rest =
                match rest with
                | (Sign '+', _) :: rest ->
                    let term, rest = product rest
                    more (term :: terms) rest
                | rest -> List.rev terms, rest
            match more [ first ] rest with
            | [ only ], rest -> only, rest
            | terms, rest -> Term.Sum terms, rest
        and product rest =
            match atom rest with
            | left, (Sign '*', _) :: rest ->
                let right, rest = product rest
                Term.Product(left, right), rest
            | left, rest -> left, rest
        and atom rest =
            match rest with
            | (Digits number, _) :: rest -> Term.Number number, rest
            | (Quoted text, _) :: rest -> Term.Text text, rest
            | (Word name, _) :: (Sign '(', _) :: (Sign ')', _) :: rest -> Term.Call(name, []), rest
            | (Word name, _) :: (Sign '(', _) :: rest ->
                let arguments, rest = arguments rest
                Term.Call(name, arguments), expect ')' rest
            | (Word name, _) :: (Digits number, _) :: rest -> Term.Call(name, [ None, Term.Number number ]), rest
            | (Word name, _) :: rest -> Term.Call(name, []), rest
            | (Sign '(', _) :: rest ->
                let inner, rest = sum rest
                inner, expect ')' rest
            | rest -> refuse text (place rest) "a number or a name is missing"
        and arguments rest =
            let argument, rest =
                match rest with
                | (Word name, _) :: (Sign '=', _) :: rest ->
                    let value, rest = sum rest
                    (Some name, value), rest
                | rest ->
                    let value, rest = sum rest
                    (None, value), rest
            match rest with
            | (Sign ',', _) :: rest ->
                let others, rest = arguments rest
                argument :: others, rest
            | rest -> [ argument ], rest
        match sum(tokens text) with
        | term, [] -> term
        | _, rest -> refuse text (place rest) "the formula should have ended here"

    /// A union case as a formula has it: `TokenMean`, `SequenceSumOver(64)`, `Masked(0.5, 5)`.
    let text (value: 'union) = Term.text(Term.ofCase value)

    /// The union case that a term names. Raises `FormatException` that lists the cases there are.
    let union<'union> (term: Term) : 'union =
        let cases = FSharpType.GetUnionCases typeof<'union>
        let names = cases |> Array.map _.Name |> String.concat ", "
        match term with
        | Term.Call(name, arguments) ->
            match cases |> Array.tryFind(fun case -> case.Name = name && case.GetFields().Length = arguments.Length) with
            | Some case ->
                let field (info: Reflection.PropertyInfo) argument =
                    match argument with
                    | _, Term.Text text when info.PropertyType = typeof<string> -> (text :> objnull)
                    | _ when info.PropertyType = typeof<string> -> raise(FormatException $"{name} takes a text in quotes.")
                    | _, Term.Number number -> Convert.ChangeType(number, info.PropertyType, CultureInfo.InvariantCulture)
                    | _ -> raise(FormatException $"{name} takes numbers.")
                FSharpValue.MakeUnion(case, Array.map2 field (case.GetFields()) (Array.ofList arguments)) :?> 'union
            | None -> raise(FormatException $"'{name}' with {arguments.Length} arguments is none of {names}.")
        | _ -> raise(FormatException $"One of {names} is missing.")
