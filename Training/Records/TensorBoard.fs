namespace Levee.Training.Records

open System
open System.IO
open System.Numerics
open System.Text

/// The event files that TensorBoard shows: records in TensorFlow's TFRecord framing, each a protocol buffer `Event`.
[<RequireQualifiedAccess>]
module TensorBoard =
    let private bytes (write: BinaryWriter -> unit) =
        use buffer = new MemoryStream()
        use writer = new BinaryWriter(buffer)
        write writer
        writer.Flush()
        buffer.ToArray()

    /// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
    let crc32c (data: byte[]) = ~~~((UInt32.MaxValue, data) ||> Array.fold(fun crc next -> BitOperations.Crc32C(crc, next)))

    /// A checksum as TFRecord stores it, so that data which itself holds checksums is still checked well.
    let mask (crc: uint32) = BitOperations.RotateRight(crc, 15) + 0xA282EAD8u

    /// The payload's length (uint64), the length's checksum, the payload, the payload's checksum; all little-endian.
    let record (payload: byte[]) =
        let checksum part = bytes _.Write(mask(crc32c part))
        let length = bytes _.Write(uint64 payload.Length)
        Array.concat [ length; checksum length; payload; checksum payload ]

    /// The content of a field of a protocol buffer.
    type private Content =
        | Int64 of int64
        | Double of float
        | Single of float32
        | Bytes of byte[]

    let private field (writer: BinaryWriter) (number: int, content) =
        let key wireType = writer.Write7BitEncodedInt(number <<< 3 ||| wireType)
        match content with
        | Int64 value ->
            key 0
            writer.Write7BitEncodedInt64 value
        | Double value ->
            key 1
            writer.Write value
        | Bytes value ->
            key 2
            writer.Write7BitEncodedInt value.Length
            writer.Write value
        | Single value ->
            key 5
            writer.Write value

    let private message fields = bytes(fun writer -> List.iter (field writer) fields)

    let private text (value: string) = Bytes(Encoding.UTF8.GetBytes value)

    /// `Event.wall_time`: seconds since 1970.
    let private wallTime (time: DateTimeOffset) = 1, Double (time - DateTimeOffset.UnixEpoch).TotalSeconds

    /// The `Event` that every file begins with.
    let version time = message [ wallTime time; 3, text "brain.Event:2" ]

    let private single value =
        match float32 value with
        | narrow when Single.IsFinite narrow -> narrow
        | _ -> Single.NaN

    /// The `Event` of a step's metrics, as scalars under their names. Numbers are rounded to float32; what is not finite there becomes
    /// NaN, which TensorBoard marks by a triangle at the step; for an infinity it has no mark.
    let scalars (line: MetricLine) time =
        let value (name, value) = 1, Bytes(message [ 1, text name; 2, Single(single value) ])
        let summary = line.Values |> Map.toList |> List.map value |> message
        message [ wallTime time; 2, Int64 line.Step; 5, Bytes summary ]

    /// The names of event files begun at a time by this process, for the first in that second, the next and so on: TensorBoard looks for
    /// `tfevents` and reads a folder's files by name.
    let fileNames (start: DateTimeOffset) =
        let name = $"events.out.tfevents.{start.ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.levee"
        seq {
            name
            yield! Seq.initInfinite(fun earlier -> $"{name}.{earlier + 1}")
        }

/// Writes one run's metrics for TensorBoard, into a folder of the run's own, which is made: TensorBoard names the run by it (see
/// `RunFolder.FileName`). Each line is handed to the operating system at once, so that a kill loses no finished step. Safe to use from several
/// threads. Raises `IOException` where the folder or the file cannot be made.
type TensorBoardWriter(folder: string, start: DateTimeOffset) =
    let gate = obj()
    let inFolder name = Path.Combine(Directory.CreateDirectory(folder).FullName, name)
    // A run may be stopped and gone on with within a second.
    let path = TensorBoard.fileNames start |> Seq.map inFolder |> Seq.find(File.Exists >> not)
    let stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read)

    let append event =
        let record = TensorBoard.record event
        lock gate (fun () ->
            stream.Write record
            stream.Flush())

    do append(TensorBoard.version start)

    /// The event file.
    member _.Path = path

    /// Appends the metrics of a step, measured at a time. The line's arm and seed are the folder's affair.
    member _.Write(line: MetricLine, time: DateTimeOffset) = append(TensorBoard.scalars line time)

    interface IDisposable with
        member _.Dispose() = lock gate stream.Dispose
