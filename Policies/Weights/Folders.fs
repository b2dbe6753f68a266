namespace Levee.Policies.Weights

open System.IO

/// Folders that are written as a whole.
[<RequireQualifiedAccess>]
module internal Folders =
    /// Moves a finished folder to its place; what was there gives way only then.
    let private install (source: string) (target: string) =
        if Directory.Exists target then
            let old = $"{source}.old"
            Directory.Move(target, old)
            Directory.Move(source, target)
            Directory.Delete(old, true)
        else
            Directory.Move(source, target)

    /// Replaces a folder by what `write` puts into a new one beside it, so that a crash or a full disk leaves the old one whole.
    let replace (folder: string) (write: string -> unit) =
        let target = Path.TrimEndingDirectorySeparator(Path.GetFullPath folder)
        let temporary = $"{target}.{Path.GetRandomFileName()}.tmp"
        Directory.CreateDirectory temporary |> ignore

        try
            write temporary
            install temporary target
        finally
            if Directory.Exists temporary then
                Directory.Delete(temporary, true)
