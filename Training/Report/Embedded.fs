namespace Levee.Training.Report

open System.IO

/// The style sheets and the script of a report, which lie as files in `Page` and are embedded in the assembly.
[<RequireQualifiedAccess>]
module internal Embedded =
    /// The text of an embedded file by its name.
    let text (name: string) =
        let assembly = System.Reflection.Assembly.GetExecutingAssembly()
        match assembly.GetManifestResourceStream name with
        | null -> invalidOp $"The assembly holds no file '{name}'."
        | stream ->
            use reader = new StreamReader(stream)
            reader.ReadToEnd()
