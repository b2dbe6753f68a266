namespace Levee.CommandLine

open System
open System.IO
open Argu
open Levee
open Levee.Interop.HuggingFace

/// The words of `levee convert`.
[<RequireQualifiedAccess>]
type ConvertOption =
    | [<MainCommand>] Folders of folders: string list
    | [<Unique>] Dtype of WeightType
    | [<Unique>] Adapter of folder: string
    | [<Unique>] Shard_Size of bytes: string
    | [<Unique>] Clamp
    | [<Unique>] Replace

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Folders _ -> "the policy's folder, then the folder to write."
            | Dtype _ -> "the type of the weights (default: as the policy's config.json says, else float32)."
            | Adapter _ -> "merge this adapter, in PEFT's layout, into the weights."
            | Shard_Size _ -> "the largest file of weights, such as 500MB or 2GB (default: 5GB)."
            | Clamp -> "set numbers that the type cannot hold to the largest that it holds, instead of refusing them, and say how many."
            | Replace -> "write the target even where it exists; what was there gives way when the new policy is whole."

[<RequireQualifiedAccess>]
module Convert =
    let private precisionOf (folder: string) =
        let files = ModelFolder folder
        files.Check()
        match (ModelConfig.Load files.Config).DType with
        | null
        | "float32" -> Float32
        | "bfloat16" -> BFloat16
        | "float16" -> Float16
        | other -> Usage.refuse $"the policy's config.json says {other}: say what to write with --dtype."

    let private folders (words: string list) =
        match words with
        | [ source; target ] -> source, target
        | _ -> Usage.refuse "convert needs two folders: the policy's, and the one to write. Help: levee convert --help"

    let private size (folder: string) = Directory.GetFiles(folder, "*.safetensors") |> Array.sumBy(fun file -> FileInfo(file).Length)

    let private checkFinite (source: string) (policy: Policy) =
        match Finite.report policy.Parameters with
        | "" -> ()
        | report -> raise(InvalidDataException $"{source}: the weights have diverged.{report} Go back to an earlier checkpoint.")

    let private run _ (options: ParseResults<ConvertOption>) =
        let source, target = folders(options.GetResult(ConvertOption.Folders, []))
        let shardSize =
            options.TryGetResult ConvertOption.Shard_Size
            |> Option.map(Usage.bytes "--shard-size")
            |> Option.defaultValue ModelWeights.DefaultShardSize
        let isThere = Directory.Exists target && not(Seq.isEmpty(Directory.EnumerateFileSystemEntries target))
        if isThere && not(options.Contains ConvertOption.Replace) then
            Usage.refuse $"{target} exists: give another folder, or --replace."
        let precision = options.TryGetResult ConvertOption.Dtype |> Option.defaultWith(fun () -> precisionOf source)
        let overflow =
            if options.Contains ConvertOption.Clamp then
                Overflow.Saturate
            else
                Overflow.Refuse
        use policy = Loading.policyNarrowing overflow precision "cpu" (options.TryGetResult ConvertOption.Adapter) source
        checkFinite source policy
        Policy.saveWith overflow (Companions.find source) shardSize target policy |> Loading.tell
        let name = (string precision).ToLowerInvariant()
        printfn $"{target}: {policy.Parameters.Values.numel():N0} weights in {name}, {float(size target) / 1e6:N1} MB"
        0

    let command =
        Command.create
            "convert"
            "Write a policy again, in Hugging Face's layout, in a type of choice."
            [
                "MODEL smaller --dtype bfloat16", "half the size"
                "MODEL parts --shard-size 2GB", "in files of at most two gigabytes, with their list"
                "MODEL merged --adapter ADAPTER", "an adapter's products in the weights"
                "MODEL copy", "the same weights in the same type, and the folder's other files"
                "MODEL half --dtype float16 --clamp", "numbers beyond float16 become its largest"
            ]
            run
