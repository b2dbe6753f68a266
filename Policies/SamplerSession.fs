namespace Levee

open System
open System.Collections.Generic
open System.Threading
open TorchSharp

/// How far one row has come.
type internal RowState = {
    Seed: Seed
    /// Tokens in the cache.
    Length: int
    /// The last token of the last turn, which the model has not read yet.
    Pending: int voption
    /// Tokens sampled so far, over all turns.
    Drawn: int
}

/// One turn being written.
type internal Turn = { Row: int; Limit: int; Tokens: List<int>; LogProbs: List<float32>; mutable Open: bool }

/// The rows that are being computed: turns, the cache rows they came from, and the caches.
type internal Working = {
    Turns: Turn[]
    /// For each turn its row in the parent cache.
    Origins: int64[]
    Cache: KvCache
}

/// What may be asked of a session.
[<RequireQualifiedAccess>]
module internal SamplerRequests =
    /// Raises `ArgumentException` that names the row and the reason where a request cannot be met by the rows still in the session.
    let check (architecture: Architecture) (rows: int[]) (states: RowState[]) (requests: TurnRequest[]) =
        for request in requests do
            if not(Array.contains request.Row rows) then
                invalidArg (nameof requests) $"Row {request.Row} is not in this session, or was left out of an earlier call and has ended."

            if request.Limit < 1 then
                invalidArg (nameof requests) $"Row {request.Row} may write {request.Limit} tokens; a turn has at least 1."

            for token in request.Context do
                if token < 0 || token >= architecture.VocabularySize then
                    invalidArg
                        (nameof requests)
                        $"Row {request.Row} is given token {token}; the policy's vocabulary ends at {architecture.VocabularySize - 1}."

            let state = states[request.Row]

            if state.Length = 0 && request.Context.Length = 0 then
                invalidArg (nameof requests) $"Row {request.Row} has no context: give it a prompt of at least one token."

            let needed = state.Length + (if state.Pending.IsSome then 1 else 0) + request.Context.Length + request.Limit

            if needed > architecture.ContextLimit then
                invalidArg
                    (nameof requests)
                    $"Row {request.Row} would reach {needed} tokens; the policy's context holds {architecture.ContextLimit}."

        if (requests |> Array.distinctBy _.Row).Length < requests.Length then
            invalidArg (nameof requests) "A row is named twice."

