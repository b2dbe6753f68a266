// Every experiment loads this first: the framework, built by `dotnet fsi build.fsx build`.
#I "../artifacts/bin/Training/release"
#if TORCHSHARP
#r "TorchSharp.dll"
#else
#r "Levee.Interop.LibTorch.dll"
#endif
#r "Levee.Interop.HuggingFace.dll"
#r "Levee.Interop.TorchExtras.dll"
#r "Levee.dll"
#r "Levee.Policies.dll"
#r "Levee.Environments.dll"
#r "Spectre.Console.dll"
#r "Argu.dll"
#r "Levee.Training.dll"
