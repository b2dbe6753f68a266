namespace Levee

open System
open System.Globalization
open System.IO
open System.Security.Cryptography
open System.Text
open Microsoft.Data.Sqlite

/// A corpus in SQLite with an FTS5 index over title and text (tokenizer unicode61: case and diacritics do not count).
module internal SqliteIndex =
    // Part of every fingerprint: an index of another layout is built anew.
    let private layout = "levee-fts5-1"

    let private schema =
        "CREATE TABLE about(fingerprint TEXT NOT NULL);
         CREATE TABLE documents(number INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL);
         CREATE VIRTUAL TABLE words USING fts5(title, body, content='documents', content_rowid='number', tokenize='unicode61');"

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

    /// What identifies a corpus: a hash of its documents in order.
    let fingerprint (documents: Document seq) =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

        let append (text: string) =
            let bytes = Encoding.UTF8.GetBytes text
            hash.AppendData(BitConverter.GetBytes bytes.Length)
            hash.AppendData bytes

        append layout

        for document in documents do
            append document.Id
            append document.Title
            append document.Text

        Convert.ToHexString(hash.GetHashAndReset())

    let private insert (connection: SqliteConnection) (documents: Document seq) =
        use command = connection.CreateCommand()
        command.CommandText <- "INSERT INTO documents(id, title, body) VALUES ($id, $title, $body)"
        let id = command.Parameters.Add("$id", SqliteType.Text)
        let title = command.Parameters.Add("$title", SqliteType.Text)
        let body = command.Parameters.Add("$body", SqliteType.Text)

        for document in documents do
            id.Value <- document.Id
            title.Value <- document.Title
            body.Value <- document.Text
            command.ExecuteNonQuery() |> ignore

    /// Fills an empty database.
    let build (connection: SqliteConnection) (fingerprint: string) (documents: Document seq) =
        use transaction = connection.BeginTransaction()
        execute connection schema
        insert connection documents
        execute connection "INSERT INTO words(words) VALUES ('rebuild'); INSERT INTO words(words) VALUES ('optimize');"
        execute connection $"INSERT INTO about VALUES ('{fingerprint}')"
        transaction.Commit()

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

    /// The fingerprint of the corpus in an open index: the one that was written with it, else that of its documents.
    let fingerprintIn (connection: SqliteConnection) =
        use command = connection.CreateCommand()
        command.CommandText <- "SELECT fingerprint FROM about"

        match command.ExecuteScalar() with
        | :? string as written when written <> "" -> written
        | _ -> fingerprint(documents connection)

    /// The fingerprint of the corpus in a file; none where there is no usable index.
    let fingerprintOf (path: string) =
        try
            if File.Exists path then
                use connection = openFile path SqliteOpenMode.ReadOnly
                use command = connection.CreateCommand()
                command.CommandText <- "SELECT fingerprint FROM about"

                match command.ExecuteScalar() with
                | :? string as fingerprint -> Some fingerprint
                | _ -> None
            else
                None
        with :? SqliteException ->
            None

    /// Builds an index file beside its place and moves it there, so that a half-built one is never found.
    let buildFile (path: string) fingerprint documents =
        let draft = $"{path}.{Guid.NewGuid():N}.tmp"

        try
            try
                Path.GetDirectoryName(Path.GetFullPath path) |> Option.ofObj |> Option.iter(Directory.CreateDirectory >> ignore)

                (use connection = openFile draft SqliteOpenMode.ReadWriteCreate
                 build connection fingerprint documents)

                File.Move(draft, path, overwrite = true)
            finally
                if File.Exists draft then
                    File.Delete draft
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

    // A policy may write hundreds of words; an expression may not hold as many.
    let private longestQuery = 64

    let private isWordRune (rune: Rune) =
        Rune.IsLetterOrDigit rune
        || match Rune.GetUnicodeCategory rune with
           | UnicodeCategory.NonSpacingMark
           | UnicodeCategory.SpacingCombiningMark
           | UnicodeCategory.OtherNumber
           | UnicodeCategory.LetterNumber -> true
           | _ -> false

    /// The distinct words of a query, lower-cased, in the order of their letters: queries of the same words are the same query.
    let words (query: string) =
        let letters = StringBuilder()

        for rune in query.EnumerateRunes() do
            letters.Append(if isWordRune rune then rune.ToString() else " ") |> ignore

        letters.ToString().ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.distinct
        |> Array.truncate longestQuery
        |> Array.sortWith(fun a b -> String.CompareOrdinal(a, b))

    /// The FTS5 expression that finds documents with any of the words. Each is quoted and has no quote in it, so that none can be
    /// syntax. Empty without words.
    let expression (words: string seq) = words |> Seq.map(fun word -> $"\"{word}\"") |> String.concat " OR "
