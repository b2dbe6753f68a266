namespace Levee.CommandLine

open System.Threading
open Argu

/// A command of `levee`. To add one: a file that makes such a record, and its line in Program.fs.
type Command = {
    Name: string
    /// The purpose of the command, in a line.
    Summary: string
    /// Words behind the command's name, and what they do.
    Examples: (string * string) list
    /// Its words and options, with their meaning.
    Usage: unit -> string
    /// Does it, and gives the exit code.
    Run: CancellationToken -> string list -> int
}

[<RequireQualifiedAccess>]
module Command =
    /// Options by their names, with their dashes, and how many words each takes behind it.
    let options (parser: ArgumentParser) =
        Map.ofList [
            "--help", 0
            for case in parser.GetArgumentCases() do
                for name in case.CommandLineNames.Value do
                    name, case.UnionCaseInfo.GetFields().Length
        ]

    /// Refuses an option that a command does not have. What stands behind an option that takes a word is no option.
    let rec checkOptions command (known: Map<string, int>) (words: string list) =
        match words with
        | [] -> ()
        | word :: rest ->
            let name = (word.Split '=')[0]
            match Map.tryFind name known with
            | Some arity when name = word -> checkOptions command known (List.skip (min arity rest.Length) rest)
            | None when name.StartsWith "--" ->
                let near = Spelling.didYouMean name (List.ofSeq known.Keys)
                Usage.refuse $"unknown option '{name}' for {command}.{near} Help: levee {command} --help"
            | _ -> checkOptions command known rest

    /// A command whose words Argu reads.
    let create<'option when 'option :> IArgParserTemplate> name summary examples (run: CancellationToken -> ParseResults<'option> -> int) =
        let parser = ArgumentParser.Create<'option>(programName = $"levee {name}", usageStringCharacterWidth = 120)
        let parse (words: string list) =
            checkOptions name (options parser) words
            try
                parser.Parse(List.toArray words)
            with :? ArguParseException as error ->
                let problem = (Seq.head(error.Message.Split '\n')).Replace("ERROR: ", "")
                Usage.refuse $"{problem.TrimEnd()} Help: levee {name} --help"
        {
            Name = name
            Summary = summary
            Examples = examples
            Usage = (fun () -> parser.PrintUsage().TrimEnd())
            Run = fun cancellation words -> run cancellation (parse words)
        }

    let private examples command = [
        "EXAMPLES:"
        ""
        for words, meaning in command.Examples do
            $"    levee {command.Name} {words}"
            $"        {meaning}"
    ]

    /// A command's help.
    let help command = $"{command.Summary}" :: "" :: command.Usage() :: "" :: examples command |> String.concat "\n"

    /// The help over all commands.
    let overview commands =
        [
            "Levee trains language models that use tools. USAGE: levee COMMAND ..."
            ""
            "COMMANDS:"
            ""
            for command in commands do
                $"    %-10s{command.Name} {command.Summary}"
            ""
            "EXAMPLES:"
            ""
            for command in commands do
                match command.Examples with
                | (words, meaning) :: _ ->
                    $"    levee {command.Name} {words}"
                    $"        {meaning}"
                | [] -> ()
            ""
            "`levee COMMAND --help` shows a command's options and more examples. In a checkout: dotnet fsi build.fsx levee -- COMMAND ..."
        ]
        |> String.concat "\n"
