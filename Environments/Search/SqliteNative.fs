namespace Levee.Environments.Search

open System
open System.IO
open System.Reflection
open System.Runtime.InteropServices
open Levee.Environments
open SQLitePCL

/// Finds SQLite's native library where the host does not: a script loads this assembly by its path, without the `deps.json` from
/// which an application knows its native libraries.
module internal SqliteNative =
    let private fileName =
        if OperatingSystem.IsWindows() then "e_sqlite3.dll"
        elif OperatingSystem.IsMacOS() then "libe_sqlite3.dylib"
        else "libe_sqlite3.so"

    let private platform =
        if OperatingSystem.IsWindows() then
            "win"
        elif OperatingSystem.IsMacOS() then
            "osx"
        elif RuntimeInformation.RuntimeIdentifier.Contains "musl" then
            "linux-musl"
        else
            "linux"

    let private candidates (folder: string) =
        let architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()
        [
            Path.Combine(folder, fileName)
            Path.Combine(folder, "runtimes", $"{platform}-{architecture}", "native", fileName)
        ]

    let private resolve (name: string) (assembly: Assembly) =
        if name <> "e_sqlite3" then
            0n
        else
            [ typeof<DatasetException>.Assembly; assembly ]
            |> Seq.choose(fun assembly -> Option.ofObj(Path.GetDirectoryName assembly.Location))
            |> Seq.collect candidates
            |> Seq.tryPick(fun path ->
                match NativeLibrary.TryLoad path with
                | true, handle -> Some handle
                | false, _ -> None)
            |> Option.defaultValue 0n

    let private registration =
        lazy
            (let provider = typeof<SQLite3Provider_e_sqlite3>.Assembly
             try
                 NativeLibrary.SetDllImportResolver(provider, DllImportResolver(fun name assembly _ -> resolve name assembly))
             with :? InvalidOperationException ->
                 // The host has set a resolver of its own: it knows better.
                 ()
             Batteries_V2.Init())

    /// Makes SQLite usable; does nothing the second time.
    let initialise () = registration.Force()
