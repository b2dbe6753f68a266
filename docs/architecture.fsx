// Draws docs/architecture.svg from the code: `dotnet fsi docs/architecture.fsx`.
//
// A large box is a project, a small one a room of it (a namespace, which is a folder) with its files. Thick arrows are the references of the project
// files; thin ones say that files of a room open another room of their project. Where two rooms open one another, the arrow is that of more files, and the
// other direction is told on the console. A project's own top room is drawn twice where some of its files use rooms and others are used by them.
open System
open System.IO
open System.Security
open System.Text.RegularExpressions

let root = Path.GetFullPath(Path.Combine(__SOURCE_DIRECTORY__, ".."))

let textOf (path: string) = File.ReadAllText(Path.Combine(root, path))

let matches pattern text = [ for found in Regex.Matches(text, pattern, RegexOptions.Multiline) -> found.Groups[1].Value ]

type Room = { Name: string; Files: string list }

type Project = {
    Name: string
    References: string list
    /// The rooms in rows from top to bottom; rooms of one row do not use one another.
    Rows: Room list list
    /// Which room uses which.
    Uses: (string * string) list
}

// --- What the code says ---

/// The paths of a project's files as it compiles them, or of all in its folder where it does not list them.
let sourcesOf (project: string) =
    let folder = nonNull(Path.GetDirectoryName project)
    match matches "<Compile Include=\"([^\"]+)\"" (textOf project) with
    | [] ->
        let isOwn (path: string) = Regex.IsMatch(path, "/(bin|obj|samples)/") |> not
        Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
        |> Array.map(fun path -> Path.GetRelativePath(root, path))
        |> Array.filter isOwn
        |> Array.sort
        |> List.ofArray
    | listed -> [ for file in listed -> Path.Combine(folder, file) ]

let namespaceOf (text: string) =
    match matches @"^namespace\s+([\w.]+)" text, matches @"^module\s+([\w.]+)\.\w+\s*$" text with
    | name :: _, _
    | [], name :: _ -> name
    | [], [] -> ""

/// `Levee.Training.Records` is the room Training.Records, `Levee` itself is Core.
let roomName (name: string) =
    if name = "Levee" then
        "Core"
    else
        Regex.Replace(name, @"^Levee\.", "")

/// Those that nothing else in the list leads to already.
let direct (edges: (string * string) list) =
    let rec reaches target seen node =
        edges
        |> List.exists(fun (a, b) -> a = node && not(Set.contains b seen) && (b = target || reaches target (Set.add b seen) b))
    edges
    |> List.filter(fun (a, b) ->
        edges |> List.exists(fun (x, between) -> x = a && between <> b && reaches b (Set.singleton a) between) |> not)

/// The number of arrows from a node down to the bottom.
let rec height (edges: (string * string) list) path node =
    let below =
        edges
        |> List.choose(fun (a, b) ->
            if a = node && not(List.contains b path) then
                Some b
            else
                None)
    below |> List.map(fun b -> 1 + height edges (node :: path) b) |> List.fold max 0

