/// Writes the most bytes that an update of a set-up held, from before there was a policy. The C library must be told by
/// `PeakMemory.environment` how to behave before the process starts.
module Levee.Tests.Measured

open Levee.Tests
open TorchSharp

[<EntryPoint>]
let main arguments =
    torch.set_num_threads 1
    let setup = Setups.all[arguments[0]]
    // The first run also compiles code and fills what libraries keep, which must not count.
    Setups.run(Setups.tiny setup)
    printfn $"{PeakMemory.during(fun () -> Setups.run setup)}"
    0
