namespace Levee.Training.Report.Drawing

open System.Text
open System.Xml

/// A piece of XML or HTML. Text and attributes are escaped when it is written, so a piece is well-formed whatever it says.
[<RequireQualifiedAccess>]
type Xml =
    | Element of name: string * attributes: (string * string) list * children: Xml list
    | Text of string
    /// Content of a `style` or `script` element, written as it is: never text from outside.
    | Verbatim of string

/// Builds and writes XML.
[<RequireQualifiedAccess>]
module Xml =
    /// An element.
    let el name attributes children = Xml.Element(name, attributes, children)

    /// Text.
    let text content = Xml.Text content

    /// An element that holds only text.
    let leaf name attributes content = Xml.Element(name, attributes, [ Xml.Text content ])

    // A character that XML forbids becomes U+FFFD.
    let private escapeTo (out: StringBuilder) (content: string) =
        let mutable i = 0
        while i < content.Length do
            match content[i] with
            | '&' -> out.Append "&amp;"
            | '<' -> out.Append "&lt;"
            | '>' -> out.Append "&gt;"
            | '"' -> out.Append "&quot;"
            | '\'' -> out.Append "&#39;"
            | high when i + 1 < content.Length && XmlConvert.IsXmlSurrogatePair(content[i + 1], high) ->
                i <- i + 1
                out.Append(high).Append(content[i])
            | legal when XmlConvert.IsXmlChar legal -> out.Append legal
            | _ -> out.Append '\uFFFD'
            |> ignore
            i <- i + 1

    let private empty = set [ "meta"; "br"; "path"; "line"; "rect"; "circle" ]

    let rec private writeTo (out: StringBuilder) node =
        match node with
        | Xml.Text content -> escapeTo out content
        | Xml.Verbatim content -> out.Append content |> ignore
        | Xml.Element(name, attributes, children) ->
            out.Append('<').Append(name) |> ignore
            for key, value in attributes do
                out.Append(' ').Append(key).Append("=\"") |> ignore
                escapeTo out value
                out.Append '"' |> ignore
            if children.IsEmpty && empty.Contains name then
                out.Append "/>" |> ignore
            else
                out.Append '>' |> ignore
                List.iter (writeTo out) children
                out.Append("</").Append(name).Append('>') |> ignore

    /// The piece as text. Valid as XML and, the same text, as HTML.
    let write node =
        let out = StringBuilder()
        writeTo out node
        out.ToString()
