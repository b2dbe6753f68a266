/// Writes the most bytes that an update of a set-up held, from before there was a policy. The C library must be told by
/// `PeakMemory.environment` how to behave before the process starts.
module Levee.Tests.Measured

open Levee.Tests
open TorchSharp

[<EntryPoint>]
let main arguments =
    torch.set_num_threads 1
    let setup = Setups.all[arguments[0]]
    // What is compiled, and what libraries keep, comes with the first time.
    Setups.run(Setups.tiny setup)
    printfn $"{PeakMemory.during(fun () -> Setups.run setup)}"
    0
