/// Weights that a type of number cannot hold.
module Levee.Policies.Tests.NumberRangeTests

open System.IO
open Xunit
open Levee
open Levee.Policies.Tests.Examples
open Levee.Policies.Tests.PolicyFolders
open TorchSharp

/// Saves a policy with numbers put into two tensors, and gives its folder to `work`.
let private withNumbers (put: (string * float32 list) list) (work: string -> 'a) =
    use place = new TemporaryFolder()
    let folder = place.At "policy"
    use policy = policy 1
    do
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad()
        for name, tensor in Parameters.named policy.Parameters do
            for wanted, values in put do
                if wanted = name then
                    let flat = tensor.view -1L
                    values |> List.iteri(fun i value -> flat.narrow(0L, int64 i, 1L).fill_(Tensors.scalar(float value)) |> ignore)
    Policy.save folder policy
    work folder

let private down, norm = "model.layers.0.mlp.down_proj.weight", "model.norm.weight"

[<Fact>]
let ``numbers beyond half precision are refused by tensor, with their number and the largest`` () =
    withNumbers [ down, [ 70000f; -2e5f; 65504f; 65519f; 1e-9f ]; norm, [ 65520f ] ] (fun folder ->
        let refused dtype =
            Assert.Throws<InvalidDataException>(fun () -> Policy.loadFrozen dtype torch.CPU folder |> Policy.dispose).Message
        let message = refused torch.float16
        Assert.Contains("model.safetensors: float16 holds numbers up to 65504", message)
        Assert.Contains($"'{down}' (2 numbers, the largest -200000), '{norm}' (1 number, the largest 65520)", message)
        use brain = Policy.loadFrozen torch.bfloat16 torch.CPU folder
        Assert.Empty brain.Files.Notices)
    withNumbers [ down, [ System.Single.MaxValue ] ] (fun folder ->
        let message =
            Assert.Throws<InvalidDataException>(fun () -> Policy.loadFrozen torch.bfloat16 torch.CPU folder |> Policy.dispose).Message
        Assert.Contains("bfloat16 holds numbers up to 3.38", message))

[<Fact>]
let ``numbers beyond half precision can be saturated, which is told; infinity and NaN stay`` () =
    withNumbers [ down, [ 70000f; -2e5f; 1.5f; infinityf; nanf ] ] (fun folder ->
        use policy = Policy.loadNarrowing Overflow.Saturate torch.float16 torch.CPU folder
        Assert.Contains($"are set to ±65504: '{down}' (2 numbers, the largest -200000)", Assert.Single policy.Files.Notices)
        let values = Parameters.named policy.Parameters |> Array.find(fst >> (=) down) |> snd |> numbers
        Assert.Equal<float[]>([| 65504.0; -65504.0; 1.5; infinity; nan |], values[..4])
        Assert.Equal<string list>([ down ], Finite.broken policy.Parameters)
        Assert.Contains($"NaN or infinity stands in '{down}'.", Finite.report policy.Parameters))

[<Fact>]
let ``an adapter that takes half precision's weights out of range is refused when they are written, or saturated`` () =
    withNumbers [] (fun folder ->
        use bare = Policy.loadFrozen torch.float16 torch.CPU folder
        use adapted = Policy.adapt { LoraOptions.defaults with Rank = 1; Targets = [ Projection.Down ] } "" (Seed.ofInt 1) bare
        do
            use _ = torch.no_grad()
            for _, tensor in Adapter.named adapted.Parameters.Adapter.Value do
                tensor.fill_(Tensors.scalar 300.0) |> ignore
        let target = folder + "-merged"
        let message = Assert.Throws<InvalidDataException>(fun () -> Policy.save target adapted).Message
        Assert.Contains(down, message)
        Assert.False(Directory.Exists target)
        let notices = Policy.saveWith Overflow.Saturate (Companions.find folder) 5_000_000L target adapted
        Assert.Contains(down, Assert.Single notices)
        use merged = Policy.loadFrozen torch.float16 torch.CPU target
        Assert.Empty(Finite.broken merged.Parameters)
        Assert.Equal(65504.0, numbers merged.Parameters.Values |> Array.max))

[<Fact>]
let ``weights that are no numbers are named where writing stops at them`` () =
    withNumbers [ norm, [ nanf ] ] (fun folder ->
        use policy = load folder
        let write () =
            Generation.run Generation.defaults policy [| [| 1 |] |] (fun _ _ _ -> ()) System.Threading.CancellationToken.None
            |> ignore
        let message = Assert.Throws<System.InvalidOperationException>(write).Message
        Assert.Contains($"its weights have diverged. NaN or infinity stands in '{norm}'. Go back", message))
