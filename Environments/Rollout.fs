namespace Levee.Environments

open System.Collections.Generic
open System.Threading
open Levee

/// Samples whole episodes: the policy writes, the environment answers, turn by turn, many episodes at once.
[<RequireQualifiedAccess>]
module Rollout =
    let private check (limits: IReadOnlyDictionary<int, int>) (written: WrittenTurn[]) =
        if written.Length = 0 then
            invalidOp "The sampler gave no turn back, though some are under way."
        for turn in written do
            match limits.TryGetValue turn.Row with
            | false, _ -> invalidOp $"The sampler gave back row {turn.Row}, of which no turn is under way."
            | true, limit ->
                if turn.Tokens.Length <> turn.LogProbs.Length || turn.Tokens.Length < 1 || turn.Tokens.Length > limit then
                    invalidOp
                        $"The sampler wrote {turn.Tokens.Length} tokens with {turn.LogProbs.Length} log-probabilities for row {turn.Row}; \
                          it owes 1 to {limit} tokens and one log-probability each."

    /// Samples one episode for each question and seed, in order. `told` gets the place and the trajectory of each as soon as it has ended.
    ///
    /// A turn ends at one of the environment's stop texts, at a stop token, or at a token limit. An answer ends the episode; a
    /// tool call is carried out and its result observed; anything else is observed as the environment's notice, and the episode
    /// goes on. Actions keep the tokens exactly as sampled. An episode ends with `LengthLimit` where the sampler's context has no
    /// room for what is to be observed and one token more; a prompt that fills the context is an episode without actions. Where a token limit cut the last
    /// action off, the episode ends for that limit, with an answer too. A reward that is no finite number, or that throws, leaves the trajectory without
    /// one: its `Fault` says why.
    ///
    /// Whenever the sampler gives turns back, the environment is asked once for all of them, while the other episodes keep their place; then those that
    /// go on are written on. An episode depends on its question, its seed and what the environment answers, not on the other episodes beyond the
    /// rounding of numbers, nor on time. Runs on the calling thread up to the environment's first asynchronous answer. Throws
    /// `OperationCanceledException` soon after cancellation.
    let runTelling
        (told: int -> Trajectory -> unit)
        (options: RolloutOptions)
        (tokenizer: ITokenizer)
        (environment: IEnvironment)
        (sampler: ISampler)
        (items: (Question * Seed)[])
        (cancellation: CancellationToken)
        =
        let options = RolloutOptions.validate options
        let contextLimit = sampler.ContextLimit
        let lastTurn =
            if options.FinalTurn then
                options.MaxTurns
            else
                options.MaxTurns - 1
        let stop = StopCondition(tokenizer, options.StopTokens, environment.StopTexts)
        let ended _ = stop.Reached
        let request (episode: Episode) context : TurnRequest = {
            Row = episode.Row
            Context = context
            Limit = min options.TurnTokens (contextLimit - episode.Length)
        }
        let act (episode: Episode) text : ActionRequest =
            let turn = episode.Turns.Length
            { Question = episode.Question; Turn = turn; Text = text; IsLast = (turn = lastTurn) }
        let trajectories = Array.zeroCreate<Trajectory> items.Length
        let conclude (episode: Episode) =
            if episode.Next.IsError then
                trajectories[episode.Row] <- Episode.finish options episode
                told episode.Row trajectories[episode.Row]
        let play (session: ISamplerSession) (episodes: Episode[]) =
            backgroundTask {
                // The turns under way: the row of each, and how many tokens it may have.
                let limits = Dictionary<int, int>()
                let enter (episodes: Episode[]) =
                    let requests = episodes |> Array.choose(fun episode -> episode.Next |> Result.toOption |> Option.map(request episode))
                    for request in requests do
                        limits[request.Row] <- request.Limit
                    requests
                let mutable requests = enter episodes
                while limits.Count > 0 do
                    cancellation.ThrowIfCancellationRequested()
                    let written = session.Write(requests, ended, cancellation)
                    check limits written
                    let actions = written |> Array.map(fun turn -> act episodes[turn.Row] (tokenizer.Decode turn.Tokens))
                    cancellation.ThrowIfCancellationRequested()
                    let! outcomes = environment.Act(actions, cancellation).WaitAsync cancellation
                    for i in 0 .. written.Length - 1 do
                        let turn, action = written[i], actions[i]
                        let isCut = turn.Tokens.Length = limits[turn.Row] && not(stop.Reached turn.Tokens)
                        limits.Remove turn.Row |> ignore
                        episodes[turn.Row] <-
                            episodes[turn.Row]
                            |> Episode.advance
                                options
                                tokenizer
                                contextLimit
                                action.IsLast
                                isCut
                                action.Text
                                turn.Tokens
                                turn.LogProbs
                                outcomes[i]
                        conclude episodes[turn.Row]
                    requests <- written |> Array.map(fun turn -> episodes[turn.Row]) |> enter
            }
        backgroundTask {
            let episodes =
                items
                |> Array.mapi(fun row (question, _) -> Episode.start tokenizer environment row question |> Episode.checkRoom contextLimit)
            Array.iter conclude episodes
            if episodes |> Array.exists _.Next.IsOk then
                use session = sampler.Open(Array.map snd items)
                do! play session episodes
            return trajectories
        }

    /// `runTelling`, told at the end alone.
    let run options tokenizer environment sampler items cancellation =
        runTelling (fun _ _ -> ()) options tokenizer environment sampler items cancellation
