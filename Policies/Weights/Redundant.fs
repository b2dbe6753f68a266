namespace Levee.Policies.Weights

open System.Text.RegularExpressions
open Levee.Interop.HuggingFace
open Levee.Policies
open TorchSharp

/// Tensors of a checkpoint that are passed over, and what is told of them.
[<RequireQualifiedAccess>]
module internal Redundant =
    /// The reason why an architecture can do without a tensor that it does not name; `None` where it cannot.
    let reason (architecture: Architecture) (entry: SafetensorsEntry) =
        let isTiedHead =
            architecture.TiedHead
            && entry.Name = RedundantTensors.Head
            && entry.Shape = [| int64 architecture.VocabularySize; int64 architecture.Width |]
        if isTiedHead then
            Some "the head is the embedding"
        else
            Option.ofObj(RedundantTensors.Reason entry)

    // Half precision rounds slow frequencies to a few digits.
    let private isNear (computed: float) (stored: float) = abs(computed - stored) <= 0.02 * computed + 1e-6

    let private hasFrequencies architecture (source: ITensorSource) name =
        use _ = torch.NewDisposeScope()
        let stored = (TensorFile.read source name).``to``(torch.float64).reshape(-1L).data<float>().ToArray()
        let computed = Rotation.frequencies architecture
        stored.Length = computed.Length && Array.forall2 isNear computed stored

    /// True when a tensor that is passed over holds the numbers that are used in its place.
    let private agrees architecture (source: ITensorSource) (entry: SafetensorsEntry) =
        if not(TensorFile.isRead entry.DType) then
            true
        elif entry.Name = RedundantTensors.Head then
            TensorFile.areEqual source entry.Name "model.embed_tokens.weight"
        elif entry.Name.EndsWith "rotary_emb.inv_freq" then
            hasFrequencies architecture source entry.Name
        else
            true

    let private layerNumber = Regex @"(?<=\.)\d+(?=\.)"

    /// The line about tensors of a file that are passed over, each with why; none where there are none.
    let notice architecture (source: ITensorSource) (passed: (SafetensorsEntry * string) list) =
        let describe ((name, reason): string * string, count) =
            let count = if count > 1 then $"{count} tensors; " else ""
            $"{name} ({count}{reason})"
        let withDifference (entry: SafetensorsEntry, reason) =
            let difference =
                if agrees architecture source entry then
                    ""
                else
                    ", from which it differs"
            layerNumber.Replace(entry.Name, "*"), reason + difference
        match passed |> List.map withDifference |> List.countBy id |> List.sort with
        | [] -> []
        | groups ->
            let tensors = groups |> List.map describe |> String.concat ", "
            [ $"{source.Path}: tensors that the policy does without are passed over: {tensors}" ]