let readProject (project: string) =
    let files = [
        for path in sourcesOf project do
            if Path.GetFileNameWithoutExtension path <> "Rooms" then
                let text = textOf path
                let room = roomName(namespaceOf text)
                nonNull(Path.GetFileNameWithoutExtension path),
                room,
                matches @"^\s*(?:open|using)\s+([\w.]+);?\s*$" text |> List.map roomName
    ]
    let isCompiledInOrder = project.EndsWith ".fsproj"
    let names = files |> List.map(fun (_, room, _) -> room) |> List.distinct
    let isTop (room: string) = names |> List.exists(fun other -> other.StartsWith(room + "."))
    // Files of the top room that use its rooms stand above them, the others below.
    let place (file, room, opened: string list) =
        let usesRooms = opened |> List.exists(fun other -> other.StartsWith(room + ".") && List.contains other names)
        if isCompiledInOrder && isTop room && not usesRooms then
            room + " "
        else
            room
    let placed = [ for file, room, opened in files -> file, place(file, room, opened), opened ]
    let rooms = [
        for room, members in placed |> List.groupBy(fun (_, room, _) -> room) ->
            { Name = room; Files = members |> List.map(fun (file, _, _) -> file) |> List.distinct }
    ]
    let counted =
        placed
        |> List.collect(fun (_, room, opened) -> [
            for target in List.distinct opened do
                for known in rooms do
                    let isBase = known.Name = target + " "
                    let hasBase = rooms |> List.exists(fun room -> room.Name = target + " ")
                    if (known.Name = target && not hasBase || isBase) && known.Name <> room then
                        room, known.Name
        ])
        |> List.countBy id
        |> Map.ofList
    let filesOf edge = Map.tryFind edge counted |> Option.defaultValue 0
    let uses = [
        for KeyValue((a, b), count) in counted do
            if count > filesOf(b, a) || count = filesOf(b, a) && a > b then
                a, b
    ]
    for KeyValue((a, b), count) in counted do
        if not(List.contains (a, b) uses) then
            printfn $"against the arrow: {count} file(s) of {a.Trim()} open {b.Trim()}"
    let folder = nonNull(Path.GetDirectoryName project)
    {
        Name = nonNull(Path.GetFileNameWithoutExtension project)
        References = [
            for reference in matches "<ProjectReference Include=\"([^\"]+)\"" (textOf project) ->
                nonNull(Path.GetFileNameWithoutExtension(Path.Combine(folder, reference)))
        ]
        Rows = rooms |> List.groupBy(fun room -> height uses [] room.Name) |> List.sortByDescending fst |> List.map snd
        Uses = direct uses
    }

/// Scripts, which see the assemblies that `levee.fsx` refers to.
let experiments (projects: Project list) =
    let isSeen = matches "^#r \"Levee\\.?(.*?)\\.?dll\"" (textOf "Experiments/levee.fsx")
    {
        Name = "Experiments"
        References = [
            for project in projects do
                if List.contains project.Name isSeen || project.Name = "Framework" then
                    project.Name
        ]
        Rows = [
            [
                {
                    Name = "scripts"
                    Files = [
                        for path in Directory.GetFiles(Path.Combine(root, "Experiments"), "*.fsx") |> Array.sort do
                            nonNull(Path.GetFileNameWithoutExtension path)
                    ]
                }
            ]
        ]
        Uses = []
    }

let projects =
    let compiled =
        [
            yield "Framework.fsproj"
            for folder in Directory.GetDirectories root |> Array.sort do
                for project in Directory.GetFiles(folder, "*.??proj") -> Path.GetRelativePath(root, project)
        ]
        |> List.map readProject
    experiments compiled :: compiled

// --- Where it stands in the picture ---

let lineHeight, letter, roomWidth, gap, margin = 14.0, 5.9, 236.0, 14.0, 12.0

/// `Training.Records` within its project.
let shortName (room: Room) = room.Name.Trim().Split '.' |> Array.last

/// The names of files in lines that fit into a room.
let wrapped (files: string list) =
    let most = 16
    let shown =
        if files.Length > most then
            List.truncate (most - 1) files @ [ $"and {files.Length - most + 1} more" ]
        else
            files
    let add (lines: string list) (word: string) =
        match lines with
        | line :: rest when float(line.Length + word.Length + 2) * letter <= roomWidth - 16.0 -> $"{line}, {word}" :: rest
        | _ -> word :: lines
    shown |> List.fold add [] |> List.rev

let roomHeight (room: Room) = 26.0 + lineHeight * float(List.length(wrapped room.Files))
let rowHeight row = row |> List.map roomHeight |> List.max
let rowWidth (row: Room list) = float row.Length * (roomWidth + gap) - gap
let rowGap = 20.0
let projectWidth project = (project.Rows |> List.map rowWidth |> List.max) + 2.0 * margin
let projectHeight project = 30.0 + (project.Rows |> List.sumBy rowHeight) + rowGap * float(project.Rows.Length - 1) + margin

let references =
    direct [
        for project in projects do
            for reference in project.References -> project.Name, reference
    ]
