module Levee.Tests.Histories

open Levee

let states options vitals = Seq.scan (Phases.observe options) Phases.start vitals |> Seq.tail |> List.ofSeq

let history vitals = (Phases.fold Phases.defaults vitals).History

let shown (phases: (Phase * int) list) = phases |> List.map fst
