namespace Levee.Policies.Weights

open System.IO
open System.IO.Enumeration
open Levee.Interop.HuggingFace

/// The files of a model's folder besides those that a policy writes itself, by their paths in the folder.
type Companions = {
    /// The folder.
    Source: string
    /// Files that belong to any copy of the model: vocabularies, licences, pictures, in subfolders too.
    Kept: string list
    /// Files with weights or about them, which another copy's do not fit; and, with a slash behind, subfolders with such files, hidden ones, and links.
    LeftOut: string list
}

[<RequireQualifiedAccess>]
module Companions =
    let private written = [
        ModelFolder.ConfigName
        ModelFolder.WeightsName
        ModelFolder.TokenizerName
        ModelFolder.TokenizerConfigName
        ModelFolder.GenerationConfigName
    ]

    /// Weights of every format, lists of their files, and what describes an adapter's weights.
    let private weights = [
        for extension in
            [
                "bin"
                "ckpt"
                "engine"
                "ggml"
                "gguf"
                "h5"
                "llamafile"
                "mlmodel"
                "msgpack"
                "nemo"
                "npz"
                "onnx"
                "onnx_data"
                "ot"
                "pkl"
                "pt"
                "pth"
                "safetensors"
                "tflite"
            ] do
            $"*.{extension}"
        "*.onnx.data"
        "*.onnx_data_*"
        "*.index.json"
        "openvino_*"
        AdapterConfig.FileName
    ]

    let private isWeights (file: string) =
        let name = Path.GetFileName file
        weights |> List.exists(fun pattern -> FileSystemName.MatchesSimpleExpression(pattern, name))

    let private isLink (folder: string) = not(isNull(DirectoryInfo(folder).LinkTarget))
    let private isHidden (folder: string) = (nonNull(Path.GetFileName folder)).StartsWith '.'

    let rec private filesIn (folder: string) : string list = [
        yield! Directory.EnumerateFiles folder
        for inner in Directory.EnumerateDirectories folder do
            if not(isLink inner || isHidden inner) then
                yield! filesIn inner
    ]

    /// The companions in a folder.
    let find (folder: string) : Companions =
        let files = Directory.EnumerateFiles folder |> Seq.sort |> List.ofSeq
        let folders = Directory.EnumerateDirectories folder |> Seq.sort |> List.ofSeq
        let name (path: string) = Path.GetRelativePath(folder, path)
        let others, own = files |> List.filter(fun file -> not(List.contains (name file) written)) |> List.partition isWeights
        let foreign, kept =
            folders |> List.partition(fun inner -> isLink inner || isHidden inner || List.exists isWeights (filesIn inner))
        // The files that the policy itself was read from are no news.
        let isRead (file: string) =
            [ ModelFolder.WeightsName; ModelFolder.WeightsIndexName; "model-*-of-*.safetensors" ]
            |> List.exists(fun pattern -> FileSystemName.MatchesSimpleExpression(pattern, name file))
        {
            Source = folder
            Kept = List.map name (own @ List.collect filesIn kept)
            LeftOut = [
                for file in others do
                    if not(isRead file) then
                        name file
                for inner in foreign do
                    $"{name inner}/"
            ]
        }

    /// Copies what is kept into another folder.
    let copyInto (target: string) (companions: Companions) =
        for path in companions.Kept do
            let copy = Path.Combine(target, path)
            Directory.CreateDirectory(Path.GetDirectoryName copy |> nonNull) |> ignore
            File.Copy(Path.Combine(companions.Source, path), copy)

    /// The line about what was left out; none where all was kept.
    let notice (companions: Companions) =
        match companions.LeftOut with
        | [] -> []
        | left ->
            let names = String.concat ", " left
            [ $"{companions.Source}: not copied, since the weights are written anew: {names}" ]