/// A batch of episodes being written with a KV cache. Rows whose turn is over are computed along until half of the batch is; then
/// the others go on in a cache of their own, which is merged back when the turn is over for all.
type internal SamplerSession(model: Model, temperature: float, seeds: Seed[]) =
    let parameters = Parameters.columnMajor model.Parameters
    let architecture = parameters.Architecture
    let device = parameters.Values.device
    let states = seeds |> Array.map(fun seed -> { Seed = seed; Length = 0; Pending = ValueNone; Drawn = 0 })

    /// The rows still in the session, in the order of `cache`.
    let mutable rows = Array.init seeds.Length id
    let mutable cache = KvCache.empty parameters seeds.Length

    let longest (turns: Turn[]) = turns |> Array.fold (fun longest turn -> max longest states[turn.Row].Length) 0

    /// Logits [B, vocabulary] after new tokens [B, L]: of each row's token at column `last` [B] where there are several.
    let logits (cache: KvCache) (tokens: torch.Tensor) (positions: torch.Tensor) width (last: int64[]) =
        let attend = KvCache.attention architecture positions width cache
        // Padding behind a short context may stand at positions that the tables do not reach.
        let turned =
            if tokens.shape[1] = 1L then
                positions
            else
                positions.clamp_max((architecture.ContextLimit - 1).ToScalar())

        let hidden = Transformer.run parameters (Rotation.at turned model.Rotation) attend tokens
        let length = tokens.shape[1]

        let hidden =
            if length = 1L then
                hidden
            else
                let places = last |> Array.mapi(fun row column -> int64 row * length + column)
                hidden.index_select(0L, torch.tensor(places, device = device))

        hidden.mm(parameters.Head.t())

    /// Brings the cache to the rows of this call, with room for what they may come to.
    let arrange (requests: TurnRequest[]) (contexts: int[][]) =
        let places = requests |> Array.map(fun request -> int64(Array.IndexOf(rows, request.Row)))
        let used = requests |> Array.fold (fun used request -> max used states[request.Row].Length) 0
        let widest = contexts |> Array.fold (fun widest context -> max widest context.Length) 0

        let written =
            Array.fold2
                (fun room (request: TurnRequest) (context: int[]) -> max room (states[request.Row].Length + context.Length + request.Limit))
                0
                requests
                contexts

        let room = max (used + widest) written
        let arranged = requests |> Array.map _.Row

        if room > cache.Capacity || arranged <> rows then
            let fresh = KvCache.pick parameters places used room cache
            (cache :> IDisposable).Dispose()
            cache <- fresh
            rows <- arranged

    /// Reads all rows' new context in one pass.
    let prefill (requests: TurnRequest[]) (contexts: int[][]) =
        let length = contexts |> Array.fold (fun length context -> max length context.Length) 0

        let grid (number: int -> int -> int64) =
            let numbers = Array.init (contexts.Length * length) (fun i -> number (i / length) (i % length))
            torch.tensor(numbers, ReadOnlySpan [| int64 contexts.Length; int64 length |], device = device)

        let starts = requests |> Array.map(fun request -> states[request.Row].Length)

        let tokens =
            grid(fun row column ->
                if column < contexts[row].Length then
                    int64(contexts[row][column])
                else
                    0L)

        let positions = grid(fun row column -> int64(starts[row] + column))

        let result =
            logits cache tokens positions (Array.max starts + length) (contexts |> Array.map(fun context -> int64 context.Length - 1L))

        for request, context in Array.zip requests contexts do
            let state = states[request.Row]
            states[request.Row] <- { state with Length = state.Length + context.Length; Pending = ValueNone }

        result

    /// Draws one token a turn that is still open and notes it; returns the tokens [B, 1].
    let draw (ended: IReadOnlyList<int> -> bool) (turns: Turn[]) (logits: torch.Tensor) =
        let uniform =
            turns
            |> Array.map(fun turn ->
                let state = states[turn.Row]
                min TokenChoice.largest (Seed.uniform(Seed.derive state.Drawn state.Seed)))

        let uniform = torch.tensor(uniform, ReadOnlySpan [| int64 turns.Length; 1L |], device = device)
        let struct (tokens, logProbs) = TokenChoice.choose temperature uniform logits
        let numbers = torch.cat([| tokens.``to`` torch.float64; logProbs.``to`` torch.float64 |], 1L).cpu().data<float>().ToArray()

        turns
        |> Array.iteri(fun i turn ->
            if turn.Open then
                let token, logProb = int numbers[2 * i], float32 numbers[2 * i + 1]

                if not(Single.IsFinite logProb) then
                    invalidOp "The policy's logits are not finite: its weights have diverged. Go back to an earlier checkpoint."

                turn.Tokens.Add token
                turn.LogProbs.Add logProb
                turn.Open <- turn.Tokens.Count < turn.Limit && not(ended turn.Tokens)
                let state = states[turn.Row]
                states[turn.Row] <- { state with Pending = ValueSome token; Drawn = state.Drawn + 1 })

        tokens

    /// Reads the tokens just drawn; the places of turns that are over are computed too, and overwritten later.
    let step (batch: Working) (tokens: torch.Tensor) =
        let positions = batch.Turns |> Array.map(fun turn -> int64 states[turn.Row].Length)
        let width = int(Array.max positions) + 1
        let positions = torch.tensor(positions, ReadOnlySpan [| int64 batch.Turns.Length; 1L |], device = device)
        let result = logits batch.Cache tokens positions width [||]

        for turn in batch.Turns do
            if turn.Open then
                let state = states[turn.Row]
                states[turn.Row] <- { state with Length = state.Length + 1; Pending = ValueNone }

        result

    /// Puts a narrowed batch's cache back into the session's.
    let park (batch: Working) =
        if not(Object.ReferenceEquals(batch.Cache, cache)) then
            KvCache.merge batch.Origins (longest batch.Turns) batch.Cache cache
            (batch.Cache :> IDisposable).Dispose()

    /// Leaves only the open turns, at places `kept` of the batch.
    let narrow (batch: Working) (kept: int64[]) =
        let pickAt (items: 'a[]) = kept |> Array.map(fun place -> items[int place])
        let turns = pickAt batch.Turns

        let narrowed = {
            Turns = turns
            Origins = pickAt batch.Origins
            Cache = KvCache.pick parameters kept (longest batch.Turns) batch.Cache.Capacity batch.Cache
        }

        park batch
        narrowed

    let write (requests: TurnRequest[]) ended (cancellation: CancellationToken) =
        let contexts =
            requests
            |> Array.map(fun request ->
                match states[request.Row].Pending with
                | ValueSome token -> Array.append [| token |] request.Context
                | ValueNone -> request.Context)

        arrange requests contexts

        let turns =
            requests
            |> Array.map(fun request -> { Row = request.Row; Limit = request.Limit; Tokens = List(); LogProbs = List(); Open = true })

        let mutable batch = { Turns = turns; Origins = Array.init turns.Length int64; Cache = cache }
        use scope = torch.NewDisposeScope()
        let mutable tokens = scope.DisposeEverythingBut(draw ended turns (prefill requests contexts))

        try
            while turns |> Array.exists _.Open do
                cancellation.ThrowIfCancellationRequested()
                let kept = batch.Turns |> Array.indexed |> Array.filter(fun (_, turn) -> turn.Open) |> Array.map(fst >> int64)

                if 2 * kept.Length <= batch.Turns.Length then
                    batch <- narrow batch kept
                    tokens <- tokens.index_select(0L, torch.tensor(kept, device = device))

                tokens <- scope.DisposeEverythingBut(draw ended batch.Turns (step batch tokens))
        finally
            park batch

        turns |> Array.map(fun turn -> struct (turn.Tokens.ToArray(), turn.LogProbs.ToArray()))

    interface ISamplerSession with
        member _.Write(requests, ended, cancellation) =
            SamplerRequests.check architecture rows states requests
            use _ = torch.no_grad()

            if requests.Length = 0 then
                [||]
            else
                write requests ended cancellation

        member _.Dispose() =
            (cache :> IDisposable).Dispose()
            (parameters :> IDisposable).Dispose()
