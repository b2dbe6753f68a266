namespace Levee

open System.Threading

/// Samples whole episodes: the policy writes, the environment answers, turn by turn, many episodes at once.
[<RequireQualifiedAccess>]
module Rollout =
    let private checkWritten (request: TurnRequest) struct (tokens: int[], logProb: float32[]) =
        if tokens.Length <> logProb.Length || tokens.Length < 1 || tokens.Length > request.Limit then
            invalidOp
                $"The sampler wrote {tokens.Length} tokens with {logProb.Length} log-probabilities for row {request.Row}; \
                  it owes 1 to {request.Limit} tokens and one log-probability each."

    /// Samples one episode for each question and seed, in order.
    ///
    /// A turn ends at one of the environment's stop texts, at end-of-sequence, or at a token limit. An answer ends the episode; a
    /// tool call is carried out and its result observed; anything else is observed as the environment's notice, and the episode
    /// goes on. Actions keep the tokens exactly as sampled. An episode ends with `LengthLimit` where the sampler's context has no
    /// room for what is to be observed and one token more; a prompt that fills the context is an episode without actions.
    ///
    /// Each turn asks the sampler once and the environment once, for all episodes that still run. An episode depends on its
    /// question, its seed and what the environment answers, not on the other episodes. Runs on the calling thread up to the
    /// environment's first asynchronous answer. Throws `OperationCanceledException` soon after cancellation.
    let run
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

        let turnEnd = TurnEnd(tokenizer, options.EndOfSequence, environment.StopTexts)
        let ended = turnEnd.Reached

        let request episode context = {
            Row = episode.Row
            Context = context
            Limit = min options.TurnTokens (contextLimit - episode.Length)
        }

        let play (session: ISamplerSession) turn (episodes: Episode[]) =
            backgroundTask {
                cancellation.ThrowIfCancellationRequested()

                let running, requests =
                    episodes
                    |> Array.choose(fun episode ->
                        match episode.Next with
                        | Ok context -> Some(episode, request episode context)
                        | Error _ -> None)
                    |> Array.unzip

                let written = session.Write(requests, ended, cancellation)
                Array.iter2 checkWritten requests written
                let texts = written |> Array.map(fun struct (tokens, _) -> tokenizer.Decode tokens)

                let actions =
                    Array.map2
                        (fun episode text -> { Question = episode.Question; Turn = turn; Text = text; IsLast = (turn = lastTurn) })
                        running
                        texts

                cancellation.ThrowIfCancellationRequested()
                let! outcomes = environment.Act(actions, cancellation).WaitAsync cancellation
                let advanced = Array.copy episodes

                for i in 0 .. running.Length - 1 do
                    let struct (tokens, logProb) = written[i]

                    advanced[running[i].Row] <-
                        Episode.advance options tokenizer contextLimit (turn = lastTurn) texts[i] tokens logProb outcomes[i] running[i]

                return advanced
            }

        backgroundTask {
            let mutable episodes =
                items
                |> Array.mapi(fun row (question, _) -> Episode.start tokenizer environment row question |> Episode.checkRoom contextLimit)

            if episodes |> Array.exists _.Next.IsOk then
                use session = sampler.Open(Array.map snd items)
                let mutable turn = 0

                while episodes |> Array.exists _.Next.IsOk do
                    let! advanced = play session turn episodes
                    episodes <- advanced
                    turn <- turn + 1

            return episodes |> Array.map(Episode.finish options)
        }
