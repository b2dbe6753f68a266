/// The cases that whole updates are tried on, from the file that `tests/oracles/updates/make.py` writes: what a case starts from, and how Levee runs it.
module Levee.Tests.UpdateCases

open System
open System.IO
open System.Text.Json
open System.Threading
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Transformer
open Levee.Tests
open TorchSharp

// A folder with other oracles alone leaves the repository's own cases in force.
let private file =
    let named = Oracles.file "updates.json"
    if File.Exists named then
        named
    else
        Path.Combine(Repository.root, "tests", "oracles", "updates.json")

let private root =
    lazy
        (use document = JsonDocument.Parse(File.ReadAllText file)
         document.RootElement.Clone())

/// A field of a case; "expected.norms" is a field of a field.
let field (path: string) (element: JsonElement) =
    (element, path.Split '.')
    ||> Array.fold(fun element name ->
        match element.TryGetProperty name with
        | true, value -> value
        | _ -> failwith $"{file}: '{name}' of '{path}' is missing: make the file anew by tests/oracles/updates/make.py.")

/// A field that some cases lack.
let optional (name: string) (element: JsonElement) =
    match element.TryGetProperty name with
    | true, value -> Some value
    | _ -> None

let text path element = (field path element).GetString() |> nonNull
let number path element = (field path element).GetDouble()
let private count path element = (field path element).GetInt32()
let private flag path element = (field path element).GetBoolean()
let private each (read: JsonElement -> 'a) path element = [| for item in (field path element).EnumerateArray() -> read item |]
let numbers path element = each _.GetDouble() path element
let rows path element =
    each (fun (row: JsonElement) -> [| for cell in row.EnumerateArray() -> cell.GetDouble() |]) path element
let private ints path element = each _.GetInt32() path element

let buckets = lazy (count "buckets" root.Value)

/// Numbers in base64, by the names of their tensors.
let decode (read: byte[] -> 'a[]) (element: JsonElement) =
    Map.ofSeq(seq { for entry in element.EnumerateObject() -> entry.Name, read(entry.Value.GetBytesFromBase64()) })

let ofBytes<'number> (bytes: byte[]) : 'number[] =
    let numbers = Array.zeroCreate<'number>(bytes.Length / sizeof<'number>)
    Buffer.BlockCopy(bytes, 0, numbers, 0, bytes.Length)
    numbers

/// Every case, by its name.
let all = lazy (Map.ofArray(root.Value |> each (fun case -> text "name" case, case) "cases"))

let private architecture sizes = {
    Policy.tiny(count "vocabulary" sizes) with
        Family =
            match text "family" sizes with
            | "Qwen2" -> Qwen2
            | "Qwen3" -> Qwen3
            | "Llama" -> Llama
            | other -> failwith $"{file}: there is no family '{other}'."
        Width = count "width" sizes
        FeedForwardWidth = count "feedForwardWidth" sizes
        Layers = count "layers" sizes
        Heads = count "heads" sizes
        KeyValueHeads = count "keyValueHeads" sizes
        HeadWidth = count "headWidth" sizes
        TiedHead = flag "tiedHead" sizes
        NormEpsilon = number "epsilon" sizes
        RopeBase = number "ropeBase" sizes
        ContextLimit = count "context" sizes
}

let private fill (named: (string * torch.Tensor)[]) tensors =
    use _ = torch.no_grad()
    for name, place in named do
        let numbers = field "float32" (optional name tensors |> Option.get)
        place.copy_((torch.tensor(ofBytes<float32>(numbers.GetBytesFromBase64()))).view(place.shape)) |> ignore

/// The policy that a case starts from, without its adapter.
let private policyOf (dtype: torch.ScalarType) case : Policy =
    let model = field (text "model" case) (field "models" root.Value)
    let architecture = architecture(field "sizes" model)
    let tokenizer = Tokenizer.WordLevel([ "word" ], [ "<pad>" ], "<unk>")
    use drawn = Policy.create architecture tokenizer (TokenizerConfig()) (Seed.ofInt 1)
    let parameters = torch.zeros([| Parameters.count architecture |], dtype = dtype) |> Parameters.ofValues architecture true
    fill (Parameters.named parameters) (field "tensors" model)
    { drawn with Model = Model.ofParameters parameters }

let private adapterOf case =
    optional "adapter" case
    |> Option.map(fun name ->
        let spec = field (nonNull(name.GetString())) (field "adapters" root.Value)
        let projection (name: string) = Projection.all |> List.find(fun projection -> $"%A{projection}".EndsWith name)
        let options = {
            Rank = count "rank" spec
            Alpha = number "alpha" spec
            RankStabilised = flag "rankStabilised" spec
            Targets = spec |> each (_.GetString() >> nonNull >> projection) "targets" |> List.ofArray
        }
        options, field "tensors" spec)

let private trajectory (element: JsonElement) : Trajectory =
    let segment (segment: JsonElement) =
        let tokens = ints "tokens" segment
        match text "kind" segment with
        | "prompt" -> Prompt tokens
        | "observation" -> Observation tokens
        | _ -> Action(tokens, numbers "logProbs" segment |> Array.map float32)
    let segments = each segment "segments" element |> List.ofArray
    {
        Question = { Id = "q"; Text = "?"; GoldenAnswers = [ "a" ]; Metadata = "" }
        Segments = segments
        Reward = number "reward" element
        Fault = None
        End =
            match text "end" element with
            | "Answered" -> Answered
            | "TurnLimit" -> TurnLimit
            | "LengthLimit" -> LengthLimit
            | "TurnTokenLimit" -> TurnTokenLimit
            | other -> failwith $"{file}: no trajectory ends by '{other}'."
        Answer = None
        AnswerTokens = count "answerTokens" element
        CallTokens = []
        Searches = List.init (count "searches" element) (fun turn -> { Turn = turn; Query = ""; Documents = []; Failure = None })
        InvalidActions = 0
    }

/// A way of computing that changes nothing but rounding.
type Way = { Type: torch.ScalarType; Packing: bool; Checkpointing: bool; MicroBatch: int option }

let private optionsOf way case : TrainingOptions =
    let constant rate = { Peak = rate; WarmUp = 0.0; Decay = Constant }
    {
        TrainingOptions.defaults with
            Rollout.GroupSize = count "groupSize" case
            Rollout.Temperature = number "temperature" case
            Update.ExactFirstUpdate = flag "exactFirstUpdate" case
            Update.FreezeEmbedding = flag "freezeEmbedding" case
            Update.Adapter = adapterOf case |> Option.map fst
            Optimiser.Schedule = constant(number "policyRate" case)
            Optimiser.CriticSchedule = constant(number "criticRate" case)
            Optimiser.ClipNorm = number "clipNorm" case
            Optimiser.AdamW = {
                Beta1 = number "adamW.beta1" case
                Beta2 = number "adamW.beta2" case
                Epsilon = number "adamW.epsilon" case
                WeightDecay = number "adamW.weightDecay" case
            }
            Memory.MicroBatchSize = way.MicroBatch |> Option.defaultWith(fun () -> count "microBatchSize" case)
            Memory.Packing = way.Packing
            Memory.GradientCheckpointing = way.Checkpointing
    }

/// Numbers that training moves, and their gradient, by the names of the tensors: as the optimiser keeps them, in float32 at least.
type Trained = { Values: Map<string, float[]>; Gradient: Map<string, float[]> }

let private flat (tensor: torch.Tensor) =
    use wide = tensor.detach().``to``(torch.float64).contiguous()
    wide.data<float>().ToArray()

let private split (shapes: (string * int64[])[]) (numbers: float[]) =
    let sizes = shapes |> Array.map(snd >> Array.fold (*) 1L >> int)
    let starts = Array.scan (+) 0 sizes
    Map.ofArray(Array.mapi2 (fun i (name, _) size -> name, Array.sub numbers starts[i] size) shapes sizes)

let private shapesOf frozen (parameters: Parameters) =
    match parameters.Adapter with
    | Some adapter -> Adapter.shapes parameters.Architecture adapter.Options
    | None -> Parameters.shapes parameters.Architecture |> Array.skip(if frozen then 1 else 0)

let private trained shapes (parts: (torch.Tensor * torch.Tensor * OptimiserState) list) =
    let all select = parts |> List.toArray |> Array.collect(select >> flat) |> split shapes
    {
        Values = all(fun (values, _, state) -> Option.defaultValue values state.Master)
        Gradient = all(fun (_, gradient, _) -> gradient)
    }

let private ofPolicy frozen (learner: Learner) =
    let values, gradient = Learner.trained frozen learner.Policy
    trained (shapesOf frozen learner.Policy.Parameters) [ values, gradient, learner.Optimiser ]

let private ofCritic (learner: CriticLearner) =
    let shapes = shapesOf false learner.Critic.Model.Parameters
    List.map2 (fun (values, gradient) state -> values, gradient, state) (Critic.trained learner.Critic) learner.Optimisers
    |> trained(Array.append shapes [| "output", [| learner.Critic.Output.shape[0] |] |])

/// The numbers after some update, counted from 1; before the first with 0.
type Moment = { Update: int; Policy: Trained; Critic: Trained option }

type Outcome = {
    /// [trajectory][token], of the first step.
    Advantages: float[][]
    Returns: float[][] option
    Reports: UpdateReport list
    /// Before the first update, and after those that were asked for.
    Moments: Moment list
}

/// Makes a case's first updates as a run would make them: each step's batch, then its mini-batches in order. `change` is done to the recipe first.
let run change way case updates marks =
    use _ = torch.NewDisposeScope()
    use bare = policyOf way.Type case
    use policy =
        match adapterOf case with
        | None -> Policy.cloneTrainable bare
        | Some(options, tensors) ->
            let adapted = Policy.adapt options "" (Seed.ofInt 1) bare
            adapted.Parameters.Adapter |> Option.iter(fun adapter -> fill (Adapter.named adapter) tensors)
            adapted
    let options = optionsOf way case
    let recipe = change(Recipe.create (Reading.estimator(text "estimator" case)) (Reading.objective(text "objective" case)))
    TrainingOptions.validate options
    Recipe.validate recipe
    let groups =
        field "rollouts" root.Value |> each trajectory (text "rollouts" case) |> Array.chunkBySize options.Rollout.GroupSize
    let moment update (learner: Learner) = {
        Update = update
        Policy = ofPolicy options.Update.FreezeEmbedding learner
        Critic = Option.map ofCritic learner.Critic
    }
    let rates = { PolicyRate = options.Optimiser.Schedule.Peak; CriticRate = options.Optimiser.CriticSchedule.Peak }
    let start = Learner.start options (Recipe.needs recipe) policy
    let step (learner, outcome) (miniBatches: int[][]) =
        use _ = torch.NewDisposeScope()
        let batch = StepBatch.create options recipe Clock.single learner groups
        let numbersOf = Padding.unpad batch.Trajectories
        let outcome =
            if outcome.Reports.IsEmpty then
                {
                    outcome with
                        Advantages = numbersOf batch.Advantage
                        Returns = Option.map numbersOf batch.Returns
                }
            else
                outcome
        let update (learner, outcome) (first, chosen: int[]) =
            use _ = torch.NewDisposeScope()
            let size = options.Rollout.GroupSize
            let rows = chosen |> Array.collect(fun group -> Array.init size (fun k -> group * size + k))
            let plan = { Options = options; Objective = recipe.Objective; Rates = rates; OnPolicy = first }
            let learner, report =
                Batch.rows rows batch |> StepBatch.refresh options recipe learner |> Update.run plan CancellationToken.None learner
            let reports = outcome.Reports @ [ report ]
            let moments =
                if List.contains reports.Length marks then
                    outcome.Moments @ [ moment reports.Length learner ]
                else
                    outcome.Moments
            learner, { outcome with Reports = reports; Moments = moments }
        miniBatches
        |> Array.truncate(updates - outcome.Reports.Length)
        |> Array.mapi(fun index chosen -> (index = 0), chosen)
        |> Array.fold update (learner, outcome)
    let integers (row: JsonElement) = [| for cell in row.EnumerateArray() -> cell.GetInt32() |]
    let steps = case |> each (fun step -> [| for miniBatch in step.EnumerateArray() -> integers miniBatch |]) "steps"
    let nothing = { Advantages = [||]; Returns = None; Reports = []; Moments = [ moment 0 start ] }
    let isLeft (_, outcome) = outcome.Reports.Length < updates
    let stepWhereLeft state miniBatches = if isLeft state then step state miniBatches else state
    let learner, outcome = Array.fold stepWhereLeft (start, nothing) steps
    Learner.dispose learner
    outcome
