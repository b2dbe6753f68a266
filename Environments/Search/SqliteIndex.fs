namespace Levee.Environments.Search

open System
open System.IO
open System.Security.Cryptography
open System.Text
open Microsoft.Data.Sqlite
open Levee
open Levee.Environments
open Levee.Interop.HuggingFace

/// The identity of an index: the fingerprint of its corpus, and the analysis that it was made by.
type internal IndexIdentity = { Fingerprint: string; Analysis: TextAnalysis }

/// A corpus in SQLite with an FTS5 index over title and text (tokenizer unicode61: case and diacritics do not count).
module internal SqliteIndex =
    // Part of every fingerprint: an index of another layout is built anew.
    let private layout = "levee-fts5-2"

    // The words that `TextAnalysis.Pairs` makes hold marks, and symbols are words too.
    let private tokenizer analysis =
        match analysis with
        | TextAnalysis.Words -> "unicode61"
        | TextAnalysis.Pairs -> "unicode61 categories ''L* N* Co Mn Mc So''"

    let private tables =
        "CREATE TABLE about(fingerprint TEXT NOT NULL, analysis TEXT NOT NULL);
         CREATE TABLE documents(number INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL);"

    // The index keeps no texts: those of the documents table are shown, and under `Pairs` they are not what is indexed.
    let private fill analysis =
        // Passed as bytes, since a function gets a text up to its first NUL alone.
        let indexed =
            match analysis with
            | TextAnalysis.Words -> "title, body"
            | TextAnalysis.Pairs -> "indexed(CAST(title AS BLOB)), indexed(CAST(body AS BLOB))"
        $"CREATE VIRTUAL TABLE words USING fts5(title, body, content='', tokenize='{tokenizer analysis}');
          INSERT INTO words(rowid, title, body) SELECT number, {indexed} FROM documents ORDER BY number;
          INSERT INTO words(words) VALUES ('optimize');"

    // Two steps, so that only the documents shown are read and not all that match. Documents of equal score keep their order.
    let private search =
        "SELECT documents.id, documents.title, documents.body
         FROM (SELECT rowid AS number, bm25(words) AS score FROM words WHERE words MATCH $expression
               ORDER BY score, number LIMIT $count) AS best
         JOIN documents ON documents.number = best.number
         ORDER BY best.score, best.number"

    let private execute (connection: SqliteConnection) (sql: string) =
        use command = connection.CreateCommand()
        command.CommandText <- sql
        command.ExecuteNonQuery() |> ignore

    let private needsPairs (document: Document) = TextAnalysis.needsPairs document.Title || TextAnalysis.needsPairs document.Text

    /// The identity of a corpus's index: a hash of the documents in order, and the analysis that was asked for or else suits them.
    let identify (analysis: TextAnalysis option) (documents: Document seq) =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
        let mutable count = 0L
        let mutable needing = 0L
        let append (text: string) =
            let bytes = Encoding.UTF8.GetBytes text
            hash.AppendData(BitConverter.GetBytes bytes.Length)
            hash.AppendData bytes
        append layout
        for document in documents do
            append document.Id
            append document.Title
            append document.Text
            count <- count + 1L
            if analysis.IsNone && needsPairs document then
                needing <- needing + 1L
        {
            Fingerprint = Convert.ToHexString(hash.GetHashAndReset())
            Analysis = analysis |> Option.defaultWith(fun () -> TextAnalysis.suited count needing)
        }

    // Gives how many documents there are, and how many of them hold scripts that ask for pairs.
    let private insert (connection: SqliteConnection) (documents: Document seq) =
        use command = connection.CreateCommand()
        command.CommandText <- "INSERT INTO documents(id, title, body) VALUES ($id, $title, $body)"
        let id = command.Parameters.Add("$id", SqliteType.Text)
        let title = command.Parameters.Add("$title", SqliteType.Text)
        let body = command.Parameters.Add("$body", SqliteType.Text)
        let mutable count = 0L
        let mutable needing = 0L
        for document in documents do
            id.Value <- document.Id
            title.Value <- document.Title
            body.Value <- document.Text
            command.ExecuteNonQuery() |> ignore
            count <- count + 1L
            if needsPairs document then
                needing <- needing + 1L
        struct (count, needing)

    /// Fills an empty database, and gives its analysis: the one asked for, or else the one that suits the documents. `ArgumentException` where there are
    /// none.
    let build (connection: SqliteConnection) (fingerprint: string) (analysis: TextAnalysis option) (documents: Document seq) =
        connection.CreateFunction("indexed", Func<byte[], string>(Encoding.UTF8.GetString >> TextAnalysis.indexed TextAnalysis.Pairs))
        use transaction = connection.BeginTransaction()
        execute connection tables
        let struct (count, needing) = insert connection documents
        if count = 0L then
            Setting.refuse "A corpus without documents cannot be searched: give it one at least."
        let analysis = analysis |> Option.defaultWith(fun () -> TextAnalysis.suited count needing)
        execute connection (fill analysis)
        execute connection $"INSERT INTO about VALUES ('{fingerprint}', '{analysis}')"
        transaction.Commit()
        analysis

    /// Opens a database file; not pooled, so that closing releases the file.
    let openFile (path: string) mode =
        let connection =
            new SqliteConnection(string(SqliteConnectionStringBuilder(DataSource = path, Mode = mode, Pooling = false)))
        connection.Open()
        connection

    /// The documents of an index, in order.
    let private documents (connection: SqliteConnection) : Document seq =
        seq {
            use command = connection.CreateCommand()
            command.CommandText <- "SELECT id, title, body FROM documents ORDER BY number"
            use rows = command.ExecuteReader()
            while rows.Read() do
                { Id = rows.GetString 0; Title = rows.GetString 1; Text = rows.GetString 2 }
        }

    /// The fingerprint of what an open index finds: that of its corpus, which was written with it or else is taken now, and its analysis.
    let fingerprintIn (connection: SqliteConnection) =
        use command = connection.CreateCommand()
        command.CommandText <- "SELECT fingerprint, analysis FROM about"
        use row = command.ExecuteReader()
        if not(row.Read()) then
            invalidOp "The index has no description of itself."
        let corpus =
            match row.GetString 0 with
            | "" -> (identify None (documents connection)).Fingerprint
            | written -> written
        $"{corpus} {row.GetString 1}" |> Encoding.UTF8.GetBytes |> SHA256.HashData |> Convert.ToHexString

    /// The identity of the index in a file; none where there is no usable index.
    let identityOf (path: string) =
        try
            if File.Exists path then
                use connection = openFile path SqliteOpenMode.ReadOnly
                use command = connection.CreateCommand()
                command.CommandText <- "SELECT fingerprint, analysis FROM about"
                use row = command.ExecuteReader()
                if row.Read() then
                    [ TextAnalysis.Words; TextAnalysis.Pairs ]
                    |> List.tryFind(fun analysis -> string analysis = row.GetString 1)
                    |> Option.map(fun analysis -> { Fingerprint = row.GetString 0; Analysis = analysis })
                else
                    None
            else
                None
        with :? SqliteException ->
            None

    /// Builds an index file beside its place and moves it there, so that a half-built one is never found.
    let buildFile (path: string) (identity: IndexIdentity) documents =
        let fill draft =
            use connection = openFile draft SqliteOpenMode.ReadWriteCreate
            build connection identity.Fingerprint (Some identity.Analysis) documents |> ignore
        try
            Path.GetDirectoryName(Path.GetFullPath path) |> Option.ofObj |> Option.iter(Directory.CreateDirectory >> ignore)
            AtomicFile.Make(path, fill)
        with
        | :? SqliteException
        | :? UnauthorizedAccessException
        | :? IOException as cause ->
            let problem = $"The search index {path} cannot be written: {cause.Message}"
            raise(IOException($"{problem} Choose another place, or keep the index in memory (`SqliteRetriever.InMemory`).", cause))

    /// The search command of a connection, with parameters `$expression` and `$count`.
    let searchCommand (connection: SqliteConnection) =
        let command = connection.CreateCommand()
        command.CommandText <- search
        command.Parameters.Add("$expression", SqliteType.Text) |> ignore
        command.Parameters.Add("$count", SqliteType.Integer) |> ignore
        command.Prepare()
        command

    /// The FTS5 expression that finds documents with any of the words. Each is quoted and has no quote in it, so that none can be
    /// syntax. Empty without words.
    let expression (words: string seq) = words |> Seq.map(fun word -> $"\"{word}\"") |> String.concat " OR "
