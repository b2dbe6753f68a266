// Writes torchsharp-signatures.txt: all signatures, in the package TorchSharp, of the types that Interop.LibTorch declares.
//
//     dotnet fsi tests/Interop.Tests/LibTorch/Signatures/write-torchsharp-signatures.fsx PATH/TO/TorchSharp.dll
//
// Needs tests/Interop.Tests built (Release) over our own assembly; the way to write a signature is the tests' own.
open System
open System.IO
open System.Reflection
open System.Runtime.Loader

let bin = Path.Combine(__SOURCE_DIRECTORY__, "../../../../artifacts/bin/Interop.Tests/release") |> Path.GetFullPath
let load name (path: string) = AssemblyLoadContext(name).LoadFromAssemblyPath(Path.GetFullPath path)
let package = load "package" (Array.last fsi.CommandLineArgs)
let own = load "own" (Path.Combine(bin, "Levee.Interop.LibTorch.dll"))
let signature =
    (Assembly.LoadFrom(Path.Combine(bin, "Interop.Tests.dll"))).GetType("Levee.Interop.LibTorch.Tests.Signature", true)

let call (name: string) (argument: Type) =
    signature.GetMethod(name, BindingFlags.NonPublic ||| BindingFlags.Static).Invoke(null, [| argument |])
    :?> System.Collections.IEnumerable

let lines (toType: Type) =
    if toType.IsEnum then
        Seq.cast<string>(call "OfEnum" toType)
    else
        let text = signature.GetProperty("Text", BindingFlags.NonPublic ||| BindingFlags.Instance)
        Seq.cast<obj>(call "OfAll" toType) |> Seq.map(fun one -> string(text.GetValue one))

let rec withBases (one: Type | null) =
    match one with
    | null -> []
    | one when one.Assembly <> package -> []
    | one -> one :: withBases one.BaseType

[
    for ours in own.GetExportedTypes() do
        match package.GetType(string ours.FullName) with
        | null -> ()
        | theirs ->
            for one in withBases theirs do
                // Inherited members count as the type's own, as they do for callers.
                for line in lines one do
                    if one = theirs then
                        line
                    else
                        line.Replace($"{one.Name}: ", $"{theirs.Name}: ")
]
|> List.distinct
|> List.sortWith(fun a b -> String.CompareOrdinal(a, b))
|> fun lines -> File.WriteAllLines(Path.Combine(__SOURCE_DIRECTORY__, "torchsharp-signatures.txt"), lines)
