namespace Levee.Report

open Levee

/// What the pictures of a study are drawn from.
type ChartData = {
    /// The arms, in the order in which they take their colours.
    Arms: ArmSummary list
    Lines: MetricLine list
    /// Steps that a run takes in all; the time axis reaches that far even while a run is unfinished.
    Steps: int
    /// Running mean, in steps.
    Window: int
}

/// The pictures of a study. Pure. A metric that was never measured has no panel; a picture without panels is none.
[<RequireQualifiedAccess>]
module Charts =
    /// A metric as a panel shows it.
    type private Shown = {
        Name: string
        Unit: string
        Metric: string
        Axis: VerticalAxis
        /// Whether it is measured at every step, so that a running mean makes it readable.
        Smoothed: bool
    }

    let private shown name unit metric axis smoothed = { Name = name; Unit = unit; Metric = metric; Axis = axis; Smoothed = smoothed }

    let private reward = shown "Exact match" "mean reward of the rollouts" MetricName.reward VerticalAxis.FromZero true
    let private heldOut = shown "Exact match, held out" "sampled" MetricName.heldOutSampled VerticalAxis.FromZero false

    let private correct =
        shown "Log-likelihood of correct responses" "nats per token" MetricName.correct VerticalAxis.Fitted true

    let private incorrect =
        shown "Log-likelihood of incorrect responses" "nats per token" MetricName.incorrect VerticalAxis.Fitted true

    let private probe = shown "Log-likelihood of the probe" "nats per token" MetricName.probe VerticalAxis.Fitted false
    let private entropy = shown "Entropy" "nats per token" MetricName.entropy VerticalAxis.FromZero true
    let private gradient = shown "Gradient norm" "before clipping" MetricName.gradientNorm VerticalAxis.Spanning true
    let private length = shown "Response length" "tokens" MetricName.responseLength VerticalAxis.FromZero true
    let private searches = shown "Valid searches" "per trajectory" MetricName.validSearches VerticalAxis.FromZero true
    let private invalid = shown "Invalid actions" "per trajectory" MetricName.invalidActions VerticalAxis.FromZero true

    let private updates = [
        shown "Divergence from the sampling policy" "nats per token" MetricName.ppoKl VerticalAxis.Fitted true
        shown "Clipped tokens" "share" MetricName.clipFraction VerticalAxis.FromZero true
        shown "Largest likelihood ratio" "of a token" MetricName.ratioMax VerticalAxis.Spanning true
        shown "Divergence from the reference" "nats per token" MetricName.klLoss VerticalAxis.FromZero true
        shown "LLDS penalty" "before its weight" MetricName.lldsLoss VerticalAxis.FromZero true
        shown "LLDS gate open" "share of preserved tokens" MetricName.lldsGateShare VerticalAxis.FromZero true
    ]

    let private curve (data: ChartData) (shown: Shown) (arm: string) =
        let runs = Metrics.byRun(data.Lines |> List.filter(fun line -> line.Arm = arm)) |> Map.toList |> List.map snd
        Curves.ofMetric (if shown.Smoothed then data.Window else 1) shown.Metric runs

    let private trace label tone dashed (curve: Curve) = {
        Label = label
        Tone = tone
        Dashed = dashed
        Line = curve.Mean
        Band = curve.Band
        Threads = curve.Seeds
        Marks = []
    }

    let private panel (shown: Shown) traces =
        match traces |> List.filter(fun trace -> trace.Line.Length > 0) with
        | [] -> None
        | traces -> Some { Title = shown.Name; Unit = shown.Unit; Axis = shown.Axis; Traces = traces }

    let private range (data: ChartData) =
        match data.Lines with
        | [] -> 0.0, float(max 1 data.Steps)
        | lines ->
            let steps = lines |> List.map _.Step
            float(List.min steps), float(max data.Steps (List.max steps))

    let private ifAny (figure: Figure) =
        if figure.Rows |> List.exists(List.exists Option.isSome) then
            Some figure
        else
            None

    let private armNames (data: ChartData) = data.Arms |> List.map _.Arm |> String.concat ", "

    /// The paper's picture for the arms with these indices, side by side: likelihood of correct and incorrect responses, reward and
    /// gradient norm under one time axis.
    let displacement (data: ChartData) (indices: int list) =
        let arms = indices |> List.map(fun index -> index, data.Arms[index])

        let likelihood = [
            for tone, arm in arms ->
                panel { correct with Name = "Log-likelihood" } [
                    trace "correct" tone false (curve data correct arm.Arm)
                    trace "incorrect" tone true (curve data incorrect arm.Arm)
                ]
        ]

        let single shown = [ for tone, arm in arms -> panel shown [ trace "" tone false (curve data shown arm.Arm) ] ]

        let marked =
            List.map2
                (fun (_, arm: ArmSummary) panel ->
                    panel
                    |> Option.map(fun (panel: Panel) ->
                        let mark trace = { trace with Marks = arm.Collapses |> List.map float }
                        { panel with Traces = List.map mark panel.Traces }))
                arms
                (single reward)

        ifAny {
            Id = "displacement-" + (indices |> List.map string |> String.concat "-")
            Title = "Likelihood, reward and gradient norm during training"
            Description =
                let names = arms |> List.map(fun (_, arm) -> arm.Arm) |> String.concat ", "
                $"One column an arm ({names}): log-likelihood of correct and incorrect responses, exact match and gradient norm by training step."
            Abscissa = "step"
            Range = range data
            Headings = [ for tone, arm in arms -> arm.Arm, tone ]
            Rows = [ likelihood; marked; single gradient ] |> List.filter(List.exists Option.isSome)
            SharedRows = true
            Legend = []
            Width = 1040
            PanelHeight = 130
        }

    let private overlaid id title columns (width, height) (data: ChartData) (metrics: Shown list) =
        let begun = data.Arms |> List.indexed |> List.filter(fun (_, arm) -> not arm.Runs.IsEmpty)
        let label (arm: ArmSummary) = if begun.Length > 1 then arm.Arm else ""

        let panels =
            metrics
            |> List.choose(fun shown -> panel shown [ for tone, arm in begun -> trace (label arm) tone false (curve data shown arm.Arm) ])

        let rows = panels |> List.map Some |> List.chunkBySize columns
        let filled = rows |> List.map(fun row -> row @ List.replicate (columns - row.Length) None)
        let names = panels |> List.map _.Title |> String.concat ", "

        ifAny {
            Id = id
            Title = title
            Description = $"By training step, one line an arm ({armNames data}): {names}."
            Abscissa = "step"
            Range = range data
            Headings = []
            Rows = filled
            SharedRows = false
            Legend = [
                for tone, arm in begun do
                    if begun.Length > 1 then
                        arm.Arm, tone
            ]
            Width = width
            PanelHeight = height
        }

    /// The arms in the same axes: reward, held-out exact match, likelihoods, entropy, gradient norm.
    let comparison data =
        [ reward; heldOut; correct; probe; entropy; gradient ]
        |> overlaid "comparison" "The arms side by side" 2 (1040, 130) data

    /// What the policy does: entropy, response length, searches, invalid actions.
    let behaviour data =
        [ entropy; length; searches; invalid ] |> overlaid "behaviour" "What the policy does" 2 (1040, 120) data

    /// What the updates do: divergence, clipping, ratios, LLDS.
    let update data = overlaid "update" "What the updates do" 2 (1040, 110) data updates

    /// A compact picture for a README: reward and likelihood of correct responses, side by side, as an SVG file's text.
    /// None if neither was measured.
    let compact (title: string) (data: ChartData) =
        [ { reward with Unit = "" }; { correct with Name = "Log-likelihood of correct" } ]
        |> overlaid "collapse" title 2 (860, 190) data
        |> Option.map Svg.standalone
