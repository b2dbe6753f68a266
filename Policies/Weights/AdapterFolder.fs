namespace Levee.Policies.Weights

open System
open System.Collections.Generic
open System.IO
open Levee.Interop.HuggingFace
open Levee.Policies
open TorchSharp

/// Adapters as folders in PEFT's layout: `adapter_config.json` and `adapter_model.safetensors`.
[<RequireQualifiedAccess>]
module AdapterFolder =
    let private known = String.Join(", ", Projection.all |> List.map Projection.name)

    let private targets (file: string) (config: AdapterConfig) =
        let projection module' =
            match Projection.all |> List.tryFind(Projection.name >> (=) module') with
            | Some projection -> projection
            | None -> raise(InvalidDataException $"{file}: target_modules \"{module'}\" is not supported; adapters stand beside {known}.")
        if List.ofSeq config.TargetModules = [ AdapterConfig.AllLinear ] then
            Projection.all
        else
            config.TargetModules |> Seq.map projection |> Seq.distinct |> List.ofSeq

    let private options file (config: AdapterConfig) =
        let options = {
            Rank = config.Rank
            Alpha = config.Alpha
            Targets = targets file config
            RankStabilised = config.UseRsLora
        }
        try
            LoraOptions.validate options
        with :? ArgumentException as error ->
            raise(InvalidDataException($"{file}: {error.Message}", error))
        options

    let private checkFiles (folder: string) =
        if not(Directory.Exists folder) then
            raise(DirectoryNotFoundException $"{folder}: there is no such folder; give the folder that holds {AdapterConfig.FileName}.")
        for name in [ AdapterConfig.FileName; AdapterConfig.WeightsName ] do
            let file = Path.Combine(folder, name)
            if not(File.Exists file) then
                raise(FileNotFoundException($"{folder}: missing {name}. Copy or save the adapter's folder again.", file))

    /// The adapter in a folder, for weights of an architecture and a type, on a device; ready to be trained, or frozen; and what a user should know of how
    /// it was read, a line each. Raises
    /// `FileNotFoundException`, `DirectoryNotFoundException` or `InvalidDataException`, which name the file, the tensors or field, and the remedy.
    let load trainable (architecture: Architecture) (dtype: torch.ScalarType) (device: torch.Device) (folder: string) =
        checkFiles folder
        let file = Path.Combine(folder, AdapterConfig.FileName)
        let config = AdapterConfig.Load file
        let options = options file config
        if trainable && config.Dropout > 0.0 then
            raise(
                InvalidDataException
                    $"{file}: lora_dropout {config.Dropout} is not supported in training; set it to 0.0, or load it frozen."
            )
        use weights = SafetensorsFile.Open(Path.Combine(folder, AdapterConfig.WeightsName))
        let source = PeftNames.source weights
        let passed =
            TensorFile.check
                source
                "the adapter"
                $"check that the weights belong to the {AdapterConfig.FileName} beside them and to this model."
                (RedundantTensors.Reason >> Option.ofObj)
                (Adapter.shapes architecture options)
        use scope = torch.NewDisposeScope()
        let values = torch.empty([| Adapter.count architecture options |], dtype = Adapter.typeBeside dtype, device = device)
        let adapter = Adapter.ofValues architecture options config.BaseModel trainable (scope.MoveToOuter values)
        let misfits = [
            for name, tensor in Adapter.named adapter do
                yield! Option.toList(TensorFile.load source name tensor)
        ]
        adapter, Redundant.notice architecture source passed @ Narrowing.settle Overflow.Refuse source.Path values.dtype misfits

    /// Writes an adapter into a folder that is there.
    let internal writeInto (folder: string) (adapter: Adapter) =
        use _ = torch.NewDisposeScope()
        let options = adapter.Options
        AdapterConfig(
            Rank = options.Rank,
            Alpha = options.Alpha,
            UseRsLora = options.RankStabilised,
            TargetModules = [| for target in options.Targets -> Projection.name target |],
            BaseModel = adapter.Base
        )
            .Save
            folder
        SafetensorsWriter.Write(Path.Combine(folder, AdapterConfig.WeightsName), Adapter.named adapter |> Array.map TensorFile.stored)

    /// Writes an adapter to a folder, replacing what is there.
    let save (folder: string) (adapter: Adapter) = AtomicFolder.Replace(folder, (fun temporary -> writeInto temporary adapter))