let layerOf = Map.ofList [ for project in projects -> project.Name, height references [] project.Name ]
let topLayer = layerOf |> Map.values |> Seq.max

/// A project's place in a layer, or a gap in which an arrow goes past the layer.
type Place =
    | Box of Project
    | Past of from: string * target: string

let layers =
    let unordered = [
        for layer in topLayer .. -1 .. 0 ->
            [
                for project in projects do
                    if layerOf[project.Name] = layer then
                        Box project
                for a, b in references do
                    if layerOf[a] > layer && layer > layerOf[b] then
                        Past(a, b)
            ]
    ]
    let key place =
        match place with
        | Box project -> project.Name
        | Past(a, b) -> $"{a} > {b}"
    // Each layer in the order of what leads to it from above.
    let order (above: Place list) layer =
        let index name = above |> List.tryFindIndex(fun place -> key place = name)
        let parents place =
            match place with
            | Past(a, b) -> [ a; $"{a} > {b}" ]
            | Box project -> references |> List.filter(fun (_, b) -> b = project.Name) |> List.collect(fun (a, b) -> [ a; $"{a} > {b}" ])
            |> List.choose index
        let centre place =
            match parents place with
            | [] -> 0.5
            | known -> known |> List.averageBy float
        List.sortBy centre layer
    unordered |> List.scan order [] |> List.tail

let layerGap, pastWidth, between = 46.0, 24.0, 30.0
let placeWidth place =
    match place with
    | Box project -> projectWidth project
    | Past _ -> pastWidth
let layerWidth layer = (layer |> List.sumBy placeWidth) + between * float(List.length layer - 1)
let layerHeight layer =
    layer
    |> List.map(function
        | Box project -> projectHeight project
        | Past _ -> 0.0)
    |> List.max
let width = (layers |> List.map layerWidth |> List.max) + 2.0 * margin
let tops = layers |> List.scan (fun y layer -> y + layerHeight layer + layerGap) margin
let total = List.last tops - layerGap + margin

/// Each place with its left edge, top and height.
let places = [
    for layer, top in List.zip layers (List.truncate layers.Length tops) do
        let lefts = layer |> List.scan (fun x place -> x + placeWidth place + between) ((width - layerWidth layer) / 2.0)
        for place, left in List.zip layer (List.truncate layer.Length lefts) -> place, left, top, layerHeight layer
]

// --- The picture ---

let escape (text: string) = nonNull(SecurityElement.Escape text)
let f (number: float) = number.ToString("0.#", Globalization.CultureInfo.InvariantCulture)

let text kind x y (content: string) = $"""<text class="{kind}" x="{f x}" y="{f y}">{escape content}</text>"""

let box kind x y w h = $"""<rect class="{kind}" x="{f x}" y="{f y}" width="{f w}" height="{f h}" rx="6"/>"""

/// A curve down from one point to another.
let arrow kind (x1, y1) (x2, y2) =
    let bend = min 40.0 ((y2 - y1) / 2.0)
    $"""<path class="{kind}" marker-end="url(#{kind})" d="M{f x1} {f y1}C{f x1} {f(y1 + bend)} {f x2} {f(y2 - bend)} {f x2} {f y2}"/>"""

let drawProject (project: Project) left top = [
    box "project" left top (projectWidth project) (projectHeight project)
    text "name" (left + margin) (top + 20.0) project.Name
    let rowTops = project.Rows |> List.scan (fun y row -> y + rowHeight row + rowGap) (top + 30.0)
    let spots = [
        for row, y in List.zip project.Rows (List.truncate project.Rows.Length rowTops) do
            let start = left + (projectWidth project - rowWidth row) / 2.0
            for index, room in List.indexed row -> room, start + float index * (roomWidth + gap), y
    ]
    let spotOf name = spots |> List.find(fun (room, _, _) -> room.Name = name)
    for a, b in project.Uses do
        let (upper, x1, y1), (_, x2, y2) = spotOf a, spotOf b
        arrow "use" (x1 + roomWidth / 2.0, y1 + roomHeight upper) (x2 + roomWidth / 2.0, y2 - 2.0)
    for room, x, y in spots do
        box "room" x y roomWidth (roomHeight room)
        text "title" (x + 8.0) (y + 17.0) (shortName room)
        for index, line in List.indexed(wrapped room.Files) do
            text "files" (x + 8.0) (y + 33.0 + lineHeight * float index) line
]

