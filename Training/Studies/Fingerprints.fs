namespace Levee.Training.Studies

open System
open System.Diagnostics
open System.IO
open System.Security.Cryptography
open System.Text
open Levee
open Levee.Environments
open Levee.Environments.Search
open Levee.Interop.HuggingFace
open Levee.Training.Tasks

/// The fingerprint of a part of a run's data at the time when it was looked at.
type Fingerprint = {
    /// The file, or another name for what the fingerprint is of, such as "the search index".
    Of: string
    /// SHA-256 in lower-case hexadecimal, of a file's bytes or of the content of questions.
    Sha256: string
    /// The size, for a reader: "2489 questions", "590352 bytes"; empty where it is not known.
    Extent: string
}

/// The data that a run depends on besides its settings: questions, corpus and index, weights, tokenizer and template. A run goes on only over the same data.
[<RequireQualifiedAccess>]
module Fingerprints =
    let private hexadecimal (hash: byte[]) = Convert.ToHexStringLower hash

    /// The bytes of a file, read once from its beginning to its end.
    let ofFile (path: string) : Fingerprint =
        use file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 <<< 20, FileOptions.SequentialScan)
        { Of = path; Sha256 = hexadecimal(SHA256.HashData file); Extent = $"{file.Length} bytes" }

    /// The fingerprint of the content of questions, in their order.
    let private ofQuestions name (questions: Question[]) : Fingerprint =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
        let append (text: string) =
            let bytes = Encoding.UTF8.GetBytes text
            hash.AppendData(BitConverter.GetBytes bytes.Length)
            hash.AppendData bytes
        for question in questions do
            append question.Id
            append question.Text
            append(string question.GoldenAnswers.Length)
            List.iter append question.GoldenAnswers
            append question.Metadata
        {
            Of = name
            Sha256 = hexadecimal(hash.GetHashAndReset())
            Extent = $"{questions.Length} questions"
        }

    let private ofIndex (environment: IEnvironment) : Fingerprint list = [
        match Fingerprinted.ofSource environment with
        | "" -> ()
        | fingerprint -> { Of = "the search index"; Sha256 = fingerprint.ToLowerInvariant(); Extent = "" }
    ]

    /// Files that are there, several at a time.
    let private ofFiles (paths: string seq) = paths |> Seq.filter File.Exists |> Seq.toArray |> Array.Parallel.map ofFile |> List.ofArray

    /// The files of a policy's folder that it is read from; none of a folder that is not there.
    let ofPolicy (folder: string) =
        if Directory.Exists folder then
            ofFiles (ModelFolder folder).Files
        else
            []

    /// Questions, files and search index of a task.
    let ofTask (task: LearningTask) = [
        ofQuestions "the questions to train on" task.Train
        ofQuestions "the held-out questions" task.HeldOut
        yield! ofFiles task.Files
        yield! ofIndex task.Environment
    ]

    /// The fingerprints that some work takes, and a sentence that tells how long it took.
    let timed (take: unit -> Fingerprint list) =
        let watch = Stopwatch.StartNew()
        let taken = take()
        taken, $"The data's {taken.Length} fingerprints were taken in {watch.Elapsed.TotalSeconds:F1} s."

    let private said (fingerprint: Fingerprint) =
        let hash = $"SHA-256 {fingerprint.Sha256[..11]}…"
        if fingerprint.Extent = "" then
            hash
        else
            $"{fingerprint.Extent}, {hash}"

    /// The changes of the data, each in a line that names the file (or what else it is), what was expected and what was found.
    let changes (before: Fingerprint list) (now: Fingerprint list) =
        let find name = List.tryFind(fun (fingerprint: Fingerprint) -> fingerprint.Of = name)
        [
            for was in before do
                match find was.Of now with
                | Some is when is.Sha256 = was.Sha256 -> ()
                | Some is -> $"{was.Of}: expected {said was}; found {said is}"
                | None -> $"{was.Of}: expected {said was}; it is not there any more"
            for is in now do
                if (find is.Of before).IsNone then
                    $"{is.Of}: expected none; found {said is}"
        ]