/// The points in which a project's arrows leave it, or enter it, spread over its edge in the order of the other ends.
let port name (isFrom: bool) edge =
    let mine = references |> List.filter(fun (a, b) -> (if isFrom then a else b) = name)
    let centre name =
        places
        |> List.pick(fun (place, left, _, _) ->
            match place with
            | Box project when project.Name = name -> Some(left + projectWidth project / 2.0)
            | _ -> None)
    let index = mine |> List.sortBy(fun (a, b) -> centre(if isFrom then b else a)) |> List.findIndex((=) edge)
    let project, left, top =
        places
        |> List.pick(fun (place, left, top, _) ->
            match place with
            | Box p when p.Name = name -> Some(p, left, top)
            | _ -> None)
    left + projectWidth project * float(index + 1) / float(mine.Length + 1), (if isFrom then top + projectHeight project else top - 3.0)

let drawReference (a, b) = [
    let passes =
        places
        |> List.choose(fun (place, left, top, height) ->
            if place = Past(a, b) then
                Some(left + pastWidth / 2.0, top, height)
            else
                None)
    let mutable from = port a true (a, b)
    for x, top, height in passes do
        let x1, y1 = from
        let bend = (top - y1) / 2.0
        $"""<path class="reference" d="M{f x1} {f y1}C{f x1} {f(y1 + bend)} {f x} {f(top - bend)} {f x} {f top}V{f(top + height)}"/>"""
        from <- x, top + height
    arrow "reference" from (port b false (a, b))
]

let style =
    """svg{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
.page{fill:#fff}.project{fill:#f6f8fa;stroke:#8c959f}.room{fill:#fff;stroke:#d0d7de}
text{fill:#1f2328}.name{font-size:14px;font-weight:600}.title{font-weight:600}.files{font-size:11px;fill:#57606a}
path{fill:none}.reference{stroke:#0969da;stroke-width:2}.use{stroke:#8c959f}
marker path{stroke:none}#reference path{fill:#0969da}#use path{fill:#8c959f}
@media (prefers-color-scheme:dark){.page{fill:#0d1117}.project{fill:#161b22;stroke:#6e7681}.room{fill:#0d1117;stroke:#30363d}
text{fill:#e6edf3}.files{fill:#9198a1}.reference{stroke:#58a6ff}.use{stroke:#6e7681}#reference path{fill:#58a6ff}#use path{fill:#6e7681}}"""

let marker name size =
    $"""<marker id="{name}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="{size}" markerHeight="{size}" orient="auto"><path d="M0 0L10 5L0 10z"/></marker>"""

let svg = [
    $"""<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" viewBox="0 0 {f width} {f total}" width="{f width}" height="{f total}">"""
    "<title id=\"title\">The projects and rooms of Levee</title>"
    let described = references |> List.map(fun (a, b) -> $"{a} uses {b}") |> String.concat ", "
    $"<desc id=\"description\">Projects in layers, each with its rooms and their files: {escape described}.</desc>"
    $"<style>{style}</style>"
    $"""<defs>{marker "reference" 5}{marker "use" 6}</defs>"""
    box "page" 0.0 0.0 width total
    for place, left, top, _ in places do
        match place with
        | Box project -> yield! drawProject project left top
        | Past _ -> ()
    for reference in references do
        yield! drawReference reference
    "</svg>"
]

let target = Path.Combine(__SOURCE_DIRECTORY__, "architecture.svg")
File.WriteAllText(target, String.concat "\n" svg + "\n")
printfn
    $"wrote {Path.GetRelativePath(root, target)}: {projects.Length} projects, {projects |> List.sumBy(fun p -> p.Rows |> List.sumBy _.Length)} rooms"
